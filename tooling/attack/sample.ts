import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { Trustee } from "../../components/attestation/trustee";
import { base64 } from "../../components/attestation/trusteeSecrets";
import { emptyLock } from "../../components/catalogLock";
import type { ChartPlacement } from "../../components/chartSource";
import { GpuOperator } from "../../components/cluster/gpuOperator";
import { KubeletSettings } from "../../components/cluster/kubelet";
import { NodeFeatures } from "../../components/cluster/nodeFeatures";
import { NodeMode } from "../../components/cluster/nodeMode";
import { TenantNamespace } from "../../components/cluster/tenantNamespace";
import { quotaOfHosts } from "../../components/cluster/tenantRules";
import type { PlatformSetName } from "../../components/platform";
import { Kata } from "../../components/runtime/kata";
import { ConfidentialWorkload } from "../../components/workload/confidentialWorkload";
import type { Release } from "../../components/workload/release";
import type { Factory, TrustConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { deriveStacks } from "../../stacks/rehearsal";
import { computedRelease } from "../../stacks/releases";
import { signerPolicy } from "../rehearsal/signingKeys";
import { checkout } from "../toolchain/ensure";

/** SIMULATED, like the releases that are made of the sample. */
const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const key = "made up";

/** The sample description, section by section, a fresh copy at each call. */
export function sampleSections(): Record<string, unknown> {
  const { config } = parse(readFileSync(join(checkout, "Pulumi.rehearsal.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name.replace(/^trustfoundry:/, ""), value]));
}

export interface Sample {
  readonly factory: Factory;
  readonly placement: ChartPlacement;
  readonly trust: TrustConfig;
  readonly releases: readonly Release[];
}

/** The sample's factory with the releases of its models, made for one platform set. */
export function sampleReleases(set: PlatformSetName): Sample {
  const sections = sampleSections();
  const factory = parseAs("rehearsal", { ...sections, platform: { ...(sections.platform as object), set } });
  const placement: ChartPlacement = {
    platformSet: set,
    charts: { kind: "directory", path: join(checkout, "tooling", "rehearsal", "charts") },
    pins: { lock: emptyLock, simulated: true },
  };
  const newKey = () => generateKeyPairSync("ed25519").privateKey;
  const signers = signerPolicy({ modelOwner: newKey(), dataOwner: newKey() });
  const material = { keyBrokerCa: certificate, releases: "none", signers };
  const trust = parseAs("trust", { ...deriveStacks(factory, material).trust });
  const issue = {
    history: { sequence: 1, previous: null },
    validity: { notBefore: "2026-11-01T00:00:00Z", notAfter: "2027-11-01T00:00:00Z" },
  };
  const releases = trust.models.map(({ name }) => computedRelease(trust, name, issue, placement.pins));
  return { factory, placement, trust, releases };
}

/** What the model owner's program places. */
export function placeTrustee({ placement, trust, releases }: Sample, provider?: pulumi.ProviderResource): void {
  const opts = provider ? { providers: [provider] } : {};
  new Trustee(
    "trustee",
    {
      releases: releases.map((release) => ({ release })),
      accepted: { verifier: "remote" },
      referenceValueExpiry: trust.attestation.referenceValueExpiry,
      platformSet: placement.platformSet,
      pins: placement.pins,
      clientCidrs: ["198.51.100.0/24"],
      secrets: pulumi.secret({
        tls: { certificate, privateKey: key },
        tokenSigner: { certificate, privateKey: key },
        resources: Object.fromEntries(
          releases.flatMap(({ resources }) => resources.map((path) => [path, base64(key)])),
        ),
      }),
    },
    opts,
  );
}

/** What a provider places for the model owner. */
export function placeWorkloads({ releases }: Sample, provider?: pulumi.ProviderResource): void {
  const opts = provider ? { providers: [provider] } : {};
  for (const release of releases)
    new ConfidentialWorkload(release.name, { release, namespace: "acme-models", storageClassName: "block" }, opts);
}

/** What each provider's program places. */
export function placeProviders({ factory, placement }: Sample, provider?: pulumi.ProviderResource): void {
  const opts = provider ? { providers: [provider] } : {};
  for (const { name, hosts, kubernetesVersion, keyBrokerCidrs } of factory.providers) {
    new KubeletSettings(`${name}-kubelet`, { kubernetesVersion }, opts);
    const nodeMode = new NodeMode(`${name}-node-mode`, { hosts }, opts);
    const nodeFeatures = new NodeFeatures(`${name}-node-features`, { placement }, opts);
    new Kata(`${name}-kata`, { placement, nodeFeatures, nodeMode }, opts);
    new GpuOperator(`${name}-gpu-operator`, { placement, hosts, nodeFeatures, nodeMode }, opts);
    const tenant = { namespace: "acme-models", deployer: "deployer", keyBrokerCidrs, quota: quotaOfHosts(hosts) };
    new TenantNamespace(`${name}-tenant`, { ...tenant, kubernetesVersion }, opts);
  }
}
