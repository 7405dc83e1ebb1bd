import { cpSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { gpuNode, plainNode } from "../../../tooling/controlplane/simulatedNodes";
import { root, sampleFactory } from "../../support/factory";
import type { Outcome, Workplace } from "../../support/languages/engine";
import { runHere, workplace } from "../../support/languages/engine";
import { remoteProgram, typescriptProgram } from "../../support/languages/programs";
import { pulumiPython, runPython } from "../../support/languages/python";
import type { Scene } from "../../support/languages/wanted";
import { wantedComponents } from "../../support/languages/wanted";
import { freshOwnerKeys } from "../../support/ownerKeys";
import { sampleRelease } from "../../support/release";
import { bothSign, signedText } from "../../support/signing";
import type { TestCluster } from "../cluster";
import { startCluster } from "../cluster";

// One stack, run by programs in three ways on a real control plane with simulated hosts: whoever comes first places
// everything, and for the others there must be nothing left to do. The tests build on each other.

const factory = sampleFactory();
const hosts = factory.providers[0]!.hosts.filter(({ name }) => ["genoa-h100-a", "genoa-h100-b"].includes(name));
const context = "provider";
const resource = "acme/model-key/llama-8b";

let cluster: TestCluster;
let scene: Scene;
let place: Workplace;
let python: Awaited<ReturnType<typeof pulumiPython>>;
let first: Omit<Outcome, "findings">;

const remote = (operation: "up" | "destroy", packs: readonly string[] = []) =>
  runHere(operation, place, () => Promise.resolve(remoteProgram(wantedComponents(scene), context)), packs);
const auditPack = [join(root, "policies/packs/audit")];

beforeAll(async () => {
  python = await pulumiPython();
  cluster = await startCluster(context, [...hosts.map(gpuNode), plainNode("plain", 16, 64)]);
  const directory = join(cluster.directory, "consumer");
  mkdirSync(directory);
  cpSync(join(root, "tooling/rehearsal/charts"), join(directory, "charts"), { recursive: true });
  const keys = await freshOwnerKeys(factory);
  scene = {
    hosts,
    release: await signedText(sampleRelease({ awaitReadiness: false })),
    signers: bothSign,
    caCertificate: keys.caCertificate,
    secrets: { ...keys.secrets, resources: { [resource]: Buffer.from("a made-up model key").toString("base64") } },
    charts: "charts",
  };
  place = workplace(directory, inject("toolchain"), cluster.kubeconfig(context));
  first =
    "python" in python
      ? await runPython(python.python, "up", place, wantedComponents(scene), context)
      : await remote("up");
  if (first.failed) throw new Error(first.printed.slice(-5000));
});
afterAll(() => cluster.destroy());

const values = ({ outputs }: Pick<Outcome, "outputs">) =>
  Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));

/** Everything that the engine keeps: state, its backups, its history. */
function kept(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

describe("a program in another process", () => {
  it("in Python places every component", (test) => {
    if ("reason" in python) return test.skip(python.reason);
    expect(first.changes).toEqual({ create: expect.any(Number) as number });
    expect(values(first)).toMatchObject({
      kata: { status: "deployed", runtimeClassNames: expect.arrayContaining(["kata-qemu-nvidia-gpu-snp"]) as string[] },
      "llama-8b": { serviceName: "llama-8b.acme-models.svc", workloadName: "llama-8b" },
      "node-mode": { hostNames: hosts.map(({ name }) => name) },
      "tenant-acceptance": { tenantNames: ["acme-models"] },
      trustee: { keyBrokerHost: "trustee-kbs.trustee.svc" },
    });
  });

  it("gets no secret into state, outputs or what is printed", () => {
    const text = `${kept(join(place.directory, "state"))}\n${first.printed}`;
    for (const secret of [scene.secrets.tls.privateKey, scene.secrets.tokenSigner.privateKey]) {
      const line = secret.split("\n")[1] ?? "";
      expect(line.length).toBeGreaterThan(40);
      expect(text).not.toContain(line);
      expect(text).not.toContain(Buffer.from(secret).toString("base64").slice(8, 60));
    }
    expect(text).not.toContain(scene.secrets.resources?.[resource]);
    expect(text).toContain("ciphertext");
  });

  let byRemote: Outcome;
  it("in TypeScript finds nothing to do where Python was", async () => {
    byRemote = await remote("up", auditPack);
    expect(byRemote.errors).toEqual([]);
    // Hosts are read at each run.
    expect(Object.keys(byRemote.changes).sort()).toEqual(["read", "same"]);
    expect(values(byRemote)).toEqual(values(first));
  });

  it("places what the components place by themselves, to the last property, and packs find the same in it", async () => {
    const itself = await runHere("up", place, () => typescriptProgram(scene, place.directory, context), auditPack);
    expect(itself.errors).toEqual([]);
    expect(itself.changes).toEqual(byRemote.changes);
    expect(values(itself)).toEqual(values(first));
    expect(itself.findings.length).toBeGreaterThan(0);
    expect(byRemote.findings).toEqual(itself.findings);
  });

  it("runs the model's pods on confidential hosts", async () => {
    const pods = await cluster.api.list<{ spec: { nodeName?: string; runtimeClassName: string } } & never>(
      "/api/v1/namespaces/acme-models/pods",
    );
    expect(pods).toHaveLength(2);
  });

  it("removes what it has placed", async () => {
    const outcome =
      "python" in python
        ? await runPython(python.python, "destroy", place, wantedComponents(scene), context)
        : await remote("destroy");
    expect(outcome.printed.slice(-3000)).not.toMatch(/error:/);
    expect(outcome.failed).toBe(false);
    for (const namespace of ["acme-models", "trustee", "gpu-operator"])
      await expect(cluster.api.get(`/api/v1/namespaces/${namespace}`)).rejects.toThrow();
  });
});
