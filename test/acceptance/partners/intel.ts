import { expect } from "vitest";
import { platformSets } from "../../../components/platform";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { plainNode } from "../../../tooling/controlplane/simulatedNodes";
import type { Definition, TestCluster } from "../cluster";
import { offline, ownerOffline } from "./overlays";
import type { Actor, PartnerCase } from "./partnerCase";

const known = platformSets["ra-1.1.0"].warnings;

const oneOf = ["Online", "Offline", "External"];

/** Stand-in of our own, with the fields that api/v1/tdxquotegenerationservice_types.go names (838cc85). */
const quoteGeneration = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "tdxquotegenerationservices.trustedservices.intel.com" },
  spec: {
    group: "trustedservices.intel.com",
    names: {
      kind: "TdxQuoteGenerationService",
      listKind: "TdxQuoteGenerationServiceList",
      plural: "tdxquotegenerationservices",
      singular: "tdxquotegenerationservice",
    },
    scope: "Cluster",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  nodeSelector: { type: "array", maxItems: 16, items: { type: "string" } },
                  platformRegistration: {
                    type: "object",
                    minProperties: 1,
                    maxProperties: 1,
                    default: { Offline: {} },
                    properties: {
                      Online: {
                        type: "object",
                        required: ["apiKeySecretName"],
                        properties: { apiKeySecretName: { type: "string", minLength: 1 } },
                      },
                      ...Object.fromEntries(oneOf.slice(1).map((way) => [way, { type: "object" }])),
                    },
                  },
                },
              },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
} as unknown as Definition;

const quoteKind = { apiVersion: "trustedservices.intel.com/v1", kind: "TdxQuoteGenerationService" };
const services = "/apis/trustedservices.intel.com/v1/tdxquotegenerationservices";

interface QuoteService extends KubeObject {
  readonly spec: { readonly platformRegistration: object; readonly nodeSelector: unknown };
  readonly status?: { readonly conditions?: readonly object[] };
}

/** SIMULATED DCAP operator: says of the service that it is ready, and makes no quote. */
function simulatedOperator({ api }: TestCluster): Actor {
  let stopped = false;
  const turn = async () => {
    for (const { metadata, status } of await api.list<QuoteService>(services).catch(() => [])) {
      if (status?.conditions) continue;
      const lastTransitionTime = new Date().toISOString();
      const ready = { type: "Ready", status: "True", reason: "Simulated", message: "SIMULATED", lastTransitionTime };
      const { apiVersion, kind } = quoteKind;
      const said = { apiVersion, kind, metadata: { name: metadata.name }, status: { conditions: [ready] } };
      await api.apply(`${services}/${metadata.name}/status`, said).catch(() => undefined);
    }
  };
  const running = (async () => {
    while (!stopped) {
      await turn();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

export const intel: PartnerCase = {
  partner: "intel",
  stacks: [
    {
      sample: "infrastructure",
      overlay: offline,
      definitions: [quoteGeneration],
      actors: (cluster) => [simulatedOperator(cluster)],
      warnings: [...known, "demands nothing of the tenant's workloads", "tolerate no taint"],
      afterUp: async ({ api }) => {
        const service = await api.get<QuoteService>(`${services}/intel-tdx-dcap`);
        expect(service.spec).toEqual({
          platformRegistration: { Online: { apiKeySecretName: "intel-pcs" } },
          nodeSelector: ["intel.feature.node.kubernetes.io/tdx=true", "intel.feature.node.kubernetes.io/sgx=true"],
        });
        // What a stack with the other shape would apply: the definition refuses it, and it is not guessed.
        const spec = { ...service.spec, nodeSelector: { "intel.feature.node.kubernetes.io/tdx": "true" } };
        const map = { ...quoteKind, metadata: { name: "intel-tdx-dcap" }, spec };
        await expect(api.apply(`${services}/intel-tdx-dcap?dryRun=All`, map)).rejects.toThrow(/nodeSelector/);
        const files = await api.get<KubeObject & { data: Record<string, string> }>(
          "/api/v1/namespaces/trustfoundry-system/configmaps/tdx-host-settings",
        );
        expect(Object.keys(files.data)).toEqual(["99-trustfoundry-tdx.grub.cfg", "trustfoundry-tdx.modules.conf"]);
      },
    },
    {
      sample: "trust",
      overlay: async (material) => {
        const { sections, secrets } = await ownerOffline(material);
        const trustSecrets = { ...(secrets?.trustSecrets as object), intelTrustAuthority: { apiKey: "made-up" } };
        return { sections, secrets: { trustSecrets } };
      },
      nodes: () => [plainNode("owner-a", 16, 64), plainNode("owner-b", 16, 64)],
      warnings: [...known, "Intel verifies the evidence in your stead"],
    },
  ],
};
