import type { KernelParameters } from "../launchProfile";

/** `kernel_params` of Kata's configuration for confidential NVIDIA guests, by both shims. */
export const configuredKernelParameters = "cgroup_no_v1=all pci=realloc pci=nocrs pci=assign-busses nvrc.smi.srs=1";

/**
 * Kernel command line of the Go shim, in its order, separated by single spaces; nothing is taken out where a parameter
 * stands twice.
 *
 * Source: kata-containers tags 3.29.0, 4.0.0, 4.1.0. Lines are of 4.0.0 and hold at 4.1.0; vc = src/runtime/virtcontainers.
 */
export const goKernelParameters: readonly KernelParameters[] = [
  {
    value:
      "tsc=reliable no_timer_check rcupdate.rcu_expedited=1 i8042.direct=1 i8042.dumbkbd=1 i8042.nopnp=1 i8042.noaux=1 " +
      "noreplace-smp reboot=k cryptomgr.notests net.ifnames=0 pci=lastbus=0",
    source: "vc/qemu_amd64.go:64 (:57 at 3.29.0)",
  },
  {
    // The double quotes are bytes of the command line.
    value:
      'dm-mod.create="dm-verity,,,ro,0 {SECTORS} verity 1 /dev/vda1 /dev/vda2 {DATA_BLOCK_SIZE} {HASH_BLOCK_SIZE} ' +
      '{DATA_BLOCKS} 0 sha256 {ROOT_HASH} {SALT}" root=/dev/dm-0 rootflags={ROOT_FLAGS} rootfstype={ROOT_FS_TYPE}',
    when: ["rootfs"],
    source: "vc/hypervisor.go:132-175, vc/qemu_arch_base.go:819-850",
  },
  { value: "console=hvc0 console=hvc1", source: "vc/qemu_arch_base.go:384-428" },
  { value: "quiet", when: ["normal"], source: "vc/qemu_arch_base.go:300-309" },
  { value: "systemd.show_status=false", when: ["normal", "rootfs"], source: "vc/qemu_arch_base.go:243-251,845" },
  { value: "debug", when: ["debug"], source: "vc/qemu_arch_base.go:300-309" },
  {
    value: "systemd.show_status=true systemd.log_level=debug",
    when: ["debug", "rootfs"],
    source: "vc/qemu_arch_base.go:256-266,846",
  },
  { value: "panic=1", source: "vc/qemu.go:152,196" },
  { value: "nr_cpus={VCPUS}", kata: ["3.29.0"], source: "vc/qemu.go:196-197 at 3.29.0; gone with 4.0.0 (:198-201)" },
  { value: "selinux=0", source: "vc/qemu.go:203-210" },
  {
    value:
      "systemd.unit=kata-containers.target systemd.mask=systemd-networkd.service systemd.mask=systemd-networkd.socket",
    when: ["rootfs"],
    source: "src/runtime/pkg/katautils/create.go:36-62",
  },
  { value: "scsi_mod.scan=none", source: "src/runtime/pkg/katautils/config.go:1582-1591" },
  { value: "agent.log=debug", when: ["debug"], source: "vc/kata_agent.go:353-389" },
  {
    value: "agent.debug_console agent.debug_console_vport=1026",
    when: ["debug"],
    source: "vc/kata_agent.go:353-389; kata-deploy install.rs:1179",
  },
  { value: "agent.launch_process_timeout=15", source: "vc/kata_agent.go:353-389" },
  {
    value: configuredKernelParameters,
    source: "src/runtime/Makefile:493-499 (:498-504 at 3.29.0)",
  },
  { value: "agent.https_proxy={HTTPS_PROXY}", when: ["httpsProxy"], source: "kata-deploy install.rs:1250-1259" },
  { value: "agent.no_proxy={NO_PROXY}", when: ["noProxy"], source: "kata-deploy install.rs:1250-1259" },
  { value: "agent.log=debug initcall_debug", when: ["debug"], source: "kata-deploy install.rs:1262-1265" },
  { value: "fips=1", when: ["fips"], source: "src/runtime/pkg/katautils/create.go:223-249" },
];
