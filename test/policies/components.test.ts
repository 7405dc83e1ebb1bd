import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Trustee } from "../../components/attestation/trustee";
import { base64 } from "../../components/attestation/trusteeSecrets";
import { GpuOperator } from "../../components/cluster/gpuOperator";
import { KubeletSettings } from "../../components/cluster/kubelet";
import { NodeFeatures } from "../../components/cluster/nodeFeatures";
import { NodeMode } from "../../components/cluster/nodeMode";
import { TenantAcceptance } from "../../components/cluster/tenantAcceptance";
import { TenantNamespace } from "../../components/cluster/tenantNamespace";
import { quotaOfHosts } from "../../components/cluster/tenantRules";
import type { PlatformSetName } from "../../components/platform";
import { platformSetNames } from "../../components/platform";
import { Kata } from "../../components/runtime/kata";
import { ConfidentialWorkload } from "../../components/workload/confidentialWorkload";
import type { Release } from "../../components/workload/release";
import { appliesTo } from "../../policies/isolation";
import { baseline } from "../../policies/packs/baseline/pack";
import type { Resource, Rule } from "../../policies/rule";
import type { TrustConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { deriveStacks } from "../../stacks/rehearsal";
import { computedRelease } from "../../stacks/releases";
import { sampleFactory, withValue } from "../support/factory";
import { settled } from "../support/mocks";
import { rehearsalPlacement } from "../support/placement";
import type { Recording } from "../support/registrations";
import { recordRegistrations } from "../support/registrations";
import { bothSign } from "../support/signing";
import { asTheSdkShowsThem } from "./support";

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const rules = baseline.selection.map(({ rule }) => rule).filter((rule) => appliesTo(rule, "pod"));

/** What rules see of everything that was registered; what was only looked up is nobody's to judge. */
function resourcesOf(recording: Recording): Resource[] {
  const urns = new Map<string, string[]>();
  for (const { name, urn } of recording.resources) urns.set(name, [...(urns.get(name) ?? []), urn]);
  const resources = recording.resources
    .filter(({ read }) => !read)
    .map(({ type, name, urn, inputs, dependencies }) => ({
      type,
      name,
      urn,
      props: inputs,
      dependsOn: dependencies.flatMap((dependency) => urns.get(dependency) ?? []),
    }));
  return asTheSdkShowsThem(resources);
}

function judged(rule: Rule, resources: readonly Resource[]) {
  const evaluation = rule.evaluate(resources);
  return {
    ...evaluation,
    findings: evaluation.findings.map(({ resource, path, value, message }) => [resource.name, path, value, message]),
  };
}

describe.each(platformSetNames)("components of platform set %s", (set: PlatformSetName) => {
  const factory = withValue(sampleFactory(), ["platform", "set"], set);
  const provider = factory.providers[0];
  const trust = parseAs("trust", {
    ...deriveStacks(factory, { keyBrokerCa: certificate, releases: "none", signers: bothSign }).trust,
  }) as TrustConfig;
  const placement = rehearsalPlacement(set);
  let stacks: Readonly<Record<"trust" | "infrastructure" | "workloads", readonly Resource[]>>;

  beforeAll(async () => {
    const issue = {
      history: { sequence: 1, previous: null },
      validity: { notBefore: "2026-11-01T00:00:00Z", notAfter: "2027-11-01T00:00:00Z" },
    };
    const releases = trust.models.map(({ name }) => computedRelease(trust, name, issue, placement.pins));
    stacks = {
      trust: await recorded(() => placeTrustee(releases)),
      infrastructure: await recorded(() => prepareCluster(releases)),
      workloads: await recorded(() => {
        for (const release of releases)
          new ConfidentialWorkload(release.name, {
            release,
            namespace: "acme-models",
            dedicatedTo: "acme-models",
            storageClassName: "block",
          });
      }),
    };
  });

  it("are all there", () => {
    expect(stacks.trust.filter(({ type }) => type.endsWith(":Deployment"))).toHaveLength(3);
    expect(stacks.infrastructure.filter(({ type }) => type.endsWith(":Release"))).toHaveLength(3);
    expect(stacks.workloads.filter(({ type }) => type.endsWith(":Deployment"))).toHaveLength(trust.models.length);
  });

  it.each(rules.map((rule) => ({ rule, id: rule.id })))("pass $id", ({ rule }) => {
    for (const [stack, resources] of Object.entries(stacks)) {
      const { findings, unknown } = judged(rule, resources);
      expect({ stack, findings, unknown }).toEqual({ stack, findings: [], unknown: [] });
    }
  });

  const ofTenants = rules.filter(({ claims }) => claims.includes("tenant-accepted"));
  it.each(ofTenants.map((rule) => ({ rule, id: rule.id })))(
    "pass $id where what is accepted and what is placed are seen together",
    ({ rule }) => {
      const { applies, findings } = judged(rule, [...stacks.infrastructure, ...stacks.workloads]);
      expect({ applies, findings }).toEqual({ applies: true, findings: [] });
    },
  );

  it("are looked at by nearly every rule: passing is no accident", () => {
    const all = Object.values(stacks).flat();
    const here = rules.filter(({ platforms }) => platforms.includes("bareMetal"));
    const idle = here.filter((rule) => !judged(rule, all).applies).map(({ id }) => id);
    // About what charts and other stacks make (RuntimeClasses, admission policies), and about OpenShift,
    // routes, Intel's hosts and authority, external secrets: their components are judged by the tests of partners.
    expect(idle.sort()).toEqual([
      "admission-policies-kept",
      "external-secrets-bounded",
      // test/policies/firmware.test.ts looks at those that this project makes.
      "firmware-plan-complete",
      "firmware-plan-staged",
      "firmware-registration-chosen",
      "host-cpus-online",
      "host-kernel-closed",
      "intel-token-judged",
      "intel-trust-authority-strict",
      // Kata 4.1.0 needs none.
      ...(set === "newest" ? ["kata-drop-in-closed"] : []),
      "key-broker-tls-passthrough",
      "manifests-pinned",
      "mirrors-never-fall-back",
      "openshift-confidential-gate",
      "openshift-gates-first",
      "openshift-kubelet-applied",
      "operator-approval-manual",
      "operator-key-broker-complete",
      "operator-key-broker-one-process",
      "operator-maps-ours",
      "runtime-class-handler-named",
      "runtime-class-overhead",
      "runtime-class-selects-tee",
      "snp-without-iommu-pt",
      "tdx-certificates-verified",
      "tdx-quotes-by-socket",
      "tdx-registration-said",
      "webhook-fail-closed",
    ]);
  });

  function placeTrustee(releases: readonly Release[]): void {
    new Trustee("trustee", {
      releases: releases.map((release) => ({ release })),
      accepted: { verifier: "remote" },
      referenceValueExpiry: trust.attestation.referenceValueExpiry,
      platformSet: set,
      pins: placement.pins,
      clientCidrs: ["198.51.100.0/24"],
      secrets: pulumi.secret({
        tls: { certificate, privateKey: "key" },
        tokenSigner: { certificate, privateKey: "key" },
        resources: Object.fromEntries(
          releases.flatMap(({ resources }) => resources.map((path) => [path, base64("model key")])),
        ),
      }),
    });
  }

  function prepareCluster(releases: readonly Release[]): void {
    if (!provider) throw new Error("the sample has no provider");
    const { hosts, kubernetesVersion } = provider;
    new KubeletSettings("kubelet-settings", { kubernetesVersion });
    const nodeMode = new NodeMode("node-mode", { hosts, dedicatedTo: "acme-models" });
    const nodeFeatures = new NodeFeatures("node-features", { placement });
    new Kata("kata", { placement, nodeFeatures, nodeMode });
    new GpuOperator("gpu-operator", { placement, hosts, nodeFeatures, nodeMode });
    new TenantNamespace("tenant", {
      namespace: "acme-models",
      deployer: "deployer",
      keyBrokerCidrs: ["203.0.113.0/24"],
      quota: quotaOfHosts(hosts),
      kubernetesVersion,
    });
    new TenantAcceptance("acceptance", {
      tenants: [
        {
          tenant: "acme-models",
          registries: ["nvcr.io/nim"],
          images: releases.map(({ image }) => image.digest),
          egressRanges: ["203.0.113.0/24"],
          dedicatedNodes: true,
          priorityClasses: [],
        },
      ],
    });
  }
});

/** Registers everything under mocks and waits until nothing more comes. */
async function recorded(place: () => void): Promise<Resource[]> {
  const recording = recordRegistrations();
  place();
  let before = -1;
  await vi.waitUntil(
    async () => {
      await settled();
      const quiet = before === recording.resources.length && before > 0;
      before = recording.resources.length;
      return quiet;
    },
    { timeout: 20_000, interval: 200 },
  );
  return resourcesOf(recording);
}
