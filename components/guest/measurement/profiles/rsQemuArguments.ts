import type { QemuArgument } from "../launchProfile";
import { goQemuArguments } from "./goQemuArguments";

/**
 * QEMU's arguments by runtime-rs at 4.0.0. What was not read there is open: it is not compared.
 *
 * Source: kata-containers 4.0.0, src/runtime-rs/crates/hypervisor/src/qemu/cmdline_generator.rs.
 */
const own: readonly QemuArgument[] = [
  {
    argument: "-machine",
    value: "q35,kernel_irqchip=split,confidential-guest-support={TEE}",
    open: true,
    measuredIn: { tdx: "RTMR0" },
    source: "cmdline_generator.rs:3289,3309",
  },
  {
    argument: "-cpu",
    value: "EPYC-v4",
    tee: "snp",
    open: true,
    measuredIn: { snp: "launch digest" },
    source: "cmdline_generator.rs:3293,3422",
  },
  { argument: "-cpu", value: "host", tee: "tdx", open: true, source: "cmdline_generator.rs:3293" },
  {
    argument: "-smp",
    value: "{VCPUS}",
    measuredIn: { snp: "launch digest", tdx: "RTMR0" },
    source: "cmdline_generator.rs:355-390",
  },
  {
    argument: "-object sev-snp-guest",
    value: "id=snp,cbitpos={ANY},reduced-phys-bits={ANY},kernel-hashes=on,policy=0x30000,host-data={HOST_DATA}",
    tee: "snp",
    open: true,
    measuredIn: { snp: "launch digest" },
    source: "cmdline_generator.rs:2058-2120",
  },
  {
    argument: "-object tdx-guest",
    value: "id=tdx,mrconfigid={HOST_DATA},quote-generation-socket={ANY}",
    tee: "tdx",
    open: true,
    source: "cmdline_generator.rs:2058-2120",
  },
  { argument: "-m", value: "{MEMORY_MIB}M", open: true, measuredIn: { tdx: "RTMR0" }, source: "cmdline_generator.rs" },
];

const named = new Set(own.map(({ argument }) => argument));

/** In the order of the Go shim's, whose rows stand where runtime-rs has none of its own: files and the command line. */
export const rsQemuArguments: readonly QemuArgument[] = [
  ...own.filter(({ argument }) => ["-machine", "-cpu", "-smp"].includes(argument)),
  ...goQemuArguments.filter(({ argument }) => !named.has(argument)),
  ...own.filter(({ argument }) => !["-machine", "-cpu", "-smp"].includes(argument)),
];
