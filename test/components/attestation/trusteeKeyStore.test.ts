import { parse } from "smol-toml";
import { describe, expect, it, vi } from "vitest";
import type { TrusteeArgs } from "../../../components/attestation/trustee";
import { Trustee } from "../../../components/attestation/trustee";
import { emptyLock } from "../../../components/catalogLock";
import { recordResources } from "../../support/mocks";
import { recordRegistrations, refusal } from "../../support/registrations";
import { sampleRelease } from "../../support/release";
import { aws, vault } from "./configuration/keyStores";

/** How the engine is told that a value is to be encrypted. */
const marked = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const pair = { certificate: "certificate", privateKey: "key" };
const args: TrusteeArgs = {
  releases: [{ release: sampleRelease() }],
  accepted: { verifier: "remote" },
  referenceValueExpiry: "2028-01-01T00:00:00Z",
  platformSet: "ra-1.1.0",
  pins: { lock: emptyLock, simulated: true },
  clientCidrs: ["198.51.100.0/24"],
  secrets: { tls: pair, tokenSigner: pair },
};

async function place(changes: Partial<TrusteeArgs>) {
  const registered = await recordResources();
  new Trustee("trustee", { ...args, ...changes });
  await vi.waitUntil(() => registered.filter(({ type }) => type.endsWith(":Deployment")).length === 3);
  return registered;
}

describe("Trustee with Vault", () => {
  it("has its token in one Secret and nowhere else, and no key in any", async () => {
    const secrets = { tls: pair, tokenSigner: pair, keyStore: { token: "hvs.CANARY" } };
    const registered = await place({ keyStore: vault, secrets });
    const configuration = registered.find(({ name }) => name === "trustee-kbs-configuration");
    expect(configuration?.inputs).toMatchObject({ kind: "Secret", immutable: true });
    const data = configuration?.inputs.data as { value: Record<string, string> };
    expect(data).toMatchObject(marked);
    const toml = Buffer.from(data.value["kbs-config.toml"] ?? "", "base64").toString();
    expect(parse(toml)).toMatchObject({
      plugins: [{ storage_backend_type: "Vault", verify_ssl: true, token: "hvs.CANARY" }],
    });
    expect(registered.map(({ name }) => name)).not.toContain("trustee-resources");
    const elsewhere = JSON.stringify(registered.filter((resource) => resource !== configuration));
    expect(elsewhere).not.toContain("CANARY");
    expect(elsewhere).not.toContain(Buffer.from("hvs.CANARY").toString("base64").slice(0, 10));
  });
});

describe("Trustee with a Secret of the owner's", () => {
  it("makes none of its own, and knows the other's name alone", async () => {
    const registered = await place({ resourcesSecret: "model-keys" });
    expect(
      registered
        .filter(({ type }) => type.endsWith(":Secret"))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["trustee-signer", "trustee-tls"]);
    const broker = registered.find(({ type, name }) => type.endsWith(":Deployment") && name === "trustee-kbs");
    expect(JSON.stringify(broker?.inputs)).toContain('"secretName":"model-keys"');
  });

  it("keeps guests with their replica only where sessions are in memory", async () => {
    const affinity = async (changes: Partial<TrusteeArgs>) =>
      (
        (await place({ resourcesSecret: "model-keys", ...changes })).find(
          ({ type, name }) => type.endsWith(":Service") && name === "trustee-kbs",
        )?.inputs.spec as { sessionAffinity?: string }
      ).sessionAffinity;
    expect(await affinity({})).toBe("ClientIP");
    const urlSecret = { name: "db", key: "url" };
    expect(
      await affinity({ sessions: { kind: "postgres", urlSecret, port: 5432, reachedAt: { namespace: "db" } } }),
    ).toBeUndefined();
  });
});

describe("Trustee is refused", () => {
  it("with a cloud's key store that nobody accepted", () => {
    recordRegistrations();
    expect(refusal(() => new Trustee("trustee", { ...args, keyStore: aws }))).toMatch(/keyAuthority: cloud/);
  });
});
