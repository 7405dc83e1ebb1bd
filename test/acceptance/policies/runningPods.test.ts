import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPolicies } from "../../../policies/admission/render";
import { confidentialDeployment } from "../../../policies/examples/confidentialDeployment";
import { rules } from "../../../policies/rules";
import { noHostAccess } from "../../../policies/rules/cluster/noHostAccess";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { poll } from "../../../tooling/controlplane/api";
import { startCluster } from "../cluster";
import type { Answer } from "./admissionCluster";
import { AdmissionCluster } from "./admissionCluster";
import { brokenExamples, manifestOf } from "./admissionExamples";
import type { Manifest } from "./admissionExamples";

// The project's own rules about pods, with every policy in force: a pod that a controller makes and the scheduler's
// counterpart binds lives on, and nobody changes it into something that would not have been let in.

interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string; readonly containers: readonly object[] };
}

const deployment = manifestOf(confidentialDeployment) as Manifest;
const onHostNetwork = brokenExamples(noHostAccess).find(({ breakage }) => breakage.path.endsWith("/hostNetwork"))
  ?.manifest as Manifest;
const pods = "/api/v1/namespaces/acme/pods";
const merge = "application/merge-patch+json";
const strategic = "application/strategic-merge-patch+json";

let admission: AdmissionCluster;
let pod: Pod;
const api = () => admission.api;
const change = (body: object, subresource = "", type = merge): Promise<Answer> =>
  admission.ask("PATCH", `${pods}/${pod.metadata.name}${subresource}`, { dryRun: "All" }, body, type);

beforeAll(async () => {
  admission = new AdmissionCluster(await startCluster("running-pods"));
  await admission.prepare([deployment]);
  // What a provider accepts of a tenant has parameters of its own, and tests of its own.
  const selection = rules
    .filter(({ admission }) => admission && !admission.parameters)
    .map((rule) => ({ rule, level: "mandatory" as const }));
  await admission.enforce(renderPolicies(selection, { now: new Date() }));
  const enforced = await poll(
    async () => (await admission.create(onHostNetwork)).rules.includes("no-host-access") || undefined,
    { timeoutMilliseconds: 30_000 },
  );
  expect(enforced).toBe(true);

  await api().create(await admission.collection(deployment), deployment);
  const made = await poll(async () => (await api().list<Pod>(pods))[0], { timeoutMilliseconds: 60_000 });
  if (!made) throw new Error("no pod was made");
  const { name } = made.metadata;
  const target = { apiVersion: "v1", kind: "Node", name: "host-1" };
  await api().create(`${pods}/${name}/binding`, { apiVersion: "v1", kind: "Binding", metadata: { name }, target });
  pod = await api().get<Pod>(`${pods}/${name}`);
});
afterAll(() => admission.cluster.destroy());

describe("a confidential pod", () => {
  it("is made by its controllers and bound to a host", () => {
    expect(pod.spec).toMatchObject({ nodeName: "host-1", runtimeClassName: "kata-qemu-nvidia-gpu-snp" });
  });

  it("can be annotated and labelled while it runs, as network plugins and controllers do", async () => {
    const metadata = { annotations: { "cni.example/status": "up" }, labels: { "pod-template-generation": "2" } };
    expect(await change({ metadata })).toEqual({ status: 200, message: "", rules: [] });
    const status = { conditions: [{ type: "Ready", status: "True" }] };
    expect(await change({ status }, "/status", strategic)).toMatchObject({ status: 200, rules: [] });
  });

  it("gets no debug container, however well that behaves", async () => {
    const [container] = pod.spec.containers as [Record<string, unknown>];
    const { image, securityContext } = container;
    const debug = { name: "debug", image, securityContext };
    const { status, rules: objecting } = await change(
      { spec: { ephemeralContainers: [debug] } },
      "/ephemeralcontainers",
      strategic,
    );
    expect({ status, objecting }).toEqual({ status: 403, objecting: ["no-ephemeral-containers"] });
  });

  it("is not annotated into another machine", async () => {
    const metadata = { annotations: { "io.katacontainers.config.hypervisor.kernel_params": "agent.debug_console" } };
    expect(await change({ metadata })).toMatchObject({ status: 403, rules: ["only-init-data-annotation"] });
  });

  it("is not annotated into another machine by way of its status", async () => {
    const metadata = { annotations: { "io.katacontainers.config.hypervisor.kernel_params": "agent.log=debug" } };
    expect(await change({ metadata }, "/status")).toMatchObject({
      status: 403,
      rules: ["only-init-data-annotation"],
    });
  });

  it("does not run another image", async () => {
    const spec = { containers: [{ name: "model", image: "registry.acme.example/llama:2" }] };
    expect(await change({ spec }, "", strategic)).toMatchObject({ status: 403, rules: ["images-by-digest"] });
  });
});
