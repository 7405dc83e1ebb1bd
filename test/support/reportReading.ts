import { resourcePolicy } from "../../components/attestation/resourcePolicy";
import { tokens } from "../../components/tokens";
import type { Release } from "../../components/workload/release";
import { releaseDigest } from "../../components/workload/release/document";
import { parseAs } from "../../stacks/config/load";
import type { StackConfig } from "../../stacks/config/load";
import { deriveStacks } from "../../stacks/rehearsal";
import type { FactoryReading, ReadResource, StackReading } from "../../tooling/report/reading";
import { placeholderCa } from "../../tooling/review/placeholders";
import { sampleFactory } from "./factory";
import { sampleRelease } from "./release";
import { bothSign } from "./signing";

export const provider = "northern-metal";

/** Settings of the sample's stacks, derived as a rehearsal does. */
export function sampleConfigs(): Record<"trust" | "infrastructure" | "workloads", StackConfig> {
  const factory = sampleFactory();
  const acceptance = { [provider]: { attestationSigners: [], images: [] } };
  const material = { keyBrokerCa: placeholderCa, signers: bothSign, releases: "releases", acceptance };
  const withoutAcceptance = {
    ...factory,
    providers: factory.providers.map((each) => ({ ...each, acceptance: undefined })),
  };
  const derived = deriveStacks(withoutAcceptance, material);
  const own = derived.providers[provider];
  if (!own) throw new Error(`the sample has no ${provider}`);
  return {
    trust: parseAs("trust", derived.trust),
    infrastructure: parseAs("infrastructure", own.infrastructure),
    workloads: parseAs("workloads", own.workloads({ directory: "handover", releases: ["llama-8b"] })),
  };
}

export function resource(type: string, name: string, inputs: Record<string, unknown> = {}): ReadResource {
  return { type, name, urn: `urn:pulumi:test::trustfoundry::${type}::${name}`, inputs, dependsOn: [] };
}

export const denyAll = resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny-all", {
  metadata: { name: "deny-all", namespace: "acme-models" },
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
});

export function kataChart(version: string, values: object = { shims: { disableAll: true } }): ReadResource {
  return resource("kubernetes:helm.sh/v3:Release", "kata", {
    chart: "oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy",
    version,
    values,
  });
}

/** A key broker whose policy holds guests to these releases. */
export function brokerOf(releases: readonly Release[]): ReadResource[] {
  const policy = resourcePolicy(
    releases.map((release) => ({ release })),
    { verifier: "remote" },
  );
  return [
    resource(tokens.trustee, "trustee"),
    resource("kubernetes:core/v1:ConfigMap", "trustee-resource-policy", { data: { "resource-policy.rego": policy } }),
  ];
}

/** A stack that no rule has anything against. */
export function stackReading(config: StackConfig, changes: Partial<StackReading> = {}): StackReading {
  return {
    name: config.role,
    origin: "state",
    asOf: "2026-11-27T04:00:00Z",
    config,
    unseen: [],
    resources: [],
    releases: [],
    policies: { applied: [], findings: [], borne: [], undecided: [] },
    refusals: [],
    ...changes,
  };
}

export interface SampleReading {
  readonly releases?: readonly Release[];
  /** Releases in the key broker's policy; default: all of them. */
  readonly pinned?: readonly Release[];
  readonly infrastructure?: readonly ReadResource[];
  readonly stacks?: readonly ("trust" | "infrastructure" | "workloads")[];
  readonly changes?: Partial<Record<"trust" | "infrastructure" | "workloads", Partial<StackReading>>>;
}

/** A factory of three stacks, as states of it are read. */
export function sampleReading({
  releases = [sampleRelease()],
  pinned = releases,
  infrastructure = [resource(tokens.tenantNamespace, "tenant"), denyAll, kataChart("4.0.0")],
  stacks = ["trust", "infrastructure", "workloads"],
  changes = {},
}: SampleReading = {}): FactoryReading {
  const configs = sampleConfigs();
  const read = releases.map((release) => ({ release, digest: releaseDigest(release), signatures: [] }));
  const all = {
    trust: stackReading(configs.trust, { resources: brokerOf(pinned), releases: read, ...changes.trust }),
    infrastructure: stackReading(configs.infrastructure, { resources: infrastructure, ...changes.infrastructure }),
    workloads: stackReading(configs.workloads, { releases: read, ...changes.workloads }),
  };
  return { pack: "baseline", today: "2026-11-27", stacks: stacks.map((name) => all[name]) };
}
