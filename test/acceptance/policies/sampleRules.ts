import type { Admission } from "../../../policies/admission/admission";
import type { Rule } from "../../../policies/rule";
import { platforms } from "../../../policies/rule";

/** Made-up rules, one a scope: what a policy covers is tested by what the simplest demand does. */
function sample(id: string, admission: Admission): Rule {
  return {
    id,
    title: `Sample ${id}`,
    pillar: "cluster",
    severity: "low",
    threat: "None.",
    remediation: "Write another.",
    source: { text: "this test", url: "https://example.com" },
    platforms,
    claims: [],
    boundary: { by: "nothing", how: "it is a sample" },
    scope: "resource",
    kinds: [],
    compliant: [],
    breakages: [],
    evaluate: () => ({ applies: false, findings: [], unknown: [] }),
    admission,
  };
}

const unnamed = { message: "an image names no digest" };

export const samples = {
  pods: sample("sample-pods", {
    scope: "confidentialPods",
    validations: [{ expression: 'variables.containers.all(c, c.image.contains("@sha256:"))', ...unnamed }],
  }),
  connections: sample("sample-connections", {
    scope: "connections",
    validations: [{ expression: "false", message: "looks into a confidential pod" }],
  }),
  nodes: sample("sample-nodes", {
    scope: [{ group: "", version: "v1", resource: "nodes" }],
    variables: { mode: 'object.metadata.?labels[?"nvidia.com/cc.mode"].orValue("on")' },
    validations: [{ expression: 'variables.mode != "devtools"', message: "opens the GPU to debuggers" }],
  }),
  configMaps: sample("sample-config-maps", {
    scope: [{ group: "", version: "v1", resource: "configmaps" }],
    when: 'object.metadata.name != "left-alone"',
    validations: [{ expression: '!("open" in object.?data.orValue({}))', message: "is open" }],
  }),
  /** Reads what no object has: fails whenever it is asked. */
  broken: sample("sample-broken", {
    scope: [{ group: "", version: "v1", resource: "secrets" }],
    validations: [{ expression: "dyn(object).metadata.nowhere.to.be.found", message: "is never said" }],
  }),
  acceptance: sample("sample-acceptance", {
    scope: "confidentialPods",
    parameters: "tenantAcceptance",
    variables: { registries: 'params.data.registries.split("\\n")' },
    validations: [
      {
        expression:
          'variables.containers.all(c, variables.registries.exists(r, r != "" && c.image.startsWith(r + "/")))',
        message: "comes from a registry that was not accepted",
      },
    ],
  }),
  advisory: sample("sample-advisory", {
    scope: [{ group: "", version: "v1", resource: "services" }],
    validations: [{ expression: 'object.spec.type == "ClusterIP"', message: "is reachable from outside" }],
  }),
} as const;
