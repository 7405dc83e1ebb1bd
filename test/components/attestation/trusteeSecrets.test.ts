import { describe, expect, it } from "vitest";
import { sha256 } from "../../../components/names";
import { contentSuffix } from "../../../components/attestation/trusteeSecrets";
import { resourceFile, resourceSecretKey } from "../../../components/attestation/trusteeLayout";

const secrets = {
  tls: { certificate: "c", privateKey: "k" },
  tokenSigner: { certificate: "c", privateKey: "signer" },
  resources: {},
};

describe("a Secret's suffix", () => {
  it("changes with the content and with nothing else", () => {
    const suffix = contentSuffix(secrets, { a: "1", b: "2" });
    expect(suffix).toMatch(/^[0-9a-f]{10}$/);
    expect(contentSuffix(secrets, { b: "2", a: "1" })).toBe(suffix);
    expect(contentSuffix(secrets, { a: "1", b: "3" })).not.toBe(suffix);
  });

  it("tells nobody the content who lacks the signer's key", () => {
    const other = { ...secrets, tokenSigner: { certificate: "c", privateKey: "another" } };
    expect(contentSuffix(other, { password: "hunter2" })).not.toBe(contentSuffix(secrets, { password: "hunter2" }));
    expect(sha256(JSON.stringify({ password: "hunter2" }))).not.toContain(
      contentSuffix(secrets, { password: "hunter2" }),
    );
  });
});

describe("a resource", () => {
  it("lies where the key broker's LocalFs looks for it", () => {
    expect(resourceFile("acme/model-key/llama-8b")).toBe(String.raw`acme\x2Fmodel-key\x2Fllama-8b`);
  });

  it("has a key of its own in the Secret, whatever its tag", () => {
    expect(resourceSecretKey("acme/model-key/llama.8b")).toBe("acme.model-key.llama.8b");
    expect(resourceSecretKey("acme/model-key/llama-8b")).toMatch(/^[-._a-zA-Z0-9]+$/);
  });
});
