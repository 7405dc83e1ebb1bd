import type { KernelParameters } from "../launchProfile";
import { configuredKernelParameters } from "./goKernelParameters";

/**
 * Kernel command line of runtime-rs at 4.0.0. Debugging and FIPS were not read there.
 *
 * Source: kata-containers 4.0.0, src/runtime-rs/crates/hypervisor/src/qemu/cmdline_generator.rs:183-225,
 * kernel_param.rs:126-256; order of agent and user parameters: crates/runtimes/src/manager.rs:885.
 */
export const rsKernelParameters: readonly KernelParameters[] = [
  {
    value:
      "reboot=k panic=1 systemd.unit=kata-containers.target systemd.mask=systemd-networkd.service " +
      "systemd.mask=systemd-networkd.socket",
    source: "cmdline_generator.rs:183-225",
  },
  {
    value:
      'dm-mod.create="dm-verity,,,ro,0 {SECTORS} verity 1 /dev/vda1 /dev/vda2 {DATA_BLOCK_SIZE} {HASH_BLOCK_SIZE} ' +
      '{DATA_BLOCKS} 0 sha256 {ROOT_HASH} {SALT}" root=/dev/dm-0 rootflags={ROOT_FLAGS} rootfstype={ROOT_FS_TYPE}',
    when: ["rootfs"],
    source: "kernel_param.rs:126-256",
  },
  { value: "agent.launch_process_timeout=15", source: "crates/runtimes/src/manager.rs:885" },
  {
    value: configuredKernelParameters,
    source: "configuration-qemu-nvidia-gpu-snp-runtime-rs.toml.in, kernel_params",
  },
  { value: "selinux=0", source: "cmdline_generator.rs:183-225" },
  {
    value: "kata.extension.gpu.verity_params={EXTENSION_GPU} kata.extension.coco.verity_params={EXTENSION_COCO}",
    source: "kernel_param.rs:102-111; configuration-qemu-nvidia-gpu-snp-runtime-rs.toml.in:790-799",
  },
  { value: "console=hvc0", source: "cmdline_generator.rs:3200-3222" },
];
