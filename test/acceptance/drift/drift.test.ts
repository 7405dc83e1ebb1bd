import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poll } from "../../../tooling/controlplane/api";
import type { Finding } from "../../../tooling/drift/types";
import { RehearsalCli } from "../../support/rehearsalCli";
import { secondProvider, twoProviders, withoutSecondProvider } from "../../support/twoProviders";
import type { Kubectl, LiveObject } from "./edit";
import { ownerEdits } from "./ownerEdits";
import { providerEdits } from "./providerEdits";

const rehearsal = new RehearsalCli("drift");
const owner = "acme-models";
const edits = [...ownerEdits, ...providerEdits];

interface Named {
  readonly metadata: { readonly name: string; readonly uid: string; readonly creationTimestamp: string };
}
interface PodOf extends Named {
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
}

beforeAll(async () => {
  const { exitCode, all } = await rehearsal.run("up", "--file", rehearsal.describe(twoProviders));
  expect(exitCode, all).toBe(0);
  // Two providers at once, beside whatever else is tested.
}, 600_000);

afterAll(async () => {
  const { exitCode, all } = await rehearsal.run("destroy");
  rehearsal.remove();
  expect(exitCode, all).toBe(0);
});

function kubectlOf(as: "trust" | "provider"): Kubectl {
  const create = async (object: object) => {
    const file = join(rehearsal.home, "edit.json");
    writeFileSync(file, JSON.stringify(object), { mode: 0o600 });
    await run("create", "--field-manager", "mallory", "-f", file);
  };
  const run = async (...args: readonly string[]) => {
    // The API server goes on refusing for a while after a rule's binding was deleted.
    const said = await poll(
      () =>
        rehearsal.kubectl(as, ...args).catch((error: Error) => {
          if (!error.message.includes("denied request")) throw error;
          return undefined;
        }),
      { timeoutMilliseconds: 60_000, everyMilliseconds: 500 },
    );
    if (!said) throw new Error(`kubectl ${args.join(" ")} said nothing, or was refused`);
    return said;
  };
  const named = async (kind: string, namespace: string, prefix: string) => {
    const objects = await rehearsal.get<Named>(as, kind, "-n", namespace);
    return objects.find(({ metadata }) => metadata.name.startsWith(prefix))?.metadata.name ?? `no ${prefix}`;
  };
  return {
    run,
    create,
    named,
    replace: async (kind, namespace, prefix, change) => {
      const name = await named(kind, namespace, prefix);
      const object = JSON.parse(await run("get", kind, name, "-n", namespace, "-o", "json")) as LiveObject;
      change(object);
      await run("delete", kind, name, "-n", namespace);
      await create({ ...object, metadata: { name, namespace } });
    },
  };
}

async function drift(...more: readonly string[]): Promise<{ exitCode: number; findings: Finding[]; all: string }> {
  const { exitCode, all } = await rehearsal.run("drift", "--json", ...more);
  expect(all).toMatch(/^\{/);
  return { exitCode, all, ...(JSON.parse(all) as { findings: Finding[] }) };
}

const told = ({ severity, object: { kind, name } }: Finding) => `${severity} ${kind} ${name}`;

/** Everything that trust is made of: the owner's releases as files, and what the key broker reads and runs. */
async function trustDigest(): Promise<string> {
  const folder = join(rehearsal.root, "parties", owner, "releases");
  const files = readdirSync(folder)
    .sort()
    .map((name) => `${name} ${readFileSync(join(folder, name), "utf8")}`);
  const maps = await rehearsal.get<Named & { data: object }>("trust", "configmaps,secrets", "-n", "trustee");
  const objects = maps.map(({ metadata: { name, uid }, data }) => JSON.stringify([name, uid, data])).sort();
  return createHash("sha256")
    .update(JSON.stringify([files, objects]))
    .digest("hex");
}

const uids = async (as: "trust" | "provider", namespace: string) =>
  (await rehearsal.get<Named>(as, "pods", "-n", namespace)).map(({ metadata }) => metadata.uid).sort();

describe("drift of a factory", () => {
  it("is none where nobody changed anything", async () => {
    const { exitCode, all } = await rehearsal.run("drift");
    expect(all).toMatch(/No drift: \d+ objects compared\./);
    expect(exitCode).toBe(0);
  });

  it(`finds each of ${edits.length} edits, by severity and party, and shows no secret`, async () => {
    for (const { as, run } of edits) await run(kubectlOf(as));
    const { exitCode, findings, all } = await drift();
    expect(exitCode).toBe(2);
    for (const { what, as, told: expected } of edits) {
      const found = findings.filter((finding) => told(finding).startsWith(expected));
      expect(found.length, `${what}: ${expected} in ${findings.map(told).join("\n")}`).toBeGreaterThan(0);
      const role = as === "trust" ? "modelOwner" : "infrastructureProvider";
      for (const { party } of found) expect(party.role, what).toBe(role);
    }
    expect(findings.some(({ writer }) => writer?.manager === "mallory" && /^20/.test(writer.time ?? ""))).toBe(true);
    expect(findings.filter(({ party }) => party.name === secondProvider)).toEqual([]);
    expect(all).not.toContain(Buffer.from("mallory's own key").toString("base64"));
  });

  it("looks at one party's clusters alone where it is asked to", async () => {
    const { findings } = await drift("--party", "modelOwner");
    expect(new Set(findings.map(({ party }) => party.name))).toEqual(new Set([owner]));
  });

  it("heals all of them at once, and leaves pods that read what was applied", async () => {
    const before = await uids("provider", owner);
    const { exitCode, all } = await rehearsal.run("drift", "--heal");
    expect(all).toMatch(/No drift: \d+ objects compared\./);
    expect(exitCode, all).toBe(0);
    expect(all).not.toContain("Not healed");
    const maps = await rehearsal.get<Named>("trust", "configmaps", "-n", "trustee");
    const made = maps.filter(({ metadata: { name } }) => /^(resource-policy|reference-values)/.test(name));
    const pods = await rehearsal.get<PodOf>("trust", "pods", "-n", "trustee");
    expect(pods).toHaveLength(6);
    for (const { metadata, spec } of pods) {
      expect(spec.containers.map(({ image }) => image).join()).not.toContain("evil");
      // The attestation service reads neither.
      if (/^trustee-(kbs|rvps)/.test(metadata.name))
        for (const map of made.filter(
          ({ metadata: { name } }) => name.startsWith("resource") === metadata.name.startsWith("trustee-kbs"),
        ))
          expect(metadata.creationTimestamp >= map.metadata.creationTimestamp, metadata.name).toBe(true);
    }
    expect(await uids("provider", owner)).toEqual(before);
  });

  it("heals nothing a second time", async () => {
    const pods = await uids("trust", "trustee");
    const { exitCode, all } = await rehearsal.run("drift", "--heal");
    expect(exitCode, all).toBe(0);
    expect(all).not.toContain("Healed:");
    expect(await uids("trust", "trustee")).toEqual(pods);
  });

  it("leaves what is not ours, and says what its owner can do", async () => {
    const { create, run } = kubectlOf("trust");
    await create({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name: "rewriter" },
      webhooks: [
        {
          name: "rewriter.mallory.example",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Ignore",
          clientConfig: { url: "https://127.0.0.1:1/" },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        },
      ],
    });
    const { exitCode, all } = await rehearsal.run("drift", "--heal", "--party", owner);
    expect(exitCode).toBe(2);
    expect(all).toContain("kubectl delete mutatingwebhookconfiguration rewriter");
    const known = await rehearsal.run("drift", "--party", owner, "--known", "MutatingWebhookConfiguration/rewriter");
    expect(known.exitCode, known.all).toBe(0);
    await run("delete", "mutatingwebhookconfiguration", "rewriter");
  });
});

describe("a provider that ends", () => {
  let trusted = "";
  let guests: string[] = [];

  it("leaves the others serving, and trust as it is", async () => {
    [trusted, guests] = [await trustDigest(), await uids("provider", owner)];
    expect(guests).toHaveLength(2);
    const { exitCode, all } = await rehearsal.run("lose", secondProvider);
    expect(exitCode, all).toBe(0);
    expect(all).toContain("llama-8b: served on by northern-metal");
    const status = await rehearsal.run("status");
    expect(status.all).toContain(`${secondProvider} is lost (SIMULATED)`);
    expect(status.all).toContain("All other control planes run.");
    expect(await trustDigest()).toBe(trusted);
    expect(await uids("provider", owner)).toEqual(guests);
  });

  it("changes nothing about the verdict on the release, nor about who gets its key", async () => {
    const [attest, verdict] = [await rehearsal.run("attest"), await rehearsal.run("verdict", "llama-8b")];
    for (const { exitCode, all } of [attest, verdict]) {
      expect(exitCode, all).toBe(0);
      expect(all).toContain(`${secondProvider} is lost`);
    }
    expect(verdict.all).toContain("The genuine guest is verified");
  });

  it("blocks no update of the others, and is started by none", async () => {
    const { exitCode, all } = await rehearsal.run("up", "--file", rehearsal.describe(twoProviders));
    expect(exitCode, all).toBe(0);
    expect(all).toContain(`${secondProvider} is lost`);
    expect(all).not.toContain(`Deploy ${secondProvider}`);
    expect(await trustDigest()).toBe(trusted);
    expect(await uids("provider", owner)).toEqual(guests);
  }, 600_000);

  it("is revoked by taking it out of the description: no release, value, policy or key changes", async () => {
    const { exitCode, all } = await rehearsal.run("up", "--file", rehearsal.describe(withoutSecondProvider));
    expect(exitCode, all).toBe(0);
    expect(all).not.toContain("is lost");
    expect(await trustDigest()).toBe(trusted);
    expect(await uids("provider", owner)).toEqual(guests);
    expect(readdirSync(join(rehearsal.root, "parties"))).not.toContain(secondProvider);
  });
});
