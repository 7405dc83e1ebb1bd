import { setTimeout } from "node:timers/promises";
import { ApiError } from "../../../tooling/controlplane/api";
import { encodeInitData, initDataAnnotationKey, initDataDigestKey } from "../../../components/guest/initDataAnnotation";
import { initDataDigest } from "../../../components/guest/initData";
import type { Bench, Live, Undo } from "./bench";
import type { InjectedFault } from "./hostFaults";

export const namespace = "acme-models";
export const model = "llama-8b";
const core = `/api/v1/namespaces/${namespace}`;
const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${model}`;
const replicaSets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;

async function pods(bench: Bench): Promise<Live[]> {
  return bench.api.list<Live>(`${core}/pods`, `app.kubernetes.io/name=${model}`);
}

/** Has the workload made anew, and waits until the API server has refused it. */
async function refused(bench: Bench): Promise<void> {
  await bench.until(async () => {
    // What refuses is in force a moment later: until then a pod is made each time.
    for (const { metadata } of await pods(bench)) await bench.api.delete(`${core}/pods/${metadata.name}`);
    const sets = await bench.api.list<Live>(replicaSets, `app.kubernetes.io/name=${model}`);
    return sets.some(({ status }) =>
      (status?.conditions ?? []).some(
        ({ type, status: holds }: { type: string; status: string }) => type === "ReplicaFailure" && holds === "True",
      ),
    );
  });
}

/** A controller that was refused waits longer each time: a new template is tried at once. */
async function madeAnew(bench: Bench): Promise<void> {
  await setTimeout(1_000);
  await bench.patch(deployment, {
    spec: { template: { metadata: { annotations: { "trustfoundry.dev/tried": String(Date.now()) } } } },
  });
  await bench.rolledOut(deployment);
}

/** Changes the workload's template, and waits until its pods are of it: running, or made where they can run nowhere. */
async function rolled(bench: Bench, change: (template: Live) => void, running = true): Promise<Undo> {
  const before = (await bench.get(deployment)).spec.template as Live;
  const template = structuredClone(before);
  change(template);
  const set = async (value: Live, available: boolean) => {
    // Its controller writes the status at any time.
    await bench.until(async () => {
      const object = await bench.get(deployment);
      object.spec.template = value;
      return bench.api.send({ method: "PUT", path: deployment, body: object }).then(
        () => true,
        (error: unknown) =>
          error instanceof ApiError && error.status === 409 ? false : Promise.reject(error as Error),
      );
    });
    await bench.rolledOut(deployment, available);
  };
  await set(template, running);
  return () => set(before, true);
}

const container = (template: Live) =>
  template.spec.containers[0] as { resources: { limits: Record<string, string>; requests: Record<string, string> } };

function limit(resource: string, amount: string): (template: Live) => void {
  return (template) => {
    container(template).resources.limits[resource] = amount;
    container(template).resources.requests[resource] = amount;
  };
}

export const podFaults: readonly InjectedFault[] = [
  {
    what: "the tenant's quota is used up",
    link: "pod-admitted",
    found: "refused by the quota tenant",
    wanted: "1 pods of llama-8b",
    inject: async (bench) => {
      const path = `${core}/resourcequotas/tenant`;
      const { hard } = (await bench.get(path)).spec as { hard: Record<string, string> };
      await bench.patch(path, { spec: { hard: { pods: "1" } } });
      await bench.until(async () => (await bench.get(path)).status?.hard?.pods === "1");
      await refused(bench);
      return async () => {
        await bench.patch(path, { spec: { hard } });
        await bench.until(async () => (await bench.get(path)).status?.hard?.pods === hard.pods);
        await madeAnew(bench);
      };
    },
  },
  {
    what: "an admission policy refuses the pod",
    link: "pod-admitted",
    found: "the admission policy nothing-of-nobody",
    wanted: "1 pods of llama-8b",
    inject: async (bench) => {
      const api = "/apis/admissionregistration.k8s.io/v1";
      const [policies, bindings] = [
        `${api}/validatingadmissionpolicies/nothing-of-nobody`,
        `${api}/validatingadmissionpolicybindings/nothing-of-nobody`,
      ];
      const metadata = { name: "nothing-of-nobody" };
      const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
      await bench.create(policies, {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata,
        spec: {
          matchConstraints: { resourceRules },
          validations: [{ expression: `object.metadata.namespace != "${namespace}"`, message: "nothing" }],
        },
      });
      await bench.create(bindings, {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicyBinding",
        metadata,
        spec: { policyName: metadata.name, validationActions: ["Deny"] },
      });
      await refused(bench);
      return async () => {
        await bench.api.delete(bindings);
        await bench.api.delete(policies);
        await madeAnew(bench);
      };
    },
  },
  {
    what: "somebody doubles the CPU limit",
    link: "pod-shape",
    found: "CPU limits of 32, so 33 vCPUs",
    wanted: "CPU limits of 16, so 17 vCPUs",
    inject: (bench) => rolled(bench, limit("cpu", "32")),
  },
  {
    what: "somebody asks for two GPUs in place of one",
    link: "pod-gpus",
    found: "nvidia.com/pgpu 2",
    wanted: "nvidia.com/pgpu 1",
    inject: (bench) => rolled(bench, limit("nvidia.com/pgpu", "2")),
  },
  {
    what: "the pod is placed with other init-data",
    link: "pod-init-data",
    found: "init-data",
    wanted: "of llama-8b#1",
    inject: (bench) =>
      rolled(bench, (template) => {
        const toml =
          'version = "0.1.0"\nalgorithm = "sha256"\n\n[data]\n"policy.rego" = "package agent_policy\\n\\ndefault ExecProcessRequest := true\\n"\n';
        Object.assign(template.metadata, {
          annotations: {
            ...template.metadata.annotations,
            [initDataAnnotationKey]: encodeInitData(toml),
            [initDataDigestKey]: initDataDigest(toml),
          },
        });
      }),
  },
  {
    what: "the StorageClass of the guests' volumes is deleted",
    link: "pod-volume-class",
    found: "no StorageClass",
    wanted: "trustfoundry-local-block",
    inject: (bench) => bench.remove("/apis/storage.k8s.io/v1/storageclasses/trustfoundry-local-block"),
  },
  {
    what: "no host has GPUs enough",
    link: "pod-gpus",
    found: "nvidia.com/pgpu 9",
    wanted: "nvidia.com/pgpu 1",
    inject: (bench) => rolled(bench, limit("nvidia.com/pgpu", "9"), false),
  },
  {
    what: "the way to the key broker is closed",
    link: "pod-egress",
    found: "443 to the key broker (allow-key-broker)",
    wanted: "a way out to DNS and to allow-key-broker's ranges",
    inject: (bench) =>
      bench.remove(`/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/allow-key-broker`),
  },
];
