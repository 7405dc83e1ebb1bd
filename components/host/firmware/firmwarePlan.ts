import type { CpuModelName, CpuTee } from "../hardware";
import { cpuModels } from "../hardware";
import { hostChecks } from "./hostChecks";
import type { AttributeSearch, FirmwarePlan, FirmwareSetting, FirmwareStage, Registration } from "./plan";
import { firmwareProblems } from "./problems";
import type { FirmwareVendor } from "./vendors";

/** What a plan is made for. */
export interface FirmwareHost {
  /** Kubernetes node name. */
  readonly name: string;
  readonly cpu: CpuModelName;
  /**
   * How a TDX host gets its PCK certificates. Default in-band: firmware that registers by itself consumes the platform
   * manifest, and a host that was meant to be registered by its operator then signs empty quotes.
   */
  readonly registration?: Registration;
  /** Names that this machine's registry has, by id of setting, where the vendor's data has none or the wrong one. */
  readonly attributes?: Readonly<Record<string, string>>;
}

type VendorProcedure = NonNullable<FirmwareVendor["procedures"][CpuTee]>;
type VendorSetting = VendorProcedure["stages"][number]["settings"][number];

/** The same host and vendor give the same plan. Throws a sentence where the vendor's data has no sound one. */
export function firmwarePlan(host: FirmwareHost, vendor: FirmwareVendor): FirmwarePlan {
  const { tee } = cpuModels[host.cpu];
  const procedure = vendor.procedures[tee];
  if (!procedure) throw new Error(`${vendor.title}: nothing is known about ${tee} on its machines`);
  const known = new Set(procedure.stages.flatMap(({ settings }) => settings.map(({ id }) => id)));
  const unknown = Object.keys(host.attributes ?? {}).filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new Error(
      `attributes: ${unknown.join(", ")} is no setting of ${vendor.name}; write ${[...known].join(", ")}`,
    );
  const registration = tee === "tdx" ? (host.registration ?? "in-band") : undefined;
  const plan: FirmwarePlan = {
    host: host.name,
    vendor: vendor.name,
    protocol: vendor.protocol,
    tee,
    ...(registration && { registration }),
    stages: procedure.stages
      .map(({ title, settings }): FirmwareStage => ({
        title,
        settings: settings
          .filter((setting) => setting.registration === undefined || setting.registration === registration)
          .map((setting) => planned(setting, vendor, host.attributes?.[setting.id])),
        appliedBy: vendor.protocol === "intersight" ? "none" : "restart",
      }))
      .filter(({ settings }) => settings.length > 0),
    checks: hostChecks(tee, registration),
    notes: procedure.notes,
  };
  const problems = firmwareProblems(plan);
  if (problems.length > 0)
    throw new Error(`${vendor.name}, ${tee}: ${problems.map(({ path, message }) => `${path}: ${message}`).join("; ")}`);
  return plan;
}

/** Who names an attribute has seen it: then it is neither searched for nor optional. */
function planned(setting: VendorSetting, { sources }: FirmwareVendor, named: string | undefined): FirmwareSetting {
  const { id, names, displayName, notDisplayName, registration, source: cited, optional, ...rest } = setting;
  void registration;
  const source = sources[cited];
  const find: AttributeSearch =
    named === undefined
      ? { names, ...(displayName && { displayName }), ...(notDisplayName && { notDisplayName }) }
      : { names: [named] };
  return {
    id,
    find,
    ...rest,
    ...(optional && named === undefined && { optional }),
    ...(named === undefined
      ? source && { source: source.text, grade: source.grade }
      : { source: "named in this factory's configuration" }),
  };
}
