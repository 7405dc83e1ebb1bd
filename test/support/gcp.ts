import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { gcpNodes } from "../../stacks/clouds/gcp";
import type { InfrastructureConfig } from "../../stacks/config/factory";
import type { Gcp } from "../../stacks/config/gcp";
import { parseAs } from "../../stacks/config/load";
import { root } from "./factory";
import { settled } from "./mocks";
import type { Recording } from "./registrations";
import { recordRegistrations } from "./registrations";

export type GcpSample = "gcp-gke" | "gcp-confidential-space";
export type GcpConfig = InfrastructureConfig & { readonly gcp: Gcp };

/** A sample with changes of the provider's gcp section, as a program is given it. */
export function gcpSections(sample: GcpSample, changes: Readonly<Record<string, unknown>> = {}) {
  const file = parse(readFileSync(join(root, "samples", sample, "Pulumi.infrastructure.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const sections: Record<string, unknown> = Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]),
  );
  const [provider] = sections.providers as { gcp: Record<string, unknown> }[];
  if (!provider) throw new Error(`${sample} has no provider`);
  Object.assign(provider.gcp, changes);
  return sections;
}

export function gcpConfig(sample: GcpSample, changes: Readonly<Record<string, unknown>> = {}): GcpConfig {
  const config = parseAs("infrastructure", gcpSections(sample, changes));
  const gcp = config.providers[0]?.gcp;
  if (!gcp) throw new Error(`${sample} is not about Google Cloud`);
  return { ...config, gcp };
}

/** A machine outside of any cluster, for the configuration. */
export const plainMachine = {
  name: "bench",
  zone: "europe-west4-c",
  image: "projects/made-up-images/global/images/ubuntu-h100-20261101",
};

/** What Google adds to resources that others are made from; ids are the mocks' own where nothing else is said. */
export function gcpOutputs(type: string, name: string, inputs: Readonly<Record<string, unknown>>) {
  if (!type.startsWith("gcp:")) return {};
  const given: Readonly<Record<string, Record<string, unknown>>> = {
    "gcp:compute/address:Address": { address: "192.0.2.20", selfLink: `projects/p/regions/r/addresses/${name}` },
    "gcp:compute/instanceTemplate:InstanceTemplate": { selfLink: `projects/p/global/instanceTemplates/${name}` },
    "gcp:serviceaccount/account:Account": {
      email: `${String(inputs.accountId)}@made-up.iam.gserviceaccount.com`,
      member: `serviceAccount:${String(inputs.accountId)}@made-up.iam.gserviceaccount.com`,
    },
  };
  return { name: inputs.name ?? `${name}-1a2b3c4`, ...given[type] };
}

/** Everything that a configuration registers, and what its program gives back. */
export async function recordedGcp(config: GcpConfig) {
  const recording = recordRegistrations(gcpOutputs);
  const nodes = await gcpNodes(config, config.gcp);
  await quiet(recording);
  return { recording, nodes };
}

/** Waits until nothing more is registered. Requests are answered in rounds, so one round without news says little. */
export async function quiet({ resources, finished }: Recording): Promise<void> {
  let before = -1;
  for (let still = 0; still < 5;) {
    await settled();
    const now = resources.length + finished.size;
    still = now === before ? still + 1 : 0;
    before = now;
  }
}
