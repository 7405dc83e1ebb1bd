import type { AgentPolicyArgs } from "../../../components/guest/agentPolicy";
import type { CreateContainerRequest, Mount, Storage } from "./requestTypes";

/** A release with one GPU, as `computeRelease` hands it to the policy. */
export const releaseArgs: AgentPolicyArgs = {
  image: { repository: "nvcr.io/nim/meta/llama-3.1-8b-instruct", digest: `sha256:${"a1".repeat(32)}` },
  user: { uid: 1000, gid: 1000 },
  command: ["/opt/nim/start_server.sh", "--port", "8000"],
  passthroughDevices: 1,
};

const containerId = "88941c1e6546ae2aef276f738b162fc379e61467120544e13e5ca5bd204862b9";
const sandboxId = "257a671dd451a8bf7ea4950d722106db358ef5ded2997c60f7dc1101b31b727a";
const image = `${releaseArgs.image.repository}@${releaseArgs.image.digest}`;
const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The path that the runtime copies one of the pod's files to. */
export function podFile(name: string, id = containerId): string {
  return `/run/kata-containers/shared/containers/${id}-c57801af2d60a6e8-${name}`;
}

const kernelMounts: readonly Mount[] = [
  { destination: "/proc", source: "proc", type_: "proc", options: ["nosuid", "noexec", "nodev"] },
  {
    destination: "/dev",
    source: "tmpfs",
    type_: "tmpfs",
    options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
  },
  {
    destination: "/dev/pts",
    source: "devpts",
    type_: "devpts",
    options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
  },
  { destination: "/dev/mqueue", source: "mqueue", type_: "mqueue", options: ["nosuid", "noexec", "nodev"] },
  { destination: "/sys", source: "sysfs", type_: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
  { destination: "/dev/shm", source: "/run/kata-containers/sandbox/shm", type_: "bind", options: ["rbind"] },
];

const linux = {
  UIDMappings: [],
  GIDMappings: [],
  Sysctl: {},
  CgroupsPath: `/kubepods/podeb1495ed-331a-44ff-ad6d-fce1a69280cd/${containerId}`,
  Namespaces: ["ipc", "uts", "mount"].map((Type) => ({ Type, Path: "" })),
  Devices: [],
  Seccomp: null,
  RootfsPropagation: "",
  MaskedPaths: [
    "/proc/acpi",
    "/proc/asound",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/sys/firmware",
    "/proc/scsi",
  ],
  ReadonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
  MountLabel: "",
  IntelRdt: null,
};

const resources = { BlockIO: null, Devices: [], HugepageLimits: [], Memory: null, Network: null, Pids: null };

const sandboxAnnotations = {
  "io.kubernetes.cri.sandbox-cpu-period": "100000",
  "io.kubernetes.cri.sandbox-cpu-quota": "1600000",
  "io.kubernetes.cri.sandbox-cpu-shares": "16384",
  "io.kubernetes.cri.sandbox-id": sandboxId,
  "io.kubernetes.cri.sandbox-memory": "51539607552",
  "io.kubernetes.cri.sandbox-name": "llama-8b-7c56d66754-pq9qp",
  "io.kubernetes.cri.sandbox-namespace": "acme-models",
  "io.kubernetes.cri.sandbox-uid": "eb1495ed-331a-44ff-ad6d-fce1a69280cd",
};

function guestPull(source: string, id: string, metadata: Record<string, string>): Storage {
  return {
    driver: "image_guest_pull",
    driver_options: [`image_guest_pull=${JSON.stringify({ metadata })}`],
    source,
    fstype: "overlay",
    options: [],
    mount_point: `/run/kata-containers/${id}/rootfs`,
    fs_group: null,
    shared: false,
  };
}

/** What Kata 4 asks for the pod of a release: after the recorded cases, with what `podTemplate` sets. */
export function modelContainer(): CreateContainerRequest {
  const annotations = {
    ...sandboxAnnotations,
    "cdi.k8s.io/vfio1": "nvidia.com/gpu=0",
    "io.katacontainers.pkg.oci.bundle_path": `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${containerId}`,
    "io.katacontainers.pkg.oci.container_type": "pod_container",
    "io.kubernetes.cri.container-name": "model",
    "io.kubernetes.cri.container-type": "container",
    "io.kubernetes.cri.image-name": image,
  };
  const bound = (destination: string, source: string) => ({
    destination,
    source,
    type_: "bind",
    options: ["rbind", "rprivate", "rw"],
  });
  return structuredClone({
    container_id: containerId,
    exec_id: containerId,
    string_user: null,
    devices: [
      {
        id: "vfio1",
        type_: "vfio-pci-gk",
        vm_path: "",
        container_path: "/dev/vfio/devices/vfio1",
        options: ["0000:65:00.0=06/00"],
      },
      { id: "drive-1", type_: "scsi", vm_path: "0:1", container_path: "/dev/trusted_store", options: [] },
    ],
    storages: [
      guestPull(image, containerId, annotations),
      {
        driver: "scsi",
        driver_options: ["encryption_key=ephemeral", "create_filesystem"],
        source: "0:2",
        fstype: "ext4",
        options: [],
        mount_point: `/run/kata-containers/sandbox/storage/${base64url("0:2")}`,
        fs_group: { group_id: 1000 },
        shared: true,
      },
    ],
    OCI: {
      Version: "1.2.1",
      Process: {
        Terminal: false,
        ConsoleSize: null,
        User: { UID: 1000, GID: 1000, AdditionalGids: [1000], Username: "" },
        Args: [...releaseArgs.command],
        Env: [path, "LD_LIBRARY_PATH=/usr/local/nvidia/lib64", "HOSTNAME=llama-8b-7c56d66754-pq9qp"].concat(
          "KUBERNETES_SERVICE_HOST=10.0.0.1",
          "KUBERNETES_SERVICE_PORT=443",
          "KUBERNETES_SERVICE_PORT_HTTPS=443",
          "KUBERNETES_PORT=tcp://10.0.0.1:443",
          "KUBERNETES_PORT_443_TCP=tcp://10.0.0.1:443",
          "KUBERNETES_PORT_443_TCP_PROTO=tcp",
          "KUBERNETES_PORT_443_TCP_PORT=443",
          "KUBERNETES_PORT_443_TCP_ADDR=10.0.0.1",
        ),
        Cwd: "/opt/nim",
        Capabilities: { Ambient: [], Bounding: [], Effective: [], Inheritable: [], Permitted: [] },
        Rlimits: [],
        NoNewPrivileges: true,
        ApparmorProfile: "cri-containerd.apparmor.d",
        OOMScoreAdj: -997,
        SelinuxLabel: "",
      },
      Root: { Path: `/run/kata-containers/${containerId}/rootfs`, Readonly: false },
      Hostname: "llama-8b-7c56d66754-pq9qp",
      Mounts: [
        ...kernelMounts,
        {
          destination: "/sys/fs/cgroup",
          source: "cgroup",
          type_: "cgroup",
          options: ["nosuid", "noexec", "nodev", "relatime", "ro"],
        },
        bound("/etc/hosts", podFile("hosts")),
        bound("/etc/hostname", podFile("hostname")),
        bound("/etc/resolv.conf", podFile("resolv.conf")),
        bound("/dev/termination-log", podFile("termination-log")),
        bound("/tmp", `/run/kata-containers/sandbox/storage/${base64url("0:2")}`),
      ],
      Hooks: null,
      Annotations: annotations,
      Linux: {
        ...linux,
        Resources: resources,
        Devices: [{ Path: "/dev/trusted_store", Type: "b", Major: 8, Minor: 16, FileMode: 432, UID: 0, GID: 0 }],
      },
      Solaris: null,
      Windows: null,
    },
    sandbox_pidns: false,
    shared_mounts: [],
    stdin_port: 0,
    stdout_port: 0,
    stderr_port: 0,
  });
}

/** The pod's first container, whose program comes with the guest image. */
export function pauseContainer(): CreateContainerRequest {
  const annotations = {
    ...sandboxAnnotations,
    "io.katacontainers.pkg.oci.bundle_path": `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${sandboxId}`,
    "io.katacontainers.pkg.oci.container_type": "pod_sandbox",
    "io.kubernetes.cri.container-type": "sandbox",
    "io.kubernetes.cri.podsandbox.image-name": "registry.k8s.io/pause:3.10",
    "io.kubernetes.cri.sandbox-log-directory":
      "/var/log/pods/acme-models_llama-8b-7c56d66754-pq9qp_eb1495ed-331a-44ff-ad6d-fce1a69280cd",
    "nerdctl/network-namespace": "/var/run/netns/cni-22190131-6f68-2878-6d7b-418baf176cdf",
  };
  const request = modelContainer();
  const kept = ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETUID"];
  return {
    ...request,
    container_id: sandboxId,
    exec_id: sandboxId,
    devices: [],
    storages: [guestPull("pause", sandboxId, annotations)],
    OCI: {
      ...request.OCI,
      Annotations: annotations,
      Process: {
        ...request.OCI.Process,
        Args: ["/pause"],
        Env: [path],
        Cwd: "/",
        Capabilities: { Ambient: [], Bounding: kept, Effective: kept, Inheritable: [], Permitted: kept },
      },
      Root: { Path: `/run/kata-containers/${sandboxId}/rootfs`, Readonly: true },
      Mounts: [
        ...structuredClone(kernelMounts),
        {
          destination: "/etc/resolv.conf",
          source: podFile("resolv.conf", sandboxId),
          type_: "bind",
          options: ["rbind", "ro", "nosuid", "nodev", "noexec"],
        },
      ],
      Linux: {
        ...structuredClone(linux),
        Resources: structuredClone(resources),
        Sysctl: { "net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647" },
      },
    },
  };
}

/** The fields that the agent fills in where a recorded request leaves them out. */
export const createSandboxDefaults = {
  hostname: "",
  dns: [],
  storages: [],
  sandbox_pidns: false,
  sandbox_id: "",
  guest_hook_path: "",
  kernel_modules: [],
};

export function createSandbox() {
  return {
    ...createSandboxDefaults,
    hostname: "llama-8b-7c56d66754-pq9qp",
    sandbox_id: sandboxId,
    storages: [
      {
        driver: "ephemeral",
        driver_options: [],
        source: "shm",
        fstype: "tmpfs",
        options: ["noexec", "nosuid", "nodev", "mode=1777", "size=67108864"],
        mount_point: "/run/kata-containers/sandbox/shm",
        fs_group: null,
        shared: false,
      },
    ],
  };
}

/** A plain file with mode 0644, as the agent's policy sees a copy: without its content. */
export const copyFileDefaults = {
  path: "",
  file_type: "Regular",
  symlink_target: null,
  file_size: 177,
  file_mode: 0o100644,
  dir_mode: 0o750,
  uid: 0,
  gid: 0,
  offset: 0,
};

/** base64 as the agent's storage paths have it. */
export function base64url(text: string): string {
  return Buffer.from(text).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
