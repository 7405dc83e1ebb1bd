/**
 * The rules of the built-in agent policy; `policy_data` is appended by `agentPolicy`. Kata's agent evaluates them with
 * regorus, which still reads Rego v0, so every keyword is imported and nothing of v1 alone is used.
 *
 * What the requests look like: kata-containers src/libs/protocols (agent.proto), src/runtime/virtcontainers/kata_agent.go
 * and the recorded cases of src/tools/genpolicy/tests (4.0.0, 4.1.0).
 */
export const agentPolicyRules = String.raw`package agent_policy

import future.keywords.every
import future.keywords.if
import future.keywords.in

# Everything is refused that is not allowed below: no exec, no log streaming, no standard input, no replacing of this
# policy, no host-made files but the four that kubelet writes for each pod. A failing evaluation refuses, too.
default AllowRequestsFailingPolicy := false

default AddARPNeighborsRequest := false
default AddSwapPathRequest := false
default AddSwapRequest := false
default CloseStdinRequest := false
default CopyFileRequest := false
default CreateContainerRequest := false
default CreateSandboxRequest := false
default ExecProcessRequest := false
default GetDiagnosticDataRequest := false
default GetIPTablesRequest := false
default GetMetricsRequest := false
default ListInterfacesRequest := false
default ListRoutesRequest := false
default MemAgentCompactConfig := false
default MemAgentMemcgConfig := false
default MemHotplugByProbeRequest := false
default PauseContainerRequest := false
default ReadStreamRequest := false
default ReseedRandomDevRequest := false
default ResizeVolumeRequest := false
default ResumeContainerRequest := false
default SetGuestDateTimeRequest := false
default SetIPTablesRequest := false
default SetPolicyRequest := false
default StartTracingRequest := false
default StopTracingRequest := false
default TtyWinResizeRequest := false
default UpdateContainerRequest := false
default UpdateEphemeralMountsRequest := false
default UpdateInterfaceRequest := false
default UpdateRoutesRequest := false
default VolumeStatsRequest := false
default WriteStreamRequest := false

# A pod's life: these carry no content, and the host can stop a guest anyway.
default DestroySandboxRequest := true
default GetOOMEventRequest := true
default GuestDetailsRequest := true
default OnlineCPUMemRequest := true
default RemoveContainerRequest := true
default RemoveStaleVirtiofsShareMountsRequest := true
default SignalProcessRequest := true
default StartContainerRequest := true
default StatsContainerRequest := true
default WaitProcessRequest := true

# ---- the sandbox: no kernel modules, no hooks of the host, no storage but shared memory
CreateSandboxRequest if {
	count(input.guest_hook_path) == 0
	count(input.kernel_modules) == 0
	input.sandbox_pidns == false
	every storage in input.storages {
		storage.driver == "ephemeral"
		storage.fstype == "tmpfs"
		storage.source == "shm"
		storage.mount_point == "/run/kata-containers/sandbox/shm"
		storage.driver_options == []
	}
}

# ---- containers: the pause container, whose program comes with the guest image, and the model's
CreateContainerRequest if {
	common_request
	container_type("sandbox", "pod_sandbox")
	count(input.storages) == 1
	guest_pull(input.storages[0], "pause")
	count(input.devices) == 0
	count(input.OCI.Linux.Devices) == 0
	# The agent takes the process of its own pause image; a host that asks for another one is refused all the same.
	input.OCI.Process.Args == ["/pause"]
	input.OCI.Process.Terminal == false
	every mount in input.OCI.Mounts {
		common_mount(mount)
	}
}

CreateContainerRequest if {
	common_request
	container_type("container", "pod_container")
	some container in policy_data.containers
	count([storage | some storage in input.storages; guest_pull(storage, container.image)]) == 1
	every storage in input.storages {
		container_storage(storage, container)
	}
	every mount in input.OCI.Mounts {
		container_mount(mount, container)
	}
	every device in input.devices {
		container_device(device)
	}
	count(gpu_devices) <= container.passthrough_devices
	every device in input.OCI.Linux.Devices {
		device.Path == "/dev/trusted_store"
		device.Type == "b"
	}
	container_process(input.OCI.Process, container)
}

# The agent looks at one annotation to choose the process and at the other to hand in devices: they have to agree.
container_type(cri, kata) if {
	input.OCI.Annotations["io.kubernetes.cri.container-type"] == cri
	input.OCI.Annotations["io.katacontainers.pkg.oci.container_type"] == kata
}

common_request if {
	is_null(input.string_user)
	input.sandbox_pidns == false
	count(input.shared_mounts) == 0
	is_null(input.OCI.Hooks)
	is_null(input.OCI.Linux.IntelRdt)
	# A filter of the host's could make a system call fail, or seem to succeed, in the middle of the program.
	is_null(input.OCI.Linux.Seccomp)
	count(input.OCI.Linux.MountLabel) == 0
	count(input.OCI.Linux.Resources.Devices) == 0
	count(input.OCI.Linux.RootfsPropagation) == 0
	count(input.OCI.Linux.UIDMappings) == 0
	count(input.OCI.Linux.GIDMappings) == 0
	input.OCI.Root.Path == root_path
	own_namespaces
	every name, value in object.get(input.OCI.Linux, "Sysctl", {}) {
		policy_data.sysctls[name] == value
	}
	every path in policy_data.masked_paths {
		path in input.OCI.Linux.MaskedPaths
	}
	every path in policy_data.readonly_paths {
		path in input.OCI.Linux.ReadonlyPaths
	}
	every name, value in input.OCI.Annotations {
		known_annotation(name, value)
	}
	destinations := [mount.destination | some mount in input.OCI.Mounts]
	count(destinations) == count({destination | some destination in destinations})
}

root_path := concat("", ["/run/kata-containers/", input.container_id, "/rootfs"])

# Own mount, IPC and host name, none borrowed by path; the network's is the sandbox's.
own_namespaces if {
	kinds := {namespace.Type | some namespace in input.OCI.Linux.Namespaces}
	count({"mount", "mnt"} & kinds) > 0
	count({"ipc", "uts"} & kinds) == 2
	every namespace in input.OCI.Linux.Namespaces {
		own_namespace(namespace)
	}
}

own_namespace(namespace) if namespace.Path == ""

own_namespace(namespace) if namespace.Type == "network"

known_annotation(name, _) if startswith(name, "io.kubernetes.cri.")

known_annotation(name, _) if startswith(name, "io.katacontainers.pkg.oci.")

known_annotation(name, _) if name == "nerdctl/network-namespace"

known_annotation(name, value) if {
	regex.match("^cdi\\.k8s\\.io/vfio[0-9]+$", name)
	regex.match("^nvidia\\.com/[a-z]+=[0-9]+$", value)
}

# ---- storage: the image pulled inside the guest, and scratch encrypted with a key that never leaves it
guest_pull(storage, image) if {
	storage.driver == "image_guest_pull"
	storage.source == image
	storage.fstype == "overlay"
	storage.mount_point == root_path
	storage.options == []
	storage.shared == false
	is_null(storage.fs_group)
}

container_storage(storage, container) if guest_pull(storage, container.image)

container_storage(storage, container) if encrypted_scratch(storage, container)

encrypted_scratch(storage, container) if {
	regex.match(policy_data.scratch_sources[storage.driver], storage.source)
	scratch_group(storage.fs_group, container)
	storage.fstype == "ext4"
	storage.options == []
	storage.driver_options == ["encryption_key=ephemeral", "create_filesystem"]
	storage.mount_point == concat("", ["/run/kata-containers/sandbox/storage/", base64url.encode(storage.source)])
}

scratch_group(group, _) if is_null(group)

scratch_group(group, container) if group.group_id in container.groups

# ---- mounts: where and from where, so that no host file covers a file of the image
common_mount(mount) if {
	kernel := policy_data.kernel_mounts[mount.destination]
	mount.type_ == kernel.type
	mount.source == kernel.source
	# With one of these the kernel mounts the source, whatever the type says.
	every option in mount.options {
		not option in ["bind", "rbind", "remount"]
	}
}

common_mount(mount) if {
	mount.destination == "/dev/shm"
	mount.type_ == "bind"
	mount.source == "/run/kata-containers/sandbox/shm"
}

common_mount(mount) if {
	mount.type_ == "bind"
	file := policy_data.pod_files[mount.destination]
	pod_file(mount.source, file)
}

container_mount(mount, _) if common_mount(mount)

container_mount(mount, container) if {
	mount.destination in container.scratch_mounts
	mount.type_ == "bind"
	some storage in input.storages
	encrypted_scratch(storage, container)
	storage.mount_point == mount.source
}

pod_file(path, file) if {
	pattern := concat("", ["^/run/kata-containers/shared/containers/(passthrough/)?[a-z0-9][a-z0-9.-]*-[a-z0-9]{16}-", file, "$"])
	regex.match(pattern, path)
}

# Plain data: neither executable nor setuid (octal 6111).
CopyFileRequest if {
	input.file_type == "Regular"
	bits.and(input.file_mode, 3145) == 0
	some file in policy_data.pod_files
	pod_file(input.path, file)
}

# ---- devices: GPUs and switches by VFIO, the block device for image layers
container_device(device) if gpu_device(device)

container_device(device) if {
	device.container_path == "/dev/trusted_store"
	device.type_ in ["blk", "scsi"]
}

gpu_device(device) if {
	device.type_ == "vfio-pci-gk"
	regex.match("^/dev/vfio/(devices/vfio)?[0-9]+$", device.container_path)
}

gpu_devices := [device | some device in input.devices; gpu_device(device)]

# ---- the program: as the release names it, without privileges
container_process(process, container) if {
	process.Terminal == false
	process.NoNewPrivileges == true
	count(process.SelinuxLabel) == 0
	process.User.UID == container.OCI.Process.User.UID
	process.User.GID == container.OCI.Process.User.GID
	count(process.User.Username) == 0
	every group in process.User.AdditionalGids {
		group in container.groups
	}
	every set in ["Ambient", "Bounding", "Effective", "Inheritable", "Permitted"] {
		count(object.get(process.Capabilities, set, [])) == 0
	}
	arguments_match(process.Args, container)
	every variable in process.Env {
		environment_match(variable, container)
	}
}

arguments_match(arguments, container) if arguments == container.arguments

arguments_match(_, container) if is_null(container.arguments)

environment_match(variable, container) if variable in container.environment

environment_match(variable, _) if {
	some pattern in policy_data.injected_environment
	regex.match(pattern, variable)
}

environment_match(variable, container) if {
	is_null(container.environment)
	[name, value] := split_variable(variable)
	not name in policy_data.refused_environment
	not startswith(name, "BASH_FUNC_")
	# What the host wrote is read as host names, never as a configuration, a plugin or a certificate.
	not regex.match(policy_data.pod_file_names, value)
}

split_variable(variable) := [name, value] if {
	at := indexof(variable, "=")
	at > 0
	name := substring(variable, 0, at)
	value := substring(variable, at + 1, -1)
}

# ---- network: the host owns it, but may not touch loopback
UpdateInterfaceRequest if {
	input.interface.name != "lo"
	input.interface.hwAddr != "00:00:00:00:00:00"
	input.interface.raw_flags in [0, 128]
}

UpdateRoutesRequest if {
	every route in input.routes.Routes {
		route.device != "lo"
		not loopback(route.source)
	}
}

AddARPNeighborsRequest if {
	every neighbor in input.neighbors.ARPNeighbors {
		neighbor.device != "lo"
		neighbor.toIPAddress.mask == ""
		not loopback(neighbor.toIPAddress.address)
		neighbor.state in [2, 128]
		neighbor.flags in [0, 8, 128, 136]
	}
}

loopback(address) if startswith(address, "127.")

loopback(address) if regex.match("^[0:]*:0*1$", address)
`;
