import { createHash } from "node:crypto";
import type { SnpTcb } from "../../components/verdict/evidence/snpReport";
import type { Release } from "../../components/workload/release";
import type { Attack } from "./attack";
import { tdxBody, withCpu, withGuest } from "./attack";
import { genuineGuest } from "./guest";
import { tdxFirmware } from "./vendors";

const other = (what: string) => createHash("sha384").update(`SIMULATED other ${what}`).digest("hex");

/** Attacks by guests that are not what the release describes, or not where it may run. */
export const guestAttacks: readonly Attack[] = [
  {
    name: "other-tenant",
    what: "the genuine guest of one release asks for another's resource",
    failsAt: "policy",
    change: ({ world, release, scene }) => {
      const others = world.releases.filter(({ name }) => name !== release.name);
      // The more alike, the harder to tell apart.
      const alike = ({ tee, gpu }: Release) => tee === release.tee && gpu.count === release.gpu.count;
      const tenant = others.find(alike) ?? others[0];
      if (!tenant) return "there is one release only";
      return { ...scene, guest: genuineGuest(tenant) };
    },
  },
  {
    name: "other-init-data",
    what: "a guest is started with init-data that names another key broker or policy",
    failsAt: "policy",
    change: (stage) =>
      withGuest(stage, ({ initData }) => {
        const sent = `${initData.sent}# another policy\n`;
        const digits = initData.bound.length;
        const digest = createHash("sha256").update(sent).digest("hex");
        return { initData: { sent, bound: digest.slice(0, digits).padEnd(digits, "0") } };
      }),
  },
  {
    name: "other-firmware",
    what: "a guest is started with firmware that the release does not name",
    failsAt: "policy",
    change: (stage) =>
      withCpu(stage, {
        snp: (cpu) => ({ ...cpu, measurement: other("firmware") }),
        tdx: (cpu) => tdxBody(cpu, { mr_td: other("firmware") }),
      }),
  },
  {
    name: "other-kernel",
    what: "a guest is started with the right firmware and another kernel",
    failsAt: "policy",
    change: (stage) =>
      withCpu(stage, {
        snp: "SNP has one measurement for firmware, kernel and command line",
        tdx: (cpu) => tdxBody(cpu, { rtmr_1: other("kernel") }),
      }),
  },
  {
    name: "debug-guest",
    what: "a guest is started so that the host may read its memory",
    failsAt: "policy",
    change: (stage) =>
      withCpu(stage, {
        snp: (cpu) => ({ ...cpu, policy: { ...cpu.policy, debugAllowed: true } }),
        tdx: (cpu) => tdxBody(cpu, { td_attributes: `01${cpu.body.td_attributes.slice(2)}` }),
      }),
  },
  {
    name: "old-tcb",
    what: "a guest runs on a host whose firmware is older than the release accepts",
    failsAt: "policy",
    change: (stage) =>
      withCpu(stage, {
        snp: (cpu) => {
          const tcb = older(cpu.tcb);
          return tcb ? { ...cpu, tcb } : "the release accepts any firmware";
        },
        tdx: (cpu) => tdxBody(cpu, { tcb_svn: tdxFirmware.old }),
      }),
  },
  {
    name: "forged-tcb",
    what: "a report claims newer firmware than the processor's certificate is for",
    failsAt: "verification",
    change: (stage) =>
      withCpu(stage, {
        snp: (cpu) => {
          const tcb = older(cpu.tcb);
          return tcb ? { ...cpu, certifiedTcb: tcb } : "the release accepts any firmware";
        },
        tdx: "a TDX platform's versions are not part of its certificate here",
      }),
  },
  {
    name: "guest-program",
    what: "a program inside the guest, not its kernel, asks for the report",
    failsAt: "verification",
    change: (stage) =>
      withCpu(stage, { snp: (cpu) => ({ ...cpu, vmpl: 2 }), tdx: "TDX guests have no such levels here" }),
  },
  {
    name: "self-made-root",
    what: "all evidence is right, and signed under a root of somebody's own",
    failsAt: "verification",
    change: ({ world, scene }) => ({ ...scene, machine: world.otherMachine("at-home", world.strangers) }),
  },
  {
    name: "after-end",
    what: "a release's guest asks after the release's end",
    failsAt: "policy",
    change: ({ scene, release }) => ({ ...scene, now: new Date(Date.parse(release.validity.notAfter)) }),
  },
];

/** One version less, of whichever can be less. */
function older(tcb: SnpTcb): SnpTcb | undefined {
  const part = (["microcode", "snp", "bootloader", "tee"] as const).find((name) => tcb[name] > 0);
  return part && { ...tcb, [part]: tcb[part] - 1 };
}
