import type { QemuArgument } from "../launchProfile";

/** As in the firmware's name, or the kernel's, which the shim may have followed through a link. */
export const kernelFile = /^vmlinuz.*nvidia-gpu/;

/**
 * QEMU's arguments by the Go shim, as far as they reach the guest's measurement, its report, or its secrets; devices and
 * host-side plumbing are not here. In the order in which they are compared.
 *
 * Source: kata-containers tags 3.29.0, 4.0.0, 4.1.0. Lines are of 4.0.0 and hold at 4.1.0; vc = src/runtime/virtcontainers,
 * gq = src/runtime/pkg/govmm/qemu/qemu.go.
 */
export const goQemuArguments: readonly QemuArgument[] = [
  {
    argument: "-machine",
    value: "q35,accel=kvm,kernel_irqchip=split,confidential-guest-support={TEE}",
    measuredIn: { tdx: "RTMR0" },
    source: "vc/qemu_amd64.go:54-58,110-113,274-320",
  },
  {
    argument: "-cpu",
    value: "EPYC-v4,pmu=off",
    tee: "snp",
    measuredIn: { snp: "launch digest" },
    source: "vc/qemu_amd64.go:237-250, vc/qemu.go:1241-1242",
  },
  { argument: "-cpu", value: "host,pmu=off", tee: "tdx", source: "vc/qemu_amd64.go:237-250, vc/qemu.go:1241-1242" },
  {
    argument: "-smp",
    value: "{VCPUS},cores=1,threads=1",
    kata: ["4.0.0", "4.1.0"],
    measuredIn: { snp: "launch digest", tdx: "RTMR0" },
    source: "vc/qemu_arch_base.go:329-369, gq:3239-3277",
  },
  {
    argument: "-smp",
    value: "{VCPUS},cores=1,threads=1,sockets={VCPUS},maxcpus={VCPUS}",
    kata: ["3.29.0"],
    measuredIn: { snp: "launch digest", tdx: "RTMR0" },
    source: "vc/qemu_arch_base.go:327 at 3.29.0",
  },
  {
    argument: "-bios",
    value: "AMDSEV.fd",
    tee: "snp",
    file: /^AMDSEV\.fd$/,
    measuredIn: { snp: "launch digest" },
    source: "gq:430,460; src/runtime/Makefile:165",
  },
  {
    argument: "-bios",
    value: "OVMF.inteltdx.fd",
    tee: "tdx",
    file: /^OVMF\.inteltdx\.fd$/,
    measuredIn: { tdx: "MRTD" },
    source: "gq:430,460; src/runtime/Makefile:161",
  },
  {
    argument: "-kernel",
    value: "vmlinuz-nvidia-gpu.container",
    file: kernelFile,
    measuredIn: { snp: "launch digest", tdx: "RTMR1" },
    source: "gq:3321-3336; src/runtime/Makefile:483,934",
  },
  {
    argument: "-initrd",
    value: "{ANY}",
    when: ["initrd"],
    file: /./,
    measuredIn: { snp: "launch digest", tdx: "RTMR2" },
    source: "vc/qemu.go:988-1001",
  },
  {
    argument: "-append",
    value: "{COMMAND_LINE}",
    measuredIn: { snp: "launch digest", tdx: "RTMR2" },
    source: "gq:3321-3336",
  },
  {
    argument: "-object sev-snp-guest",
    value: "id=snp,cbitpos={ANY},reduced-phys-bits=1,kernel-hashes=on,policy=196608,host-data={HOST_DATA}",
    tee: "snp",
    measuredIn: { snp: "launch digest" },
    source: "gq:438-460, vc/qemu_amd64.go:360-383",
  },
  {
    argument: "-object tdx-guest",
    value: "id=tdx,mrconfigid={HOST_DATA},quote-generation-socket={ANY}",
    tee: "tdx",
    source: "gq:502-590",
  },
  {
    argument: "-m",
    value: "{MEMORY_MIB}M",
    measuredIn: { tdx: "RTMR0" },
    source: "vc/qemu.go:356-364,3311-3328",
  },
];

/** OVMF's window for large GPU memory, which the shim asks for by firmware configuration: vc/qemu.go, createPCIeTopology. */
export const expectedFirmwareConfiguration = /^name=opt\/ovmf\/X-PciMmio64Mb,string=\d{1,12}$/;
