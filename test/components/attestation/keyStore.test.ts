import { describe, expect, it } from "vitest";
import { resourcePlugin, wantedCredentials } from "../../../components/attestation/keyStore";
import { keyStoreProblems, keyStoreWarnings } from "../../../components/attestation/keyStoreProblems";
import { aliyun, aws, gcp, vault } from "./configuration/keyStores";

const paths = ["acme/model-key/llama-8b", "acme/model-key/frontier-400b"];

describe("a key store", () => {
  it("is asked over verified TLS, with a token that nobody sees", () => {
    expect(resourcePlugin(vault, { token: "hvs.CANARY" })).toEqual({
      name: "resource",
      storage_backend_type: "Vault",
      vault_url: "https://vault.acme.example:8200",
      mount_path: "kv",
      verify_ssl: true,
      ca_certs: ["/etc/trustee/key-store-ca/ca.crt"],
      token: "hvs.CANARY",
    });
    expect(JSON.stringify(resourcePlugin(vault, undefined))).not.toContain("CANARY");
  });

  it("that lacks its credential is refused by the credential's name", () => {
    expect(() => resourcePlugin(vault, {})).toThrow(/secrets\.keyStore\.token is missing/);
    expect(() => resourcePlugin(aliyun, { clientKey: "{}" })).toThrow(/secrets\.keyStore\.password is missing/);
    expect([vault, aws, gcp, aliyun].map(wantedCredentials)).toEqual([["token"], [], [], ["clientKey", "password"]]);
  });

  it.each([aws, gcp, aliyun])("of a cloud is refused unless its operator is accepted ($kind)", (keyStore) => {
    expect(keyStoreProblems(keyStore, "owner", paths).join()).toMatch(
      /could hand out keys as well.*keyAuthority: cloud/,
    );
    expect(keyStoreProblems(keyStore, "cloud", paths)).toEqual([]);
    expect(keyStoreWarnings("cloud").join()).toMatch(/graded lower/);
  });

  it("of the owner's is accepted, and warned of as little", () => {
    for (const keyStore of [{ kind: "kvstorage" } as const, vault])
      expect(keyStoreProblems(keyStore, "owner", paths)).toEqual([]);
    expect(keyStoreWarnings("owner")).toEqual([]);
  });

  it.each([aws, gcp, aliyun])("of a cloud opens no tenant's key to another by the same tag ($kind)", (keyStore) => {
    const colliding = ["tenant-a/model-key/weights", "tenant-b/model-key/weights"];
    expect(keyStoreProblems(keyStore, "cloud", colliding)).toEqual([
      expect.stringMatching(/tenant-a\/model-key\/weights and tenant-b\/model-key\/weights would be one secret/),
    ]);
    // The same path twice, as of a release and its successor, is one key.
    expect(keyStoreProblems(keyStore, "cloud", [...paths, ...paths])).toEqual([]);
    expect(keyStoreProblems(vault, "owner", colliding)).toEqual([]);
  });

  it("is asked for no name that it cannot have", () => {
    expect(keyStoreProblems(gcp, "cloud", ["a/b/v1.2"]).join()).toMatch(/takes no secret named "v1\.2"/);
    expect(keyStoreProblems(aws, "cloud", ["a/b/v1.2"])).toEqual([]);
  });
});
