import { describe, expect, it } from "vitest";
import {
  confidentialPods,
  containersOf,
  isTeeRuntimeClass,
  missing,
  objects,
  objectsOf,
  pods,
  podsOf,
} from "../../policies/kubernetes";
import type { Resource } from "../../policies/rule";
import { asTheSdkShowsThem, unknownValue } from "./support";

const pod = { containers: [{ name: "model", image: "a" }] };
const resource = (type: string, props: Record<string, unknown> = {}): Resource => ({ type, name: "r", props });
const podPaths = (subject: Resource) => [...pods.select(subject)].map(({ spec }) => spec.path);

describe("objectsOf", () => {
  it.each([
    ["kubernetes:core/v1:Pod", ["v1/Pod"]],
    ["kubernetes:apps/v1:Deployment", ["apps/v1/Deployment"]],
    ["kubernetes:nvidia.com/v1:ClusterPolicy", ["nvidia.com/v1/ClusterPolicy"]],
    ["kubernetes:core/v1:NodePatch", ["v1/Node"]],
    ["kubernetes:helm.sh/v3:Release", []],
    ["kubernetes:helm.sh/v4:Chart", []],
    ["kubernetes:yaml:ConfigFile", []],
    ["kubernetes:yaml/v2:ConfigGroup", []],
    ["kubernetes:kustomize/v2:Directory", []],
    ["pulumi:providers:kubernetes", []],
    ["aws:s3/bucket:Bucket", []],
    ["trustfoundry:runtime:Kata", []],
    ["nonsense", []],
  ])("%s is %j", (type, kinds) => {
    expect(objectsOf(resource(type)).map(({ kind }) => kind)).toEqual(kinds);
  });

  it("takes a list apart and knows where each element is", () => {
    const list = resource("kubernetes:core/v1:ConfigMapList", { items: [{ data: { a: "1" } }, { data: { b: "2" } }] });
    const found = [...objects("v1/ConfigMap").select(list)];
    expect(found.map(({ body }) => body.at("data").path)).toEqual(["items[0].data", "items[1].data"]);
    expect([...objects("v1/Secret").select(list)]).toEqual([]);
  });

  it("knows that a patch leaves things out", () => {
    const [whole] = objectsOf(resource("kubernetes:core/v1:Pod"));
    const [patch] = objectsOf(resource("kubernetes:core/v1:PodPatch"));
    expect([whole, patch].map((object) => missing(object!, object!.body.at("spec")))).toEqual([true, false]);
  });
});

describe("pods", () => {
  it.each([
    ["kubernetes:core/v1:Pod", { spec: pod }, ["spec"]],
    ["kubernetes:apps/v1:StatefulSet", { spec: { template: { spec: pod } } }, ["spec.template.spec"]],
    [
      "kubernetes:batch/v1:CronJob",
      { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
      ["spec.jobTemplate.spec.template.spec"],
    ],
    ["kubernetes:core/v1:PodTemplate", { template: { spec: pod } }, ["template.spec"]],
    // Kinds without pods have none, whatever stands in them.
    ["kubernetes:core/v1:ConfigMap", { spec: pod }, []],
    ["kubernetes:networking.k8s.io/v1:NetworkPolicy", { spec: { template: { spec: pod } } }, []],
    // Custom resources may have them anywhere.
    [
      "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet",
      { spec: { replicatedJobs: [{ template: { spec: { template: { spec: pod } } } }] } },
      ["spec.replicatedJobs[0].template.spec.template.spec"],
    ],
    [
      "kubernetes:kubeflow.org/v1:MPIJob",
      { spec: { roles: { Worker: { template: { spec: pod } }, Launcher: { template: { spec: pod } } } } },
      ["spec.roles.Worker.template.spec", "spec.roles.Launcher.template.spec"],
    ],
  ])("of %s are at their places", (type, props, paths) => {
    expect(podPaths(resource(type, props))).toEqual(paths);
  });

  it("of a custom resource are looked for beside what is not known yet, and not without end", () => {
    const [subject] = asTheSdkShowsThem([
      resource("kubernetes:serving.example.com/v1:Model", {
        spec: { endpoint: unknownValue, containers: unknownValue, predictor: { spec: pod } },
      }),
    ]);
    expect(podPaths(subject!)).toEqual(["spec.predictor.spec"]);
    const deep = Array.from({ length: 40 }).reduce<object>((inner) => ({ inner }), { spec: pod });
    expect(podPaths(resource("kubernetes:serving.example.com/v1:Model", { spec: deep }))).toEqual([]);
  });

  it("have containers of three sorts, of which some run first", () => {
    const spec = { ...pod, initContainers: [{ name: "first" }], ephemeralContainers: [{ name: "late" }] };
    const [found] = podsOf(objectsOf(resource("kubernetes:core/v1:Pod", { spec }))[0]!);
    expect(containersOf(found!).map(({ place, init }) => [place.path, init])).toEqual([
      ["spec.initContainers[0]", true],
      ["spec.containers[0]", false],
      ["spec.ephemeralContainers[0]", false],
    ]);
  });
});

describe("confidential pods", () => {
  const confidential = (props: Record<string, unknown>) =>
    [...confidentialPods.select(resource("kubernetes:apps/v1:Deployment", props))].length === 1;
  const template = (metadata: object, spec: object = pod) => ({ spec: { template: { metadata, spec } } });

  it("are those that say so, by label, init-data or runtime class", () => {
    const labels = { "trustfoundry.dev/confidential": "true" };
    expect(confidential({ metadata: { labels }, ...template({}) })).toBe(true);
    expect(confidential(template({ labels }))).toBe(true);
    expect(confidential(template({ annotations: { "io.katacontainers.config.hypervisor.cc_init_data": "x" } }))).toBe(
      true,
    );
    expect(confidential(template({}, { ...pod, runtimeClassName: "kata-qemu-nvidia-gpu-tdx" }))).toBe(true);
    expect(confidential(template({}, { ...pod, runtimeClassName: "kata-qemu-nvidia-gpu" }))).toBe(false);
    expect(confidential(template({ labels: { "trustfoundry.dev/confidential": "false" } }))).toBe(false);
  });

  it.each([
    ["kata-qemu-nvidia-gpu-snp", true],
    ["kata-qemu-nvidia-gpu-tdx-runtime-rs", true],
    ["kata-qemu-nvidia-gpu-snp-debug", true],
    ["kata-qemu-tdx", true],
    ["kata-qemu-coco-dev", true],
    ["kata-qemu-nvidia-gpu", false],
    ["kata-remote", false],
    ["runc", false],
    [undefined, false],
  ])("runtime class %s: %s", (name, expected) => expect(isTeeRuntimeClass(name)).toBe(expected));
});
