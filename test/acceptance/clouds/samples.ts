import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../../stacks/config/load";
import type { StackConfig } from "../../../stacks/config/load";
import { readStackFile, stackNames } from "../../../tooling/review/stackFiles";
import { root } from "../../support/factory";

export interface Sample {
  /** `azure-aks/infrastructure` */
  readonly name: string;
  readonly sections: Readonly<Record<string, unknown>>;
  readonly config: StackConfig;
}

const directory = join(root, "samples");

/** Every stack of the samples, as its file says it. */
export const samples: readonly Sample[] = readdirSync(directory, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .flatMap((sample) =>
    stackNames(join(directory, sample)).map((stack) => {
      const sections = readStackFile(join(directory, sample), stack, "samples")?.sections ?? {};
      return { name: `${sample}/${stack}`, sections, config: parseConfig(sections) };
    }),
  );

export function sampleNamed(name: string): Sample {
  const found = samples.find((sample) => sample.name === name);
  if (!found) throw new Error(`samples/ has no ${name}`);
  return found;
}

/** The cloud's section of a stack's configuration. */
export function cloudOf(config: StackConfig) {
  const { azure, gcp } =
    config.role === "infrastructure"
      ? (config.providers.find(({ name }) => name === config.provider) ?? {})
      : config.role === "keys"
        ? config
        : {};
  return azure ?? gcp;
}
