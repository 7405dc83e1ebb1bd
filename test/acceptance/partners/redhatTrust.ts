import { parse } from "smol-toml";
import { expect } from "vitest";
import { platformSets } from "../../../components/platform";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { plainNode } from "../../../tooling/controlplane/simulatedNodes";
import { ownerOpenshift, platformDefinitions } from "../../support/openshift";
import { trusteeDefinitions, trusteeOperator } from "../../support/openshift/trustee";
import { ownerOffline } from "./overlays";
import type { PartnerStack } from "./partnerCase";

const namespace = "trustee-operator-system";

interface Made extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: { readonly isReady?: boolean; readonly readyReplicas?: number };
}

/** The model owner's OpenShift: the key broker by the Trustee operator, whose part is SIMULATED. */
export const redhatTrust: PartnerStack = {
  sample: "trust",
  overlay: ownerOffline,
  nodes: () => [plainNode("owner-a", 16, 64), plainNode("owner-b", 16, 64)],
  definitions: platformDefinitions,
  actors: (cluster) => [
    ...ownerOpenshift(cluster, { "trustee-operator": trusteeDefinitions }),
    trusteeOperator(cluster),
  ],
  warnings: platformSets["ra-1.1.0"].warnings,
  afterUp: async ({ api }) => {
    const core = `/api/v1/namespaces/${namespace}`;
    const own = `/apis/confidentialcontainers.org/v1alpha1/namespaces/${namespace}`;
    const { spec, status } = await api.get<Made>(`${own}/kbsconfigs/kbs`);
    expect(status.isReady).toBe(true);
    const map = (field: string) => api.get<Made>(`${core}/configmaps/${String(spec[field])}`);
    // The operator would have deleted what is not marked; it mounts what is there under these keys.
    expect(Object.keys((await map("kbsResourcePolicyConfigMapName")).data)).toEqual(["resource-policy.rego"]);
    expect(Object.keys((await map("kbsAttestationPolicyConfigMapName")).data)).toEqual(["default_cpu.rego"]);
    expect(Object.keys((await map("kbsGpuAttestationPolicyConfigMapName")).data)).toEqual(["default_gpu.rego"]);
    const toml = parse((await map("kbsConfigMapName")).data["kbs-config.toml"] ?? "");
    expect(toml).toMatchObject({ admin: { authorization_mode: "DenyAll" }, http_server: { insecure_http: false } });
    expect(spec.kbsSecretResources).toEqual(["model-keys"]);
    expect(Object.keys((await api.get<Made>(`${core}/secrets/model-keys`)).data)).toEqual(["llama-8b"]);
    const { automountServiceAccountToken } = await api.get<Made & { automountServiceAccountToken?: boolean }>(
      `${core}/serviceaccounts/default`,
    );
    expect(automountServiceAccountToken).toBe(false);
    const route = await api.get<Made>(`/apis/route.openshift.io/v1/namespaces/${namespace}/routes/kbs-route`);
    expect(route.spec).toMatchObject({ host: "kbs.acme-models.example", tls: { termination: "passthrough" } });
  },
};
