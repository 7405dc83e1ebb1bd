import { catalogNames, catalogEntry } from "../../components/catalog";
import { platformSets } from "../../components/platform";
import { isObject } from "../../policies/place";
import { sortedBy } from "../review/text";
import type { InUse } from "./advisories";
import type { Facts } from "./facts";
import type { FactoryReading, ReadResource, StackReading } from "./reading";

/** One component in the version that a stack places or names. */
export interface VersionInForce {
  readonly component: string;
  readonly version: string;
  readonly stack: string;
  /** What the catalog pins in the stack's platform set; undefined where it pins none. */
  readonly pinned?: string;
  readonly source: string;
}

/** Charts as they are placed, and Trustee as the platform set names it. */
export function versionsInForce({ stacks }: FactoryReading): VersionInForce[] {
  const found = stacks.flatMap((stack) => {
    const { config, name } = stack;
    const set = "platform" in config ? config.platform.set : undefined;
    const charts = chartsOf(stack).map(({ chart, version }): VersionInForce => {
      const entry = catalogNames.find((each) => each === `charts/${chart}`);
      const { versions, source } = entry ? catalogEntry(entry) : { versions: undefined, source: undefined };
      return {
        component: chart,
        version,
        stack: name,
        ...(set && versions && { pinned: versions[set] }),
        source: source ?? "the stack's own",
      };
    });
    const trustee: VersionInForce[] =
      config.role === "trust" && set
        ? [
            {
              component: "trustee",
              version: platformSets[set].versions.trustee,
              stack: name,
              pinned: platformSets[set].versions.trustee,
              source: platformSets[set].source,
            },
          ]
        : [];
    return [...charts, ...trustee];
  });
  return sortedBy(found, ({ component, stack, version }) => `${component} ${stack} ${version}`);
}

/** What is to be known before an advisory counts. */
export function inUse(reading: FactoryReading, facts: Facts): InUse {
  const kata = versionsInForce(reading)
    .filter(({ component }) => component === "kata-deploy")
    .map(({ version }) => version);
  const shims = reading.stacks
    .flatMap(chartsOf)
    .filter(({ chart }) => chart === "kata-deploy")
    .map(shimsOf);
  const anyShim = (pattern: RegExp) =>
    shims.some((names) => names === undefined || names.some((name) => pattern.test(name)));
  return {
    versions: { kata: [...new Set(kata)] },
    uses: {
      genpolicy: facts.releases.some(({ release }) => release.agentPolicy.origin === "genpolicy"),
      runtimeRs: anyShim(/runtime-rs|dragonball/),
      cloudHypervisor: anyShim(/^(clh|cloud-hypervisor)/),
    },
  };
}

/** Defects of the platform sets in force that are said at each preview. */
export function platformWarnings({ stacks }: FactoryReading): string[] {
  const sets = new Set(stacks.flatMap(({ config }) => ("platform" in config ? [config.platform.set] : [])));
  return [...sets].sort().flatMap((set) => platformSets[set].warnings.map((warning) => `${set}: ${warning}`));
}

interface Chart {
  readonly chart: string;
  readonly version: string;
  readonly values: unknown;
}

/** A chart's name by the end of its address: a directory's path is nobody's business. */
function chartsOf({ resources }: StackReading): Chart[] {
  return resources
    .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
    .flatMap(({ inputs }: ReadResource) => {
      const { chart, version, values } = inputs;
      if (typeof chart !== "string") return [];
      const last = chart.split("/").at(-1) ?? chart;
      const known = catalogNames
        .map((name) => name.replace(/^charts\//, ""))
        .find((name) => last === name || last.startsWith(`${name}-`));
      const written = typeof version === "string" ? version : known === undefined ? "" : last.slice(known.length + 1);
      return [{ chart: known ?? last, version: written === "" ? "not said" : written, values }];
    });
}

/** The shims that kata-deploy installs; undefined where it installs its own choice. */
function shimsOf({ values }: Chart): string[] | undefined {
  const shims = isObject(values) && isObject(values.shims) ? values.shims : undefined;
  if (shims?.disableAll !== true) return undefined;
  return Object.entries(shims).flatMap(([name, shim]) => (isObject(shim) && shim.enabled === true ? [name] : []));
}
