import { beforeAll, describe, expect, it } from "vitest";
import type { TrustSecrets, TrustSecretsContext } from "../../../stacks/config/secrets";
import { decodeTrustSecrets, parseTrustSecrets } from "../../../stacks/config/secrets";
import type { OwnerKeys } from "../../../tooling/rehearsal/ownerKeys";
import { sampleFactory, withValue } from "../../support/factory";
import { freshOwnerKeys } from "../../support/ownerKeys";

const factory = sampleFactory();
const { dnsName } = factory.attestation.keyBroker;
const wantedKeys = factory.models.flatMap(({ keys }) => keys);

let keys: OwnerKeys;
let others: OwnerKeys;
beforeAll(async () => {
  [keys, others] = await Promise.all([freshOwnerKeys(factory), freshOwnerKeys(factory)]);
});

const context = (changes: Partial<TrustSecretsContext> = {}): TrustSecretsContext => ({
  wantedKeys,
  dnsName,
  caCertificate: keys.caCertificate,
  simulated: true,
  wantedCredentials: [],
  ...changes,
});
const genuine = () => keys.secrets as TrustSecrets;

function refusal(raw: unknown, changes: Partial<TrustSecretsContext> = {}): string {
  try {
    parseTrustSecrets(raw, context(changes));
  } catch (error) {
    const { message } = error as Error;
    // Whatever is wrong: nothing that is secret is said.
    const secret = [keys, others].flatMap(({ secrets }) => [
      ...Object.values(secrets.resources),
      ...[secrets.tls, secrets.tokenSigner].flatMap(({ privateKey }) => privateKey.split("\n").slice(1, -2)),
    ]);
    for (const line of secret) expect(message).not.toContain(line);
    return message;
  }
  return "";
}

describe("the model owner's secrets", () => {
  it("are accepted as a rehearsal makes them", () => {
    expect(parseTrustSecrets(genuine(), context())).toEqual(genuine());
  });

  it("are asked for where they are missing", () => {
    expect(refusal(undefined)).toMatch(/trustSecrets: missing; set it with `pulumi config set --secret/);
  });

  it.each<[string, (string | number)[], unknown, RegExp]>([
    ["no TLS key", ["tls", "privateKey"], undefined, /trustSecrets\.tls\.privateKey: missing or of the wrong form/],
    ["a key where the certificate belongs", ["tls", "certificate"], "-----BEGIN PRIVATE KEY-----", /tls\.certificate/],
    ["a setting that is none", ["admin"], { password: "hunter2" }, /trustSecrets: missing or of the wrong form/],
    ["a resource that is not base64", ["resources", "acme/model-key/llama-8b"], "no base64!", /resources\.acme/],
    [
      "no value for a key",
      ["resources", "acme/model-key/llama-8b"],
      undefined,
      /no value for acme\/model-key\/llama-8b/,
    ],
    [
      "a key of no model",
      ["resources", "acme/model-key/other"],
      "AAAA",
      /holds acme\/model-key\/other, which no model/,
    ],
    [
      "weights for a key",
      ["resources", "acme/model-key/llama-8b"],
      Buffer.alloc(1024 * 1024 + 1).toString("base64"),
      /keep weights in storage and only their keys here/,
    ],
    [
      "a certificate that does not parse",
      ["tls", "certificate"],
      "-----BEGIN CERTIFICATE-----",
      /tls: certificate is no PEM/,
    ],
    [
      "a key that does not parse",
      ["tls", "privateKey"],
      "-----BEGIN PRIVATE KEY-----\nMIIB\n",
      /privateKey is no PEM private key/,
    ],
  ])("are refused with %s", (_, path, value, says) => {
    expect(refusal(withValue(genuine(), path, value))).toMatch(says);
  });

  it("are refused with a key of another certificate", () => {
    const mixed = withValue(genuine(), ["tls", "privateKey"], others.secrets.tls.privateKey);
    expect(refusal(mixed)).toMatch(/trustSecrets\.tls: privateKey does not belong to the certificate/);
  });

  it("are refused where guests would not trust the key broker", () => {
    expect(refusal(genuine(), { dnsName: "kbs.other.example" })).toMatch(/is not for kbs\.other\.example/);
    expect(refusal(genuine(), { caCertificate: others.caCertificate })).toMatch(/no guest would trust it/);
  });

  it("are refused where any certificate of the CA could sign tokens", () => {
    const shared = withValue(genuine(), ["tokenSigner"], {
      ...keys.secrets.tls,
      certificate: `${keys.secrets.tls.certificate}${keys.caCertificate}`,
    });
    expect(refusal(shared)).toMatch(/comes from the CA of the key broker.*could sign tokens; use a self-signed one/);
  });

  it("are refused where the key broker would have no root to verify tokens with", () => {
    const leaf = withValue(genuine(), ["tokenSigner"], keys.secrets.tls);
    expect(refusal(leaf)).toMatch(/tokenSigner: certificate does not end in a self-signed one/);
  });

  it("are refused when a certificate's time is over, or has not come", () => {
    expect(refusal(genuine(), { now: new Date("2100-01-01") })).toMatch(
      /tls: certificate expired.*tokenSigner: certificate expired/s,
    );
    expect(refusal(genuine(), { now: new Date("2000-01-01") })).toMatch(/counts from .* only/);
  });

  it("are refused with models' keys outside a rehearsal, whatever they are, and accepted without", () => {
    const real = { simulated: false };
    expect(refusal(genuine(), real)).toMatch(
      /trustSecrets\.resources: would put models' keys into the stack's state; .*attestation\.resourcesSecret/,
    );
    expect(refusal(withValue(genuine(), ["resources"], {}), real)).toMatch(/trustSecrets\.resources/);
    const kept = withValue(genuine(), ["resources"], undefined);
    expect(parseTrustSecrets(kept, context(real))).toEqual(kept);
    expect(refusal(kept)).toMatch(/trustSecrets\.resources: has no value for/);
  });

  it("have the credentials that the key store needs, and no others", () => {
    const wanted = { wantedCredentials: ["token"] } as const;
    expect(refusal(genuine(), wanted)).toMatch(/trustSecrets\.keyStore\.token: missing, and attestation\.keyStore/);
    const given = withValue(genuine(), ["keyStore"], { token: "hvs.CANARY" });
    expect(parseTrustSecrets(given, context(wanted)).keyStore).toEqual({ token: "hvs.CANARY" });
    expect(refusal(given)).toMatch(/keyStore\.token: is for another kind of attestation\.keyStore; remove it/);
    expect(refusal(withValue(given, ["keyStore", "token"], "hvs CANARY"), wanted)).toMatch(
      /trustSecrets\.keyStore\.token: missing or of the wrong form/,
    );
    expect(refusal(withValue(given, ["keyStore", "token"], "hvs CANARY"), wanted)).not.toMatch(/CANARY/);
  });

  it("are all refused at once", () => {
    const broken = withValue(withValue(genuine(), ["resources", "x/y/z"], "AAAA"), ["tls"], others.secrets.tls);
    expect(refusal(broken)).toMatch(/^2 things in the configuration to correct/);
  });
});

describe("the setting's text", () => {
  it("is JSON", () => {
    expect(decodeTrustSecrets('{"tls":{}}')).toEqual({ tls: {} });
    expect(decodeTrustSecrets(undefined)).toBeUndefined();
  });

  it("is not shown where it is none", () => {
    const decode = () => decodeTrustSecrets('{"password": hunter2}');
    expect(decode).toThrow(/trustSecrets: is no JSON \(its value is not shown\)/);
    expect(decode).not.toThrow(/hunter2/);
  });
});
