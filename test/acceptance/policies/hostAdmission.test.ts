import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPolicies } from "../../../policies/admission/render";
import { clusterPolicy, confidentialNamespace } from "../../../policies/examples/cluster";
import { confidentialLabel } from "../../../policies/kubernetes";
import { ccManagerOn } from "../../../policies/rules/hardware/ccManagerOn";
import { nodeCcMode } from "../../../policies/rules/hardware/nodeCcMode";
import { nodePassthrough } from "../../../policies/rules/hardware/nodePassthrough";
import { nodeWorkloadMode } from "../../../policies/rules/hardware/nodeWorkloadMode";
import { confidentialLabelKept } from "../../../policies/rules/cluster/confidentialLabelKept";
import { gpuOperatorKataMode } from "../../../policies/rules/cluster/gpuOperatorKataMode";
import { poll } from "../../../tooling/controlplane/api";
import { startCluster } from "../cluster";
import { AdmissionCluster } from "./admissionCluster";
import type { Manifest } from "./admissionExamples";
import { manifestOf } from "./admissionExamples";

// Hosts, namespaces and operators that were there before their policies: kubelet and controllers go on writing what is
// theirs, and nobody writes a wrong setting anew.

const mode = "nvidia.com/cc.mode";
const workload = "nvidia.com/gpu.workload.config";
const label = (labels: Record<string, string | null>) => ({ metadata: { labels } });

const wrongNode: Manifest = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "wrong", labels: { [mode]: "devtools", [workload]: "kata" } },
};
const rightNode: Manifest = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "right", labels: { [mode]: "on", [workload]: "vm-passthrough" } },
};
const right = manifestOf(clusterPolicy) as Manifest & { readonly spec: object };
const wrongOperator: Manifest = {
  ...right,
  metadata: { name: "wrong" },
  spec: { ...right.spec, sandboxWorkloads: { enabled: true, mode: "kubevirt" }, ccManager: { enabled: false } },
};
const tenant = manifestOf(confidentialNamespace) as Manifest;
const open: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "open" } };

let admission: AdmissionCluster;

beforeAll(async () => {
  admission = new AdmissionCluster(await startCluster("host-admission"));
  const before = [wrongNode, rightNode, wrongOperator, tenant, open];
  await admission.prepare(before);
  for (const object of before) await admission.api.create(await admission.collection(object), object);
  const rules = [
    nodeCcMode,
    nodePassthrough,
    nodeWorkloadMode,
    ccManagerOn,
    gpuOperatorKataMode,
    confidentialLabelKept,
  ];
  await admission.enforce(
    renderPolicies(
      rules.map((rule) => ({ rule, level: "mandatory" })),
      { now: new Date() },
    ),
  );
  const probes: [string, Manifest, object][] = [
    [nodeCcMode.id, rightNode, label({ [mode]: "devtools" })],
    [nodePassthrough.id, rightNode, label({ [workload]: "container" })],
    [nodeWorkloadMode.id, rightNode, label({ [workload]: "kata" })],
    [ccManagerOn.id, wrongOperator, { spec: { ccManager: { enabled: null } } }],
    [gpuOperatorKataMode.id, wrongOperator, { spec: { sandboxWorkloads: { enabled: false } } }],
    [confidentialLabelKept.id, tenant, label({ [confidentialLabel]: null })],
  ];
  for (const [rule, object, body] of probes) {
    const active = await poll(async () => (await patch(object, body)).rules.includes(rule) || undefined, {
      timeoutMilliseconds: 20_000,
    });
    if (!active) throw new Error(`${rule} refuses nothing`);
  }
});
afterAll(() => admission.cluster.destroy());

async function patch(object: Manifest, body: object, subresource = "") {
  const path = `${await admission.collection(object)}/${object.metadata.name}${subresource}`;
  return admission.ask("PATCH", path, { dryRun: "All" }, body, "application/merge-patch+json");
}

describe("what was there before", () => {
  it.each<[string, Manifest, object, string?]>([
    ["a host's heartbeat", wrongNode, { status: { phase: "Running" } }, "/status"],
    ["another label of a wrong host", wrongNode, label({ "amd.feature.node.kubernetes.io/snp": "true" })],
    ["cc-manager's report of a wrong host", wrongNode, label({ "nvidia.com/cc.ready.state": "" })],
    ["a wrong host taken out of use", wrongNode, { spec: { unschedulable: true } }],
    ["a wrong host put right", wrongNode, label({ [mode]: "on", [workload]: "vm-passthrough" })],
    ["a wrong host left without a mode", wrongNode, label({ [mode]: null, [workload]: null })],
    ["another setting of a wrong operator", wrongOperator, { spec: { driver: { enabled: false } } }],
    ["a wrong operator's labels", wrongOperator, label({ a: "b" })],
    ["a wrong operator put right in one part", wrongOperator, { spec: { ccManager: { enabled: true } } }],
    ["another label of a tenant's namespace", tenant, label({ team: "a" })],
    ["a namespace that becomes confidential", open, label({ [confidentialLabel]: "true" })],
  ])("may be written: %s", async (_, object, body, subresource) => {
    expect(await patch(object, body, subresource)).toMatchObject({ status: 200, rules: [] });
  });

  it("may be deleted", async () => {
    for (const object of [wrongNode, wrongOperator, tenant]) {
      const path = `${await admission.collection(object)}/${object.metadata.name}`;
      expect(await admission.ask("DELETE", path, { dryRun: "All" })).toMatchObject({ status: 200 });
    }
  });
});

describe("a wrong setting is refused anew", () => {
  it.each<[string, Manifest, object, string]>([
    ["another wrong mode", wrongNode, label({ [mode]: "yes" }), nodeCcMode.id],
    ["half of a correction", wrongNode, label({ [mode]: "on" }), nodePassthrough.id],
    ["a confidential host for containers", rightNode, label({ [workload]: "container" }), nodePassthrough.id],
    ["an operator without sandboxes", wrongOperator, { spec: { sandboxWorkloads: null } }, gpuOperatorKataMode.id],
    ["a CC manager in devtools", wrongOperator, { spec: { ccManager: { defaultMode: "devtools" } } }, ccManagerOn.id],
    ["a tenant's namespace opened", tenant, label({ [confidentialLabel]: "false" }), confidentialLabelKept.id],
    ["a tenant's namespace without its label", tenant, label({ [confidentialLabel]: null }), confidentialLabelKept.id],
    ["a namespace half confidential", open, label({ [confidentialLabel]: "yes" }), confidentialLabelKept.id],
  ])("%s", async (_, object, body, rule) => {
    const answer = await patch(object, body);
    expect(answer.status).toBe(403);
    expect(answer.rules).toContain(rule);
  });
});

// The API server takes labels by these ways, too.
describe("a wrong label is refused by subresources", () => {
  it.each<[string, Manifest, object, string, string]>([
    ["a host's mode", rightNode, label({ [mode]: "devtools" }), "/status", nodeCcMode.id],
    ["a namespace's label", tenant, label({ [confidentialLabel]: null }), "/status", confidentialLabelKept.id],
  ])("%s", async (_, object, body, subresource, rule) => {
    const answer = await patch(object, body, subresource);
    expect(answer.status).toBe(403);
    expect(answer.rules).toContain(rule);
  });

  it("a namespace's label, with its finalizers", async () => {
    const path = `${await admission.collection(tenant)}/${tenant.metadata.name}`;
    const now = await admission.api.get<Manifest>(path);
    const labels = { ...now.metadata.labels };
    delete labels[confidentialLabel];
    const body = { ...now, metadata: { ...now.metadata, labels } };
    const answer = await admission.ask("PUT", `${path}/finalize`, { dryRun: "All" }, body);
    expect(answer.status).toBe(403);
    expect(answer.rules).toContain(confidentialLabelKept.id);
  });
});
