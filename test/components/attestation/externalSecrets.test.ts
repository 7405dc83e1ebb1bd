import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExternalSecrets, ExternalSecretsContext } from "../../../components/attestation/externalSecrets";
import {
  externalSecretSpec,
  externalSecretsProblems,
  externalSecretsWarnings,
} from "../../../components/attestation/externalSecrets";
import { FortanixSecrets } from "../../../components/attestation/fortanixSecrets";
import { externalSecretsSchema } from "../../../stacks/config/fortanix";
import { settled } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { recordRegistrations, refusal } from "../../support/registrations";

const given: ExternalSecrets = {
  source: {
    kind: "fortanix",
    apiUrl: "https://dsm.acme.example",
    apiKey: { name: "dsm-reader", key: "api-key" },
    operatedBy: "owner",
  },
  objects: { "acme/model-key/llama-8b": "llama key", "acme/model-key/frontier": "frontier key" },
  refreshInterval: "1h",
  etcdEncrypted: true,
};
const context: ExternalSecretsContext = {
  keyStoreKind: "kvstorage",
  authority: "owner",
  resourcesSecret: "model-keys",
  resources: Object.keys(given.objects),
};
const problems = (secrets: Partial<ExternalSecrets>, around: Partial<ExternalSecretsContext> = {}) =>
  externalSecretsProblems({ ...given, ...secrets }, { ...context, ...around }).join("; ");

describe("keys by External Secrets Operator", () => {
  it("are taken one by one, under the names that the key broker mounts", () => {
    expect(externalSecretSpec(given, "store", "model-keys")).toMatchObject({
      secretStoreRef: { kind: "SecretStore", name: "store" },
      target: { name: "model-keys" },
      data: [
        { secretKey: "acme.model-key.frontier", remoteRef: { key: "frontier key" } },
        { secretKey: "acme.model-key.llama-8b", remoteRef: { key: "llama key" } },
      ],
    });
  });

  it.each<[string, Partial<ExternalSecrets>, Partial<ExternalSecretsContext>, RegExp]>([
    ["beside another store", {}, { keyStoreKind: "vault" }, /stand beside keyStore\.kind vault/],
    ["without the Secret that they go to", {}, { resourcesSecret: undefined }, /resourcesSecret: missing/],
    ["into the Secret with the API key", {}, { resourcesSecret: "dsm-reader" }, /is also the Secret with the API key/],
    ["from somebody else's service", { source: { ...given.source, operatedBy: "vendor" } }, {}, /keyAuthority: cloud/],
    ["with one missing", {}, { resources: [...context.resources, "acme/a/b"] }, /has no object for acme\/a\/b/],
    [
      "with one too many",
      {},
      { resources: ["acme/model-key/llama-8b"] },
      /names acme\/model-key\/frontier, which no model/,
    ],
  ])("are refused %s", (_, secrets, around, expected) => {
    expect(problems({})).toBe("");
    expect(problems(secrets, around)).toMatch(expected);
  });

  it("may come from somebody else's service where that is accepted", () => {
    expect(problems({ source: { ...given.source, operatedBy: "vendor" } }, { authority: "cloud" })).toBe("");
  });

  it("are said to lie in etcd at every preview", () => {
    expect(externalSecretsWarnings("model-keys").join()).toMatch(/Secret model-keys.*etcd or its backups/);
  });
});

describe("the component", () => {
  let recording: Recording;
  beforeEach(() => {
    recording = recordRegistrations();
  });
  afterEach(settled);

  it("holds names alone, and says what its author has seen to", async () => {
    new FortanixSecrets("fortanix", { ...given, namespace: "trustee", secretName: "model-keys" });
    await settled();
    expect(recording.resources.map(({ type }) => type).sort()).toEqual([
      "kubernetes:external-secrets.io/v1:ExternalSecret",
      "kubernetes:external-secrets.io/v1:SecretStore",
      "trustfoundry:attestation:FortanixSecrets",
    ]);
    const keys = recording.resources.find(({ type }) => type.endsWith(":ExternalSecret"));
    expect(keys?.inputs).toMatchObject({
      metadata: { namespace: "trustee", annotations: { "trustfoundry.dev/etcd-encrypted": "true" } },
    });
    expect(keys?.dependencies).toEqual(["fortanix-store"]);
    const store = recording.resources.find(({ type }) => type.endsWith(":SecretStore"));
    expect(store?.inputs.spec).toEqual({
      provider: {
        fortanix: { apiUrl: "https://dsm.acme.example", apiKey: { secretRef: { name: "dsm-reader", key: "api-key" } } },
      },
    });
  });

  it("asks no store on plain HTTP", () => {
    const source = { ...given.source, apiUrl: "http://dsm.acme.example" };
    expect(refusal(() => new FortanixSecrets("f", { ...given, source, namespace: "n", secretName: "s" }))).toMatch(
      /is no https/,
    );
  });
});

describe("the setting externalSecrets", () => {
  it("wants the word that etcd is encrypted", () => {
    expect(externalSecretsSchema.parse(given)).toEqual(given);
    const { etcdEncrypted, ...without } = given;
    void etcdEncrypted;
    expect(externalSecretsSchema.safeParse(without).success).toBe(false);
    expect(externalSecretsSchema.safeParse({ ...given, etcdEncrypted: false }).success).toBe(false);
    expect(externalSecretsSchema.safeParse({ ...given, refreshInterval: "" }).success).toBe(false);
    for (const apiUrl of ["http://dsm.acme.example", "https://user:pass@dsm.acme.example"])
      expect(externalSecretsSchema.safeParse({ ...given, source: { ...given.source, apiUrl } }).success).toBe(false);
  });
});
