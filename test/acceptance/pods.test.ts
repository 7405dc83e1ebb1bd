import { afterAll, beforeAll, expect, it } from "vitest";
import type { KubeObject } from "../../tooling/controlplane/api";
import { ApiError, poll } from "../../tooling/controlplane/api";
import { plainNode } from "../../tooling/controlplane/simulatedNodes";
import { simulatedStorageClass } from "../../tooling/controlplane/simulatedVolumes";
import type { TestCluster } from "./cluster";
import { startCluster } from "./cluster";

// What simulated hosts do with pods, as far as the controllers of a real control plane build on it.

interface Pod extends KubeObject {
  readonly metadata: KubeObject["metadata"] & {
    readonly finalizers?: readonly string[];
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly state: { readonly terminated?: { readonly exitCode: number } } }[];
  };
}

const pods = "/api/v1/namespaces/default/pods";
const claims = "/api/v1/namespaces/default/persistentvolumeclaims";
const held = "example.com/held";
const patience = { timeoutMilliseconds: 60_000, everyMilliseconds: 100 };

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster("pods", [plainNode("host-1", 8, 32)]);
});
afterAll(() => cluster.destroy());

async function started(name: string, spec: object): Promise<void> {
  const containers = [{ name: "main", image: "registry.example/a:1" }];
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, finalizers: [held] }, spec: { containers, ...spec } };
  await cluster.api.create(pods, pod);
  const phase = async () => (await cluster.api.get<Pod>(`${pods}/${name}`)).status.phase !== "Pending" || undefined;
  expect(await poll(phase, { ...patience, everyMilliseconds: 20 })).toBe(true);
}

/** The pod as its kubelet leaves it: a finalizer keeps the object. */
async function stopped(name: string): Promise<Pod> {
  await cluster.api.delete(`${pods}/${name}`);
  const pod = await poll(async () => {
    const now = await cluster.api.get<Pod>(`${pods}/${name}`);
    return now.metadata.deletionGracePeriodSeconds === 0 ? now : undefined;
  }, patience);
  if (!pod) throw new Error("the pod is not let go");
  return pod;
}

const gone = (path: string) =>
  poll(
    () =>
      cluster.api.get(path).then(
        () => undefined,
        (error: unknown) => (error instanceof ApiError && error.status === 404) || undefined,
      ),
    patience,
  );

it("end well when they are deleted, and say so before they go", async () => {
  await started("server", {});
  const { status } = await stopped("server");
  expect(status.phase).toBe("Succeeded");
  expect(status.containerStatuses).toMatchObject([{ state: { terminated: { exitCode: 0 } } }]);
});

it("that were to end by themselves have failed, where they are deleted before", async () => {
  // They need a fifth of a second for what they do: one of some is deleted within it.
  const ends: string[] = [];
  for (let n = 0; n < 20 && !ends.includes("Failed 143"); n++) {
    await started(`task-${n}`, { restartPolicy: "Never" });
    const { phase, containerStatuses } = (await stopped(`task-${n}`)).status;
    ends.push(`${phase} ${containerStatuses?.[0]?.state.terminated?.exitCode}`);
  }
  expect(ends).toContain("Failed 143");
});

it("release a claim of their own that was deleted while they ran", async () => {
  const claim = {
    accessModes: ["ReadWriteOnce"],
    volumeMode: "Block",
    storageClassName: simulatedStorageClass,
    resources: { requests: { storage: "1Gi" } },
  };
  await started("claiming", {
    volumes: [{ name: "store", ephemeral: { volumeClaimTemplate: { spec: claim } } }],
  });
  const path = `${claims}/claiming-store`;
  await cluster.api.delete(path);
  // In use: it is kept for the pod.
  await cluster.api.get(path);
  await stopped("claiming");
  expect(await gone(path)).toBe(true);
  // The pod's object is still there, so it was the pod's end that released the claim.
  expect((await cluster.api.get<Pod>(`${pods}/claiming`)).metadata.finalizers).toEqual([held]);
});
