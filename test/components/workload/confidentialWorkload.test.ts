import { beforeEach, describe, expect, it } from "vitest";
import { ConfidentialWorkload } from "../../../components/workload/confidentialWorkload";
import type { Registered } from "../../support/mocks";
import { recordResources, settled, valueOf } from "../../support/mocks";
import { sampleRelease } from "../../support/release";

let registered: Registered[];
beforeEach(async () => {
  registered = await recordResources();
});

const args = { namespace: "acme-models", storageClassName: "local-block" };
const find = (type: string) => registered.filter((resource) => resource.type === type);

describe("ConfidentialWorkload", () => {
  it("places a Deployment, its service, network policy, budget and account as its own children", async () => {
    const workload = new ConfidentialWorkload("llama-8b", { ...args, release: sampleRelease() });
    expect(await valueOf(workload.serviceName)).toBe("llama-8b.acme-models.svc");
    await settled();
    const children = registered.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(children.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      "kubernetes:apps/v1:Deployment llama-8b-model",
      "kubernetes:core/v1:Service llama-8b-service",
      "kubernetes:core/v1:ServiceAccount llama-8b-identity",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy llama-8b-ingress",
      "kubernetes:policy/v1:PodDisruptionBudget llama-8b-budget",
    ]);
    for (const child of children)
      expect(child.parent).toContain("trustfoundry:workload:ConfidentialWorkload::llama-8b");
  });

  it("does not surge by default: a host's GPUs go to one pod at a time", async () => {
    new ConfidentialWorkload("llama-8b", { ...args, release: sampleRelease() });
    await settled();
    expect(find("kubernetes:apps/v1:Deployment")[0]?.inputs).toMatchObject({
      spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
    });
  });

  it("starts the new pod first where it is told that GPUs are spare", async () => {
    new ConfidentialWorkload("llama-8b", { ...args, release: sampleRelease(), surge: true });
    await settled();
    expect(find("kubernetes:apps/v1:Deployment")[0]?.inputs).toMatchObject({
      spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    });
  });

  it("makes a StatefulSet when asked, and no budget for a single replica", async () => {
    new ConfidentialWorkload("llama-8b", { ...args, release: sampleRelease({ replicas: 1 }), kind: "StatefulSet" });
    await settled();
    expect(find("kubernetes:apps/v1:StatefulSet")).toHaveLength(1);
    expect(find("kubernetes:policy/v1:PodDisruptionBudget")).toHaveLength(0);
  });

  it("waits for readiness unless told not to", async () => {
    new ConfidentialWorkload("patient", { ...args, release: sampleRelease() });
    new ConfidentialWorkload("hasty", { ...args, release: sampleRelease(), awaitReadiness: false });
    await settled();
    const annotations = find("kubernetes:apps/v1:Deployment").map(({ name, inputs }) => [
      name,
      (inputs.metadata as { annotations: Record<string, string> }).annotations["pulumi.com/skipAwait"],
    ]);
    expect(Object.fromEntries(annotations)).toEqual({ "patient-model": undefined, "hasty-model": "true" });
  });
});
