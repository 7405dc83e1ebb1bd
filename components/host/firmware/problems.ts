import type { FirmwarePlan, FirmwareSetting } from "./plan";
import { hostChecks } from "./hostChecks";

/**
 * `tee`: the host would have none, or a useless one. `registration`: the platform manifest would be consumed, or unread.
 * `order`: staged too early, or once too often.
 */
export type FirmwareProblemKind = "tee" | "registration" | "order";

/** What is wrong with a plan, and where: a property path into it. */
export interface FirmwareProblem {
  readonly kind: FirmwareProblemKind;
  readonly path: string;
  readonly message: string;
}

interface Placed {
  readonly setting: FirmwareSetting;
  readonly stage: number;
  readonly path: string;
}

/** Settings without which the TEE does not work or guards nothing, and what becomes of a host where one is off. */
const needed = {
  snp: {
    "memory-encryption": "guests' memory is not encrypted",
    iommu: "the kernel leaves SEV-SNP off",
    snp: "there is no SEV-SNP",
    "asid-space": "guests with SEV-SNP get no ASIDs",
    "rmp-coverage": "memory outside the RMP can be remapped by the host",
  },
  tdx: {
    "memory-encryption": "guests' memory is not encrypted",
    tdx: "there is no TDX",
    "seam-loader": "the TDX module is not loaded",
    sgx: "no quote can be signed",
    "registration-agent": "whether firmware consumes the platform manifest is left to chance",
  },
} as const;

const off = /^(0|off|no|none|false|disabled?)$/i;

const isOff = ({ values }: FirmwareSetting) => values.some((value) => off.test(String(value)));

/** The least that may come of it; a word such as Auto may be anything. */
const lowest = ({ values, atLeast }: FirmwareSetting) =>
  Math.min(atLeast ?? Infinity, ...values.map((value) => (/^\d+$/.test(String(value)) ? Number(value) : 0)));

/** The traps that plans fall into. Empty for every plan of this project's own data. */
export function firmwareProblems(plan: FirmwarePlan): readonly FirmwareProblem[] {
  const all = plan.stages.flatMap(({ settings }, stage) =>
    settings.map((setting, index) => ({ setting, stage, path: `stages[${stage}].settings[${index}]` })),
  );
  return [
    ...lacking(plan, all),
    ...all.flatMap((placed) => ofValues(plan, placed)),
    ...all.flatMap((placed) => ofParents(placed, all)),
    ...once(all),
    ...unchecked(plan),
  ];
}

function lacking({ tee }: FirmwarePlan, all: readonly Placed[]): readonly FirmwareProblem[] {
  return Object.entries(needed[tee])
    .filter(([id]) => !all.some(({ setting }) => setting.id === id))
    .map(([id, harm]) => ({ kind: kindOf(id), path: "stages", message: `${id} is not set: ${harm}` }));
}

const kindOf = (id: string): FirmwareProblemKind =>
  id === "registration-agent" || id === "in-band-access" ? "registration" : "tee";

function ofValues({ tee, registration }: FirmwarePlan, { setting, path }: Placed): readonly FirmwareProblem[] {
  const { id } = setting;
  const at = (message: string) => [{ kind: kindOf(id), path: `${path}.values`, message: `${id} ${message}` }];
  const harm = (needed[tee] as Readonly<Record<string, string>>)[id];
  if (id === "registration-agent") {
    const direct = !isOff(setting);
    if (direct && registration !== "direct")
      return at(
        "is on although hosts register in-band: firmware would consume the platform manifest at its next start",
      );
    return !direct && registration === "direct" ? at("is off although firmware is to register by itself") : [];
  }
  if (id === "asid-space") return lowest(setting) > 1 ? [] : at(`may be 1: ${needed.snp["asid-space"]}`);
  if (id === "key-split") return lowest(setting) > 0 ? [] : at("may be 0: TDX gets no keys");
  if (id === "in-band-access" && isOff(setting)) return at("is off: the operator's tools cannot read the manifest");
  return (harm !== undefined || id === "iommu") && isOff(setting)
    ? at(`is off: ${harm ?? "there is nothing to pass GPUs through"}`)
    : [];
}

function ofParents({ setting, stage, path }: Placed, all: readonly Placed[]): readonly FirmwareProblem[] {
  return (setting.after ?? []).flatMap((id) => {
    const parents = all.filter((candidate) => candidate.setting.id === id);
    const message =
      parents.length === 0
        ? `${setting.id} waits for ${id}, which the plan does not set`
        : parents.some((parent) => parent.stage >= stage)
          ? `${setting.id} is not staged after ${id}: it stays read-only until that is applied by a restart`
          : undefined;
    return message === undefined ? [] : [{ kind: "order", path: `${path}.after`, message }];
  });
}

/** After what is done once, only what takes it back: an earlier one would be done before the rest is in force. */
function once(all: readonly Placed[]): readonly FirmwareProblem[] {
  return all.flatMap(({ setting, stage, path }) => {
    const { id } = setting;
    const at = (message: string) => [{ kind: "order" as const, path, message: `${id} ${message}` }];
    if (!setting.once) return id === "sgx-factory-reset" ? at("would be done at each run; write once: true") : [];
    const others = all.filter((other) => other.stage >= stage && other.setting !== setting);
    return others.every((other) => other.setting.after?.includes(id))
      ? []
      : at("is done once, and has to be the last stage, alone");
  });
}

function unchecked({ tee, registration, checks }: FirmwarePlan): readonly FirmwareProblem[] {
  return hostChecks(tee, registration)
    .filter((check) => !checks.includes(check))
    .map((check) => ({ kind: "tee", path: "checks", message: `lacks "${check}"` }));
}
