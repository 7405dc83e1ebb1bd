import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { admissionNamespace } from "../../../components/cluster/acceptanceParameters";
import { initDataAnnotationKey } from "../../../components/guest/initDataAnnotation";
import { renderPolicies } from "../../../policies/admission/render";
import { confidentialLabel, podPaths } from "../../../policies/kubernetes";
import { rules } from "../../../policies/rules";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { ApiError, poll } from "../../../tooling/controlplane/api";
import { admissionYaml } from "../../../tooling/commands/admissionYaml";
import { startCluster } from "../cluster";
import { AdmissionCluster, admitted } from "./admissionCluster";
import type { Manifest } from "./admissionExamples";
import { samples } from "./sampleRules";

// What the generated policies cover, and what they leave alone, by made-up rules in a real API server.

const digest = "@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";
const good = `registry.example/a${digest}`;
const bad = "registry.example/a:1";
const marked = { [confidentialLabel]: "true" };
const labels = { app: "a" };

const podSpec = (image: string) => ({ containers: [{ name: "c", image }], terminationGracePeriodSeconds: 0 });
const pod = (namespace: string, name: string, image: string, extra: object = {}): Manifest =>
  ({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace, ...extra }, spec: podSpec(image) }) as Manifest;
const deployment = (namespace: string, name: string, image: string, spec: object = {}): Manifest =>
  ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(image) },
      ...spec,
    },
  }) as Manifest;

const day = 24 * 60 * 60 * 1000;
const date = (offsetDays: number) => new Date(Date.now() + offsetDays * day).toISOString().slice(0, 10);
const exception = (resource: string, until: string) =>
  ({ rule: "sample-pods", resource, reason: "a test", owner: "nobody", until }) as const;
const connectionRules = rules.filter(({ admission }) => admission?.scope === "connections");

const kubectlBinary = () => join(inject("toolchain").binDir, "kubectl");

let admission: AdmissionCluster;
const api = () => admission.api;
const send = (object: Manifest) => admission.collection(object).then((path) => api().create(path, object));
const pathOf = async (object: Manifest) => `${await admission.collection(object)}/${object.metadata.name}`;
const merge = "application/merge-patch+json";
const patch = async (object: Manifest, body: object, subresource = "", dryRun = true) =>
  admission.ask("PATCH", `${await pathOf(object)}${subresource}`, dryRun ? { dryRun: "All" } : {}, body, merge);

const slipped = deployment("secret", "slipped", bad, { replicas: 0 });
const paused = deployment("secret", "paused", bad, { paused: true });
const oldPod = pod("secret", "old", bad, { finalizers: ["example.com/held"], labels });
const oldNode: Manifest = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "old", labels: { "nvidia.com/cc.mode": "devtools" } },
};
const oldConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "old", namespace: "plain" } };

beforeAll(async () => {
  admission = new AdmissionCluster(await startCluster("admission-scopes"));
  for (const [name, confidential] of [
    ["secret", true],
    ["tenant", true],
    ["stranger", true],
    ["plain", false],
  ] as const) {
    const metadata = { name, labels: confidential ? marked : {} };
    await api().create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
  }
  await api().create("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: admissionNamespace },
  });
  await api().create("/apis/node.k8s.io/v1/runtimeclasses", {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "kata-qemu-nvidia-gpu-snp" },
    handler: "kata",
  } as KubeObject);
  await Promise.all(["secret", "tenant", "stranger", "plain"].map(accountOf));
  await api().create(`/api/v1/namespaces/${admissionNamespace}/configmaps`, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "tenant", namespace: admissionNamespace },
    data: { registries: "registry.example\nnvcr.io/nim" },
  } as KubeObject);
  for (const object of [slipped, paused, oldPod, oldNode, { ...oldConfigMap, data: { open: "yes" } }])
    await send(object);
  for (const namespace of ["secret", "plain"]) {
    await send(pod(namespace, "running", good));
    // Said of it, since no machine runs it: kubectl asks before it forwards ports.
    await patch(pod(namespace, "running", good), { status: { phase: "Running" } }, "/status", false);
  }
  await send({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "served", namespace: "secret" },
    spec: { ports: [{ port: 80 }], selector: labels },
  } as Manifest);

  const { pods, connections, nodes, configMaps, acceptance, advisory } = samples;
  const selection = [
    ...[pods, connections, nodes, configMaps, acceptance, ...connectionRules].map(
      (rule) => ({ rule, level: "mandatory" }) as const,
    ),
    { rule: advisory, level: "advisory" } as const,
  ];
  const exceptions = [
    { ...exception("excused", date(10)), namespace: "secret" },
    exception("unplaced", date(10)),
    { ...exception("excused-node", date(10)), rule: "sample-nodes" },
    exception("lapsed", date(-1)),
    { ...exception("excused-there", date(10)), namespace: "secret" },
  ];
  const rendered = renderPolicies(selection, { now: new Date(), tenants: ["tenant", "stranger"], exceptions });
  await admission.enforce(rendered);
  const probes: [Manifest, string][] = [
    [pod("secret", "probe", bad), "sample-pods"],
    [pod("tenant", "probe", `elsewhere.example/a${digest}`), "sample-acceptance"],
    [pod("stranger", "probe", good), "trustfoundry-sample-acceptance-stranger"],
    [{ ...oldNode, metadata: { ...oldNode.metadata, name: "probe" } }, "sample-nodes"],
    [{ ...oldConfigMap, metadata: { name: "probe", namespace: "plain" }, data: { open: "" } }, "sample-config-maps"],
  ];
  for (const [object, rule] of probes) {
    const active = await poll(async () => (await admission.create(object)).message.includes(rule) || undefined, {
      timeoutMilliseconds: 20_000,
    });
    if (!active) throw new Error(`${rule} refuses nothing`);
  }
});
afterAll(() => admission.cluster.destroy());

/** Pods need their namespace's default account, which a controller makes. */
async function accountOf(namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  const found = await poll(() => api().get(path).catch(absent), { timeoutMilliseconds: 20_000 });
  if (!found) throw new Error(`${namespace} got no default account`);
}

function absent(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined;
  throw error;
}

async function expectRefused(object: Manifest, rule: string): Promise<void> {
  const answer = await admission.create(object);
  expect(answer).toMatchObject({ status: 403 });
  expect(answer.message).toContain(`${rule}: `);
}

async function expectAdmitted(object: Manifest): Promise<void> {
  expect(await admission.create(object)).toMatchObject({ status: 200, message: "" });
}

describe("confidential pods", () => {
  const template = (namespace: string, kind: string) => {
    const template = { metadata: { labels }, spec: { ...podSpec(bad), restartPolicy: "Always" as string } };
    const [version = "", group = ""] = kind.split("/").slice(0, -1).reverse();
    const apiVersion = group ? `${group}/${version}` : version;
    const metadata = { name: "a", namespace };
    const bare = kind.split("/").at(-1) ?? "";
    const once = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
    const specs: Record<string, object> = {
      Pod: { spec: template.spec },
      PodTemplate: { template },
      ReplicationController: { spec: { selector: labels, template } },
      StatefulSet: { spec: { serviceName: "a", selector: { matchLabels: labels }, template } },
      Job: { spec: { template: once } },
      CronJob: { spec: { schedule: "0 0 * * *", jobTemplate: { spec: { template: once } } } },
    };
    const rest = specs[bare] ?? { spec: { selector: { matchLabels: labels }, template } };
    return { apiVersion, kind: bare, metadata, ...rest } as Manifest;
  };

  it.each(Object.keys(podPaths))("are judged in a %s of their namespace, others are not", async (kind) => {
    await expectRefused(template("secret", kind), "sample-pods");
    await expectAdmitted(template("plain", kind));
  });

  const inPlain = (metadata: object, templateMetadata: object = {}, spec: object = {}) => {
    const object = deployment("plain", "a", bad);
    const { template, ...rest } = object.spec as { template: { metadata: { labels: object }; spec: object } };
    const templateLabels = { ...template.metadata.labels, ...(templateMetadata as { labels?: object }).labels };
    const newTemplate = {
      metadata: { ...template.metadata, ...templateMetadata, labels: templateLabels },
      spec: { ...template.spec, ...spec },
    };
    return {
      ...object,
      metadata: { ...object.metadata, ...metadata },
      spec: { ...rest, template: newTemplate },
    } as Manifest;
  };
  it.each([
    ["its own label", inPlain({ labels: marked })],
    ["its template's label", inPlain({}, { labels: marked })],
    ["init-data", inPlain({}, { annotations: { [initDataAnnotationKey]: "" } })],
    ["a TEE's runtime class", inPlain({}, {}, { runtimeClassName: "kata-qemu-nvidia-gpu-snp" })],
  ])("are known by %s anywhere", async (_, object) => {
    await expectRefused(object, "sample-pods");
  });

  it.each(["initContainers", "containers"])("have all their %s judged", async (list) => {
    const object = pod("secret", "a", good);
    const spec = object.spec as Record<string, object[]>;
    const more = [...(spec[list] ?? []), { name: "more", image: bad }];
    await expectRefused({ ...object, spec: { ...spec, [list]: more } }, "sample-pods");
  });

  it("get no debugging container that a pod may not have", async () => {
    const debug = (image: string) => ({ spec: { ephemeralContainers: [{ name: "debug", image }] } });
    const running = pod("secret", "running", good);
    const strategic = "application/strategic-merge-patch+json";
    const path = `${await pathOf(running)}/ephemeralcontainers`;
    const ask = (image: string) => admission.ask("PATCH", path, { dryRun: "All" }, debug(image), strategic);
    const refused = await ask(bad);
    expect(refused.status).toBe(403);
    expect(refused.message).toContain("sample-pods: ");
    expect(await ask(good)).toMatchObject({ status: 200 });
  });

  it("leaves Kubernetes' own namespaces alone", async () => {
    await expectAdmitted(pod("kube-public", "a", bad, { labels: marked }));
  });
});

describe("what was there before the policies", () => {
  it("makes no pods any more, though it can be scaled", async () => {
    expect(await patch(slipped, { spec: { replicas: 1 } }, "/scale", false)).toMatchObject({ status: 200 });
    expect(await patch(paused, { spec: { paused: false } }, "", false)).toMatchObject({ status: 200 });
    for (const { metadata } of [slipped, paused]) {
      const path = `/apis/apps/v1/namespaces/secret/deployments/${metadata.name}`;
      const failure = await poll(
        async () => {
          const { status } = await api().get<{ status?: { conditions?: { message?: string }[] } }>(path);
          return status?.conditions?.find(({ message }) => message?.includes("sample-pods: "));
        },
        { timeoutMilliseconds: 30_000 },
      );
      expect(failure, metadata.name).toBeDefined();
    }
    const pods = await api().list<KubeObject>("/api/v1/namespaces/secret/pods");
    expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual(["old", "running"]);
  });

  it("can be annotated, scaled and finalized, but not changed to something as bad", async () => {
    expect(await patch(slipped, { metadata: { annotations: { note: "to be removed" } } })).toMatchObject({
      status: 200,
    });
    const spec = { template: { spec: { containers: [{ name: "c", image: "registry.example/a:2" }] } } };
    expect((await patch(slipped, { spec })).message).toContain("sample-pods: ");
    expect((await patch(slipped, { metadata: { labels: marked } })).message).toContain("sample-pods: ");
  });

  it("goes when it is deleted", async () => {
    await api().delete(await pathOf(oldPod));
    expect(await patch(oldPod, { metadata: { finalizers: null } }, "", false)).toMatchObject({ status: 200 });
    const gone = await poll(
      () =>
        api()
          .get(`/api/v1/namespaces/secret/pods/old`)
          .then(
            () => undefined,
            () => true,
          ),
      {
        timeoutMilliseconds: 20_000,
      },
    );
    expect(gone).toBe(true);
  });

  it("lets a node live: heartbeats, taints, annotations", async () => {
    const condition = { type: "Ready", status: "True", reason: "Sample", message: "" };
    expect(await patch(oldNode, { status: { conditions: [condition] } }, "/status")).toMatchObject({ status: 200 });
    const taints = [{ key: "node.kubernetes.io/unreachable", effect: "NoSchedule" }];
    expect(await patch(oldNode, { spec: { taints } })).toMatchObject({ status: 200 });
    expect(await patch(oldNode, { metadata: { annotations: { a: "b" } } })).toMatchObject({ status: 200 });
    expect((await patch(oldNode, { metadata: { labels: { a: "b" } } })).message).toContain("sample-nodes: ");
    const better = { metadata: { labels: { "nvidia.com/cc.mode": "on" } } };
    expect(await patch(oldNode, better)).toMatchObject({ status: 200 });
  });

  it("is judged by all that it holds, unless its rule says otherwise", async () => {
    expect(await patch(oldConfigMap, { metadata: { finalizers: ["example.com/held"] } })).toMatchObject({
      status: 200,
    });
    expect((await patch(oldConfigMap, { data: { other: "value" } })).message).toContain("sample-config-maps: ");
    expect((await patch(oldConfigMap, { immutable: true })).message).toContain("sample-config-maps: ");
  });
});

describe("a rule's own conditions", () => {
  it("spare what it is not about", async () => {
    const object = (name: string) => ({ ...oldConfigMap, metadata: { name, namespace: "plain" }, data: { open: "" } });
    await expectAdmitted(object("left-alone"));
    await expectRefused(object("another"), "sample-config-maps");
  });

  it("warn only, where the pack says so", async () => {
    const spec = { type: "NodePort", ports: [{ port: 80 }] };
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "open", namespace: "plain" }, spec };
    expect(await admission.create(service)).toMatchObject({ status: 200, rules: ["sample-advisory"] });
  });
});

describe("exceptions", () => {
  it("let the named object pass, and what controllers make of it", async () => {
    await send(deployment("secret", "excused", bad));
    const made = await poll(
      async () => {
        const pods = await api().list<KubeObject>("/api/v1/namespaces/secret/pods", "app=excused");
        return pods.length > 0 || undefined;
      },
      { timeoutMilliseconds: 30_000 },
    );
    expect(made).toBe(true);
    await api().delete("/apis/apps/v1/namespaces/secret/deployments/excused");
  });

  it("do not let pass what only pretends to belong to it", async () => {
    const uid = "00000000-0000-4000-8000-000000000000";
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "excused-1", uid, controller: true }];
    await expectRefused(pod("secret", "excused-1-x", bad, { ownerReferences }), "sample-pods");
    await expectRefused(deployment("secret", "excused-1", bad), "sample-pods");
  });

  it("of a namespace spare no object of the same name in another", async () => {
    const elsewhere = pod("plain", "excused-there", bad, { labels: marked });
    await expectAdmitted(pod("secret", "excused-there", bad));
    await expectRefused(elsewhere, "sample-pods");
  });

  it("without a namespace spare what has none, and nobody's pod of that name", async () => {
    await expectAdmitted({ ...oldNode, metadata: { ...oldNode.metadata, name: "excused-node" } });
    await expectRefused(pod("secret", "unplaced", bad), "sample-pods");
  });

  it("end", async () => {
    await expectRefused(deployment("secret", "lapsed", bad), "sample-pods");
  });
});

describe("what a provider accepts of a tenant", () => {
  it("is read from its parameters", async () => {
    await expectAdmitted(pod("tenant", "a", good));
    await expectRefused(pod("tenant", "a", `elsewhere.example/a${digest}`), "sample-acceptance");
    await expectRefused(pod("tenant", "a", `registry.example.evil/a${digest}`), "sample-acceptance");
  });

  it("is nothing while there are none", async () => {
    const answer = await admission.create(pod("stranger", "a", good));
    expect(admitted(answer)).toBe(false);
    expect(answer.message).toContain("trustfoundry-sample-acceptance-stranger");
  });

  it("is not asked about where nobody is a tenant", async () => {
    await expectAdmitted(pod("secret", "a", `elsewhere.example/a${digest}`));
  });
});

describe("ways into pods", () => {
  const kubectl = async (...args: string[]) => {
    const kubeconfig = admission.cluster.kubeconfig(admission.cluster.name);
    const { stderr, exitCode } = await execa(
      kubectlBinary(),
      ["--kubeconfig", kubeconfig, "--request-timeout=20s", ...args],
      {
        reject: false,
      },
    );
    expect(exitCode).not.toBe(0);
    return stderr;
  };
  const ids = ["sample-connections", ...connectionRules.map(({ id }) => id)];
  const expectDenied = (text: string) =>
    expect(
      ids.some((id) => text.includes(`${id}: `)),
      text,
    ).toBe(true);

  it.each([
    ["exec", ["exec", "running", "--", "id"]],
    ["attach", ["attach", "running"]],
    ["port-forward", ["port-forward", "running", ":80"]],
    ["proxy to a pod", ["get", "--raw", "/api/v1/namespaces/NAMESPACE/pods/running/proxy/"]],
    ["proxy to a service", ["get", "--raw", "/api/v1/namespaces/NAMESPACE/services/served/proxy/"]],
  ])("%s is refused for confidential namespaces, and goes on for others", async (_, args) => {
    const run = (namespace: string) =>
      kubectl("--namespace", namespace, ...args.map((arg) => arg.replace("NAMESPACE", namespace)));
    expectDenied(await run("secret"));
    // There is no kubelet, and no machine: this is as far as it gets.
    expect(await run("plain")).not.toMatch(/ValidatingAdmissionPolicy/);
  });
});

describe("the cluster goes on", () => {
  it("makes and removes namespaces, with all that controllers put into them", async () => {
    const metadata = { name: "fresh", labels: marked };
    await api().create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
    await accountOf("fresh");
    await send(pod("fresh", "a", good));
    await api().delete("/api/v1/namespaces/fresh");
    const gone = await poll(
      () =>
        api()
          .get("/api/v1/namespaces/fresh")
          .then(
            () => undefined,
            () => true,
          ),
      {
        timeoutMilliseconds: 60_000,
      },
    );
    expect(gone).toBe(true);
  });

  it("refuses what a policy cannot judge, until that policy is taken away", async () => {
    const secret: Manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "a", namespace: "plain" } };
    const rendered = renderPolicies([{ rule: samples.broken, level: "mandatory" }], { now: new Date() });
    await admission.enforce(rendered);
    const told = (wanted: boolean) =>
      poll(async () => admitted(await admission.create(secret)) === wanted || undefined, {
        timeoutMilliseconds: 20_000,
      });
    expect(await told(false)).toBe(true);
    const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
    for (const { metadata } of rendered.flatMap(({ bindings: all }) => all))
      for (const name of [metadata.name, `${metadata.name}-told`]) await api().delete(`${bindings}/${name}`);
    expect(await told(true)).toBe(true);
  });

  it("takes what the command prints, and forgets it by its label", async () => {
    const file = join(admission.cluster.directory, "policies.yaml");
    writeFileSync(file, admissionYaml({ pack: "strict", cluster: "provider", tenant: ["tenant"] }, new Date()));
    const run = (...args: string[]) =>
      execa(kubectlBinary(), ["--kubeconfig", admission.cluster.kubeconfig(admission.cluster.name), ...args]);
    const ours = ["-l", "app.kubernetes.io/managed-by=trustfoundry"];
    const remove = () => run("delete", "validatingadmissionpolicybindings,validatingadmissionpolicies", ...ours);
    // Those of the other tests: they have another owner, and a conflict is no answer here.
    await remove();
    await run("apply", "--server-side", "-f", file);
    const { stdout } = await run("get", "validatingadmissionpolicies", ...ours, "--output=name");
    expect(stdout).toContain("trustfoundry-no-host-access");
    await remove();
    expect((await run("get", "validatingadmissionpolicies", ...ours, "--output=name")).stdout).toBe("");
  });
});
