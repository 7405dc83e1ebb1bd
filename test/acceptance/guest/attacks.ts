import { base64url, podFile } from "./kataRequests";
import type { CreateContainerRequest, Mount, Storage } from "./requestTypes";

type Change = (request: CreateContainerRequest) => unknown;

const scratch: Storage = {
  driver: "scsi",
  driver_options: ["encryption_key=ephemeral", "create_filesystem"],
  source: "0:3",
  fstype: "ext4",
  options: [],
  mount_point: `/run/kata-containers/sandbox/storage/${base64url("0:3")}`,
  fs_group: null,
  shared: true,
};

function bind(destination: string, source: string): Mount {
  return { destination, source, type_: "bind", options: ["rbind", "rprivate", "rw"] };
}

function mountOf(request: CreateContainerRequest, destination: string): Mount {
  const mount = request.OCI.Mounts.find((candidate) => candidate.destination === destination);
  if (!mount) throw new Error(`the request mounts nothing at ${destination}`);
  return mount;
}

function storageOf(request: CreateContainerRequest, driver: string): Storage {
  const storage = request.storages.find((candidate) => candidate.driver === driver);
  if (!storage) throw new Error(`the request has no storage of ${driver}`);
  return storage;
}

/** What a hostile host changes in the request for the model's container, one property each. */
export const containerAttacks: Record<string, Change> = {
  // image
  "another image": (r) => (storageOf(r, "image_guest_pull").source = "docker.io/evil/shell:1"),
  "another digest of the same repository": (r) =>
    (storageOf(r, "image_guest_pull").source = `nvcr.io/nim/meta/llama-3.1-8b-instruct@sha256:${"0".repeat(64)}`),
  "the image by tag": (r) =>
    (storageOf(r, "image_guest_pull").source = "nvcr.io/nim/meta/llama-3.1-8b-instruct:latest"),
  "no image pulled by the guest": (r) => r.storages.shift(),
  "a second image over the first": (r) =>
    r.storages.push({ ...storageOf(r, "image_guest_pull"), source: "docker.io/evil/shell:1" }),
  "the image mounted elsewhere": (r) =>
    (storageOf(r, "image_guest_pull").mount_point = "/run/kata-containers/x/rootfs"),
  "the image by another driver": (r) => (storageOf(r, "image_guest_pull").driver = "overlayfs"),
  "the image on another file system": (r) => (storageOf(r, "image_guest_pull").fstype = "ext4"),
  "mount options for the image": (r) => storageOf(r, "image_guest_pull").options.push("bind"),
  "an image shared between containers": (r) => (storageOf(r, "image_guest_pull").shared = true),
  "an image of another group": (r) => (storageOf(r, "image_guest_pull").fs_group = { group_id: 1000 }),
  "a root made by the host": (r) => (r.OCI.Root.Path = "/run/kata-containers/shared/containers/rootfs"),
  "the root of another container": (r) => (r.container_id = "0".repeat(64)),

  // program
  "another program": (r) => (r.OCI.Process.Args = ["/bin/sh"]),
  "one argument more": (r) => r.OCI.Process.Args.push("--debug"),
  "one argument less": (r) => r.OCI.Process.Args.pop(),
  "no arguments at all": (r) => (r.OCI.Process.Args = []),
  "a terminal": (r) => (r.OCI.Process.Terminal = true),
  LD_PRELOAD: (r) => r.OCI.Process.Env.push("LD_PRELOAD=/tmp/evil.so"),
  PYTHONPATH: (r) => r.OCI.Process.Env.push("PYTHONPATH=/tmp"),
  "an exported shell function": (r) => r.OCI.Process.Env.push("BASH_FUNC_cd%%=() { /bin/sh; }"),
  "a certificate store of the host's": (r) => r.OCI.Process.Env.push("SSL_CERT_FILE=/etc/ssl/host.pem"),
  "a variable that names a file of the host's": (r) => r.OCI.Process.Env.push("NIM_CONFIG=/etc/hosts"),
  "a variable that names such a file among arguments": (r) => r.OCI.Process.Env.push("NIM_ARGS=-c '/etc/hosts' -v"),
  "a variable that names such a file with a slash": (r) => r.OCI.Process.Env.push("NIM_CONFIG=/etc/resolv.conf/"),
  "a variable without a value": (r) => r.OCI.Process.Env.push("UNSET"),

  // identity and privileges
  "root user": (r) => (r.OCI.Process.User.UID = 0),
  "root group": (r) => (r.OCI.Process.User.GID = 0),
  "another user": (r) => (r.OCI.Process.User.UID = 1001),
  "a further group": (r) => r.OCI.Process.User.AdditionalGids.push(0),
  "a user by name": (r) => (r.OCI.Process.User.Username = "root"),
  "a user in the request": (r) => (r.string_user = { uid: "0", gid: "0", additionalGids: [] }),
  "a bounding capability": (r) => r.OCI.Process.Capabilities.Bounding.push("CAP_SYS_ADMIN"),
  "an effective capability": (r) => r.OCI.Process.Capabilities.Effective.push("CAP_SYS_PTRACE"),
  "a permitted capability": (r) => r.OCI.Process.Capabilities.Permitted.push("CAP_CHOWN"),
  "an inheritable capability": (r) => r.OCI.Process.Capabilities.Inheritable.push("CAP_CHOWN"),
  "an ambient capability": (r) => r.OCI.Process.Capabilities.Ambient.push("CAP_NET_RAW"),
  "new privileges": (r) => (r.OCI.Process.NoNewPrivileges = false),
  "a SELinux label for the process": (r) => (r.OCI.Process.SelinuxLabel = "system_u:system_r:spc_t:s0"),
  "a SELinux label for the mounts": (r) => (r.OCI.Linux.MountLabel = "system_u:object_r:container_file_t:s0"),
  "a mapped user": (r) => r.OCI.Linux.UIDMappings.push({ HostID: 0, ContainerID: 0, Size: 65536 }),
  "a mapped group": (r) => r.OCI.Linux.GIDMappings.push({ HostID: 0, ContainerID: 0, Size: 65536 }),
  "a system call filter": (r) =>
    (r.OCI.Linux.Seccomp = {
      DefaultAction: "SCMP_ACT_ALLOW",
      Syscalls: [{ Names: ["getrandom"], Action: "SCMP_ACT_ERRNO", ErrnoRet: 0 }],
    }),
  "a hook": (r) => (r.OCI.Hooks = { Prestart: [{ Path: "/bin/sh", Args: [], Env: [], Timeout: 0 }] }),
  "a cache partition": (r) => (r.OCI.Linux.IntelRdt = { L3CacheSchema: "L3:0=1" }),

  // namespaces and the kernel's settings
  "the guest's own mount namespace": (r) =>
    (r.OCI.Linux.Namespaces = r.OCI.Linux.Namespaces.filter(({ Type }) => Type !== "mount")),
  "the guest's own IPC namespace": (r) =>
    (r.OCI.Linux.Namespaces = r.OCI.Linux.Namespaces.filter(({ Type }) => Type !== "ipc")),
  "a mount namespace by path": (r) =>
    (r.OCI.Linux.Namespaces = [...r.OCI.Linux.Namespaces, { Type: "mount", Path: "/proc/1/ns/mnt" }]),
  "a process namespace by path": (r) => r.OCI.Linux.Namespaces.push({ Type: "pid", Path: "/proc/1/ns/pid" }),
  "the sandbox's process namespace": (r) => (r.sandbox_pidns = true),
  "an added sysctl": (r) => (r.OCI.Linux.Sysctl["kernel.core_pattern"] = "|/bin/sh"),
  "a known sysctl with another value": (r) => (r.OCI.Linux.Sysctl["net.ipv4.ip_unprivileged_port_start"] = "1"),
  "unmasked /proc/kcore": (r) =>
    (r.OCI.Linux.MaskedPaths = r.OCI.Linux.MaskedPaths.filter((path) => path !== "/proc/kcore")),
  "a writable /proc/sys": (r) =>
    (r.OCI.Linux.ReadonlyPaths = r.OCI.Linux.ReadonlyPaths.filter((path) => path !== "/proc/sys")),
  "shared propagation of mounts": (r) => (r.OCI.Linux.RootfsPropagation = "rshared"),

  // mounts and storage
  "a mount over the program": (r) => r.OCI.Mounts.push(bind("/opt/nim", podFile("hosts"))),
  "a mount over the loader's configuration": (r) => r.OCI.Mounts.push(bind("/etc/ld.so.preload", podFile("hosts"))),
  "a service account token": (r) =>
    r.OCI.Mounts.push(bind("/var/run/secrets/kubernetes.io/serviceaccount", podFile("serviceaccount"))),
  "the guest's root as /etc/hosts": (r) => (mountOf(r, "/etc/hosts").source = "/"),
  "a parent directory in the path of /etc/hosts": (r) =>
    (mountOf(r, "/etc/hosts").source = podFile("hosts").replace("shared/containers/", "shared/containers/../")),
  "one pod file in another's place": (r) => (mountOf(r, "/etc/hosts").source = podFile("termination-log")),
  "a bind mount that says it is /dev": (r) => {
    Object.assign(mountOf(r, "/dev"), { source: "/run/kata-containers/shared/containers", options: ["rbind"] });
  },
  "/dev bound by an option": (r) => mountOf(r, "/dev").options.push("bind"),
  "/sys from another source": (r) => (mountOf(r, "/sys").source = "/run"),
  "/proc of another kind": (r) => (mountOf(r, "/proc").type_ = "bind"),
  "two mounts at one place": (r) => r.OCI.Mounts.push({ ...mountOf(r, "/proc") }),
  "the guest's memory as /dev/shm": (r) => (mountOf(r, "/dev/shm").source = "/run/kata-containers"),
  "/dev/shm of another kind": (r) => (mountOf(r, "/dev/shm").type_ = "tmpfs"),
  "shared memory over the program": (r) => (mountOf(r, "/dev/shm").destination = "/opt/nim"),
  "/etc/hosts of another kind": (r) => (mountOf(r, "/etc/hosts").type_ = "overlay"),
  "scratch of another kind": (r) => (mountOf(r, "/tmp").type_ = "overlay"),
  "host storage as scratch": (r) =>
    (mountOf(r, "/tmp").source = "/run/kata-containers/shared/containers/passthrough/scratch"),
  "scratch over the image": (r) => {
    mountOf(r, "/tmp").destination = "/opt/nim";
  },
  "scratch without encryption": (r) => (storageOf(r, "scsi").driver_options = ["create_filesystem"]),
  "scratch with a key of the host's": (r) =>
    (storageOf(r, "scsi").driver_options = ["encryption_key=kbs:///evil/key/1", "create_filesystem"]),
  "scratch that is not made anew": (r) => (storageOf(r, "scsi").driver_options = ["encryption_key=ephemeral"]),
  "scratch mounted over the shared folder": (r) => {
    storageOf(r, "scsi").mount_point = mountOf(r, "/tmp").source = "/run/kata-containers/shared/containers";
  },
  "scratch of another file system": (r) => (storageOf(r, "scsi").fstype = "xfs"),
  "scratch with mount options": (r) => storageOf(r, "scsi").options.push("bind"),
  "scratch that is the image": (r) => (mountOf(r, "/tmp").source = storageOf(r, "image_guest_pull").mount_point),
  "scratch on a device by path": (r) => {
    const path = "/dev/dm-0";
    Object.assign(storageOf(r, "scsi"), {
      source: path,
      mount_point: `/run/kata-containers/sandbox/storage/${base64url(path)}`,
    });
    mountOf(r, "/tmp").source = `/run/kata-containers/sandbox/storage/${base64url(path)}`;
  },
  "scratch of root's group": (r) => (storageOf(r, "scsi").fs_group = { group_id: 0 }),
  "a file system shared by the host": (r) =>
    r.storages.push({ ...scratch, driver: "virtio-fs", fstype: "virtiofs", source: "kataShared" }),
  "storage of a further kind": (r) => r.storages.push({ ...scratch, driver: "local", fstype: "local" }),
  "an overlay": (r) => r.storages.push({ ...scratch, driver: "overlayfs", fstype: "overlay", source: "none" }),
  "a mount shared between containers": (r) =>
    r.shared_mounts.push({ name: "x", src_ctr: "a", src_path: "/", dst_ctr: "b", dst_path: "/host" }),

  // devices
  "a second GPU": (r) =>
    r.devices.push({
      id: "vfio2",
      type_: "vfio-pci-gk",
      vm_path: "",
      container_path: "/dev/vfio/devices/vfio2",
      options: ["0000:66:00.0=06/01"],
    }),
  "a disk as a device": (r) =>
    r.devices.push({ id: "drive-9", type_: "scsi", vm_path: "0:9", container_path: "/dev/sdz", options: [] }),
  "the image's device in another place": (r) => {
    const device = r.devices[1];
    if (device) device.container_path = "/dev/vda";
  },
  "the image's device by another driver": (r) => {
    const device = r.devices[1];
    if (device) device.type_ = "vfio-pci-gk";
  },
  "a GPU in another place": (r) => {
    const device = r.devices[0];
    if (device) device.container_path = "/dev/sda";
  },
  "a device of another driver": (r) => {
    const device = r.devices[0];
    if (device) device.type_ = "vfio-pci";
  },
  "the guest's disk as a device": (r) =>
    r.OCI.Linux.Devices.push({ Path: "/dev/dm-0", Type: "b", Major: 253, Minor: 0, FileMode: 438, UID: 0, GID: 0 }),
  "a character device as the image's": (r) => {
    const device = r.OCI.Linux.Devices[0];
    if (device) device.Type = "c";
  },
  "a device rule": (r) => r.OCI.Linux.Resources.Devices.push({ Allow: true, Type: "a", Access: "rwm" }),
  "a CDI device of another vendor": (r) => (r.OCI.Annotations["cdi.k8s.io/vfio1"] = "evil.com/gpu=0"),
  "a CDI device of another kind": (r) => (r.OCI.Annotations["cdi.k8s.io/evil"] = "nvidia.com/gpu=0"),

  // annotations
  "an unknown annotation": (r) => (r.OCI.Annotations["example.com/x"] = "1"),
  "CRI-O's container type": (r) => (r.OCI.Annotations["io.kubernetes.cri-o.ContainerType"] = "sandbox"),
  "an annotation for Kata's configuration": (r) =>
    (r.OCI.Annotations["io.katacontainers.config.agent.kernel_modules"] = "evil"),
  "the model's container as a sandbox": (r) => (r.OCI.Annotations["io.kubernetes.cri.container-type"] = "sandbox"),
  "a sandbox to Kata alone": (r) => (r.OCI.Annotations["io.katacontainers.pkg.oci.container_type"] = "pod_sandbox"),
  "no container type": (r) => delete r.OCI.Annotations["io.kubernetes.cri.container-type"],
};

/** What a hostile host changes in the request for the pause container. */
export const sandboxAttacks: Record<string, Change> = {
  "another program": (r) => (r.OCI.Process.Args = ["/etc/resolv.conf"]),
  "a terminal": (r) => (r.OCI.Process.Terminal = true),
  "another image": (r) => (storageOf(r, "image_guest_pull").source = "docker.io/evil/shell:1"),
  "no image": (r) => (r.storages = []),
  "further storage": (r) => r.storages.push({ ...scratch }),
  "a GPU": (r) =>
    r.devices.push({
      id: "vfio1",
      type_: "vfio-pci-gk",
      vm_path: "",
      container_path: "/dev/vfio/devices/vfio1",
      options: ["0000:65:00.0=06/00"],
    }),
  "the guest's memory as a device": (r) =>
    r.OCI.Linux.Devices.push({ Path: "/dev/trusted_store", Type: "b", Major: 1, Minor: 1 }),
  "a mount of the guest's root": (r) => r.OCI.Mounts.push(bind("/guest", "/")),
  "a scratch mount": (r) => r.OCI.Mounts.push(bind("/tmp", scratch.mount_point)),
  "a hook": (r) => (r.OCI.Hooks = { Prestart: [] }),
  "a container to Kata alone": (r) => (r.OCI.Annotations["io.katacontainers.pkg.oci.container_type"] = "pod_container"),
  "an added sysctl": (r) => (r.OCI.Linux.Sysctl["net.ipv4.ip_forward"] = "1"),
};
