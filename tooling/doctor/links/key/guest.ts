import type { KeySubject, Link } from "../../outcome";
import { broken, ok, skipped, told } from "../../outcome";
import type { PolicyBlock } from "../../snapshot";
import { measuredDifferently, registersOf } from "../../explainMeasurement";
import { compared, cpuClaims, partsOf, tdxBody, teeClaims } from "./presented";
import { releaseFile } from "./trust";

const docs = "docs/measurement.md";
const refused = ["evidence-verified", "token-signer", "token-intact"];

/** What a guest is, by its own evidence, against what its release says. */
export const guestLinks: readonly Link<KeySubject>[] = [
  {
    id: "guest-init-data",
    question: "Was the guest started with the release's init-data?",
    follows: [...refused, "pod-init-data"],
    check: compared((wanted, presented, _snapshot, { release }) => {
      const found = cpuClaims(presented).init_data;
      if (found === wanted.init_data) return ok(`${wanted.init_data.slice(0, 16)}…`);
      return broken({
        found: `init_data ${told(found)}`,
        wanted: `${wanted.init_data} of ${release}`,
        why: "the hardware holds the digest of the init-data that the guest was started with: it is another's, or another version",
        remedy: "place the release's file as it was signed; `trustfoundry doctor pod` compares the pod's annotation",
        docs: "docs/releases.md",
      });
    }),
  },
  {
    id: "guest-measurement",
    question: "Does the guest measure as its release says?",
    follows: [...refused, "pod-shape", "pod-runtime-class"],
    check: compared((wanted, presented, snapshot, subject) => {
      const { tee } = wanted.cpu;
      const found = tee === "snp" ? teeClaims(presented, "snp") : tdxBody(presented);
      const release = releaseFile(snapshot, subject);
      const names = tee === "snp" ? ["measurement"] : ["mr_td", "rtmr_1", "rtmr_2"];
      const expected = release ? registersOf(release.launch) : wanted.cpu;
      const wrong = names.filter((name) => found?.[name] !== expected[name]);
      if (wrong.length === 0)
        return ok(names.map((name) => `${name} ${String(expected[name]).slice(0, 16)}…`).join(", "));
      const cause = release && found && measuredDifferently(snapshot, release, found);
      return broken({
        found: found ? wrong.map((name) => `${name} ${told(found[name])}`).join(", ") : `no evidence of ${tee}`,
        wanted: wrong.map((name) => `${name} ${told(expected[name])}`).join(", "),
        why: cause
          ? `the guest is one with ${cause}`
          : `another guest was started: ${covers(wrong)}; no vCPU count and no guest image known here measures like it`,
        remedy: cause?.includes("vCPUs")
          ? "give the pod the CPU limits of its release, or release the other shape"
          : "compare QEMU's command line on the host with `trustfoundry measure --against`, and Kata's version with the release's",
        docs,
      });
    }),
  },
  {
    id: "guest-firmware",
    question: "Is the host's firmware new enough?",
    follows: refused,
    check: compared((wanted, presented) =>
      wanted.cpu.tee === "snp"
        ? snpFirmware(wanted, teeClaims(presented, "snp") ?? {})
        : tdxFirmware(wanted, presented),
    ),
  },
  {
    id: "guest-closed",
    question: "Is the guest closed to its host: no debugging, no migration?",
    follows: refused,
    check: compared((wanted, presented) => {
      const snp = teeClaims(presented, "snp");
      const attributes = teeClaims(presented, "tdx")?.td_attributes as { debug?: unknown } | undefined;
      const open =
        wanted.cpu.tee === "snp"
          ? (["policy_debug_allowed", "policy_migrate_ma"] as const)
              .filter((name) => snp?.[name] !== false)
              .map((name) => `${name} ${told(snp?.[name])}`)
          : attributes?.debug === false
            ? []
            : [`td_attributes.debug ${told(attributes?.debug)}`];
      if (open.length === 0) return ok("neither");
      return broken({
        found: open.join(", "),
        wanted: "false",
        why: "whoever runs the host may read such a guest's memory",
        remedy: "start it by the release's runtime class: those for debugging get no key",
        docs,
      });
    }),
  },
  {
    id: "gpu-firmware",
    question: "Are the GPUs' driver and VBIOS among those accepted?",
    follows: [...refused, "guest-parts"],
    check: compared((wanted, presented) => {
      const gpus = partsOf(presented, "gpu").flatMap(([name, , claims]) => [
        ...among(
          name,
          "driver",
          claims["x-nvidia-gpu-driver-version"] ?? (claims.config as Config)?.driver_version,
          wanted.drivers,
        ),
        ...among(
          name,
          "VBIOS",
          claims["x-nvidia-gpu-vbios-version"] ?? (claims.config as Config)?.vbios_version,
          wanted.vbios,
        ),
      ]);
      const switches = partsOf(presented, "switch").flatMap(([name, , claims]) =>
        among(name, "BIOS", claims["x-nvidia-switch-bios-version"], wanted.switch_bios ?? []),
      );
      const [first] = [...gpus, ...switches];
      if (!first) return ok(`driver ${wanted.drivers.join(", ")}; VBIOS ${wanted.vbios.join(", ")}`);
      return broken({
        found: [...gpus, ...switches].map(({ found }) => found).join("; "),
        wanted: first.wanted,
        why: "NVIDIA publishes measurements of each version, and the model owner accepts some of them",
        remedy:
          "update the host's VBIOS, or the guest image (the driver is in it); or accept the version: `attestation.gpuFirmware`",
        docs: "docs/releases.md",
      });
    }),
  },
  {
    id: "gpu-verdict",
    question: "Does NVIDIA call the GPUs genuine, closed and unaltered?",
    follows: [...refused, "guest-parts"],
    check: compared((_wanted, presented) => {
      const devices = [...partsOf(presented, "gpu"), ...partsOf(presented, "switch")];
      const judged = devices.filter(([, , claims]) => claims["x-nvidia-overall-att-result"] !== undefined);
      if (judged.length < devices.length) return skipped("the evidence was not judged by NVIDIA's attestation service");
      const wanted = { "x-nvidia-overall-att-result": true, measres: "success", secboot: true, dbgstat: "disabled" };
      const wrong = judged.flatMap(([name, , claims]) =>
        Object.entries(wanted).flatMap(([claim, value]) =>
          claims[claim] === value ? [] : [`${name}: ${claim} ${told(claims[claim])}`],
        ),
      );
      if (wrong.length === 0) return ok(`${judged.length} of ${devices.length}`);
      return broken({
        found: wrong.join("; "),
        wanted: Object.entries(wanted)
          .map(([claim, value]) => `${claim} ${told(value)}`)
          .join(", "),
        why: "a GPU in devtools mode, with altered firmware, or with a revoked certificate is no confidential one",
        remedy: "look at the host's cc.mode and VBIOS; a revoked certificate is a matter for NVIDIA",
        docs: "docs/attestation.md",
      });
    }),
  },
];

type Config = { readonly driver_version?: unknown; readonly vbios_version?: unknown } | undefined;

function among(name: string, what: string, found: unknown, list: readonly string[]) {
  return list.includes(String(found))
    ? []
    : [{ found: `${name}: ${what} ${told(found)}`, wanted: `${what} ${list.join(" or ")}` }];
}

function snpFirmware({ cpu }: PolicyBlock, snp: Readonly<Record<string, unknown>>) {
  const floor = cpu.floor as Readonly<Record<string, number>>;
  const parts = ["bootloader", "tee", "snp", "microcode"].map((name) => ({
    name,
    found: snp[`reported_tcb_${name}`],
    least: floor[name] ?? 0,
  }));
  const low = parts.filter(({ found, least }) => typeof found !== "number" || found < least);
  if (low.length === 0) return ok(parts.map(({ name, found }) => `${name} ${told(found)}`).join(", "));
  const by = (found: unknown, least: number) => (typeof found === "number" ? `, ${least - found} too low` : "");
  return broken({
    found: low.map(({ name, found, least }) => `${name} ${told(found)}${by(found, least)}`).join("; "),
    wanted: low.map(({ name, least }) => `${name} ${least} or more`).join(", "),
    why: "the report says which firmware the host runs, and the release names the oldest that is accepted",
    remedy: "update BIOS, SEV firmware and microcode of the host; `snphost show tcb` lists them under Reported TCB",
    docs: "docs/firmware.md",
  });
}

function tdxFirmware({ cpu }: PolicyBlock, presented: Parameters<typeof tdxBody>[0]) {
  const body = tdxBody(presented) ?? {};
  const status = teeClaims(presented, "tdx")?.tcb_status;
  const lists = { xfam: cpu.xfam, td_attributes: cpu.attributes, mr_seam: cpu.mr_seam };
  const wrong = Object.entries(lists).filter(([name, list]) => Array.isArray(list) && !list.includes(body[name]));
  if (wrong.length === 0 && (status === "UpToDate" || status === undefined))
    return status === undefined
      ? skipped("evidence alone has no TCB status: it takes Intel's collateral (`trustfoundry verify`)")
      : ok("UpToDate");
  return broken({
    found: [
      ...(status === undefined || status === "UpToDate" ? [] : [`tcb_status ${told(status)}`]),
      ...wrong.map(([name]) => `${name} ${told(body[name])}`),
    ].join(", "),
    wanted: ["tcb_status UpToDate", ...wrong.map(([name, list]) => `${name} among ${told(list)}`)].join(", "),
    why: "the host's TDX module or firmware is one that Intel has advisories about, or that the model owner does not accept",
    remedy: "update the host's BIOS, microcode and TDX module",
    docs: "docs/firmware.md",
  });
}

function covers(names: readonly string[]): string {
  const meanings: Readonly<Record<string, string>> = {
    measurement: "firmware, kernel, command line or number of vCPUs differ",
    mr_td: "the firmware differs",
    rtmr_1: "the kernel differs",
    rtmr_2: "the command line or initrd differs",
  };
  return names.map((name) => meanings[name] ?? name).join(", ");
}
