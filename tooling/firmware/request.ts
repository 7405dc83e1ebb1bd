import { basename, dirname } from "node:path";
import { firmwarePlan } from "../../components/host/firmware/firmwarePlan";
import { registrations } from "../../components/host/firmware/plan";
import type { FirmwarePlan } from "../../components/host/firmware/plan";
import { firmwareVendor } from "../../components/host/firmware/vendors";
import type { FirmwareVendor } from "../../components/host/firmware/vendors";
import { cpuModelNames, cpuModels } from "../../components/host/hardware";
import { hostFirmware } from "../../stacks/additions/firmware";
import { parseConfig } from "../../stacks/config/load";
import type { Provider } from "../../stacks/config/providers";
import { completeSections } from "../../stacks/presetFile";
import { checkedFile } from "../configuration";
import { readStackFile } from "../review/stackFiles";
import { FirmwareError } from "./target";

/** One host, what has to be done to it, and where it is reached. */
export interface Wanted {
  readonly plan: FirmwarePlan;
  readonly vendor: FirmwareVendor;
  readonly address?: string;
}

export interface PlanOptions {
  readonly host?: string;
  readonly vendor?: string;
  readonly vendorFolder?: string;
  readonly tee?: string;
  readonly cpu?: string;
  readonly registration?: string;
}

/** From a stack's file, all its hosts or the one named; or from the options alone. */
export function wantedPlans(file: string | undefined, options: PlanOptions): readonly Wanted[] {
  if (file === undefined) return [fromOptions(options)];
  const used = (["vendor", "vendorFolder", "tee", "cpu", "registration"] as const).find((key) => options[key]);
  if (used !== undefined)
    throw new FirmwareError(`--${used} is for a plan without a stack's file; ${file} says it for each host.`);
  return fromFile(file, options.host);
}

/** Exactly one machine: what talks to one has to be told which. */
export function wantedPlan(file: string | undefined, options: PlanOptions): Wanted {
  const wanted = wantedPlans(file, options);
  const [only, ...others] = wanted;
  if (only && others.length === 0) return only;
  throw new FirmwareError(
    `${file ?? "The options"} speak of ${wanted.map(({ plan }) => plan.host).join(", ")}; name one with --host.`,
  );
}

function fromOptions({ host = "host", vendor, vendorFolder, tee, cpu, registration }: PlanOptions): Wanted {
  if (vendor === undefined || (tee === undefined && cpu === undefined))
    throw new FirmwareError("Name a stack's file, or --vendor together with --tee (snp or tdx) or --cpu.");
  const model = cpuModelNames.find((name) => (cpu === undefined ? cpuModels[name].tee === tee : name === cpu));
  if (model === undefined)
    throw new FirmwareError(
      cpu === undefined
        ? `--tee ${tee} is none; write snp or tdx.`
        : `--cpu ${cpu} is not known; write one of ${cpuModelNames.join(", ")}.`,
    );
  if (tee !== undefined && cpuModels[model].tee !== tee)
    throw new FirmwareError(`--tee ${tee} is not what ${model} has; leave it out, or write ${cpuModels[model].tee}.`);
  const chosen = registrations.find((name) => name === registration);
  if (registration !== undefined && chosen === undefined)
    throw new FirmwareError(`--registration ${registration} is none; write ${registrations.join(" or ")}.`);
  return planned(() => {
    const data = firmwareVendor(vendor, vendorFolder);
    return {
      plan: firmwarePlan({ name: host, cpu: model, ...(chosen && { registration: chosen }) }, data),
      vendor: data,
    };
  });
}

function fromFile(file: string, host: string | undefined): readonly Wanted[] {
  const [, stackName] = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(file)) ?? [];
  const directory = dirname(file);
  const read = stackName === undefined ? undefined : readStackFile(directory, stackName, directory);
  if (!read) throw new FirmwareError(`${file} is no stack's file; name a Pulumi.<stack>.yaml that is there.`);
  const config = checkedFile(file, () => parseConfig(completeSections(directory, read.sections).sections));
  const providers: readonly Provider[] = "providers" in config ? config.providers : [];
  const own = config.role === "infrastructure" ? providers.filter(({ name }) => name === config.provider) : providers;
  const hosts = own.flatMap((provider) => provider.hosts).filter(({ firmware }) => firmware !== undefined);
  if (hosts.length === 0)
    throw new FirmwareError(
      `${file} has no host that says whose it is; write firmware: { vendor: … } under providers[].hosts[].`,
    );
  const chosen = hosts.filter(({ name }) => host === undefined || name === host);
  if (chosen.length === 0)
    throw new FirmwareError(`--host ${host} is none of ${hosts.map(({ name }) => name).join(", ")} in ${file}.`);
  return chosen.flatMap((host) => {
    const address = host.firmware?.managementAddress;
    const found = planned(() => hostFirmware(host, directory));
    return found ? [{ ...found, ...(address !== undefined && { address }) }] : [];
  });
}

/** A vendor's data or a plan that is none is the user's to correct. */
function planned<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new FirmwareError(`${(error as Error).message}.`);
  }
}
