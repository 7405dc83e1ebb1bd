import { describe, expect, it } from "vitest";
import type { ArchiveFiles, PartnerChart } from "../../components/partnerChart";
import { missingInValues, partnerChartProblems, plainSecrets } from "../../components/partnerChart";

const digest = `sha256:${"a".repeat(64)}`;
const archive: PartnerChart = {
  reference: "/charts/runtime-1.5.0.tgz",
  version: "1.5.0",
  digest,
  values: { tokenSecretName: "partner-token" },
  namespace: "partner",
  releaseName: "partner",
  podSecurity: "restricted",
};
const files: ArchiveFiles = { exists: () => true, digest: () => digest };
const problems = (changes: Partial<PartnerChart>, found = files) =>
  partnerChartProblems({ ...archive, ...changes }, found).join("; ");

describe("a partner's chart", () => {
  it("is an archive of the digest that was said, or named by digest", () => {
    expect(problems({})).toBe("");
    expect(problems({ reference: `oci://registry.example/charts/runtime@${digest}`, digest: undefined })).toBe("");
  });

  it.each<[string, Partial<PartnerChart>, RegExp, ArchiveFiles?]>([
    ["a tag", { reference: "oci://registry.example/charts/runtime:1.5.0", digest: undefined }, /has no digest/],
    ["two digests", { reference: `oci://registry.example/charts/runtime@${digest}` }, /has its own, remove/],
    ["a repository's name", { reference: "partner/runtime" }, /nothing else can be pinned/],
    ["a folder", { reference: "/charts/runtime" }, /nothing else can be pinned/],
    ["no digest", { digest: undefined }, /chart\.digest: missing/],
    ["no archive", {}, /is not there/, { ...files, exists: () => false }],
    [
      "another archive",
      {},
      /has the digest sha256:b+, and the configuration says/,
      { ...files, digest: () => `sha256:${"b".repeat(64)}` },
    ],
    ["a namespace of Kubernetes' own", { namespace: "kube-system" }, /is Kubernetes' or the key broker's/],
    ["the key broker's namespace", { namespace: "trustee" }, /is Kubernetes' or the key broker's/],
    ["a secret", { values: { apm: { unsealToken: "CANARY" } } }, /chart\.values\.apm\.unsealToken: is a secret/],
  ])("is refused by %s", (_, changes, expected, found) => {
    expect(problems(changes, found)).toMatch(expected);
    expect(problems(changes, found)).not.toContain("CANARY");
  });
});

describe("values of a chart that nobody here knows", () => {
  it.each<[string, unknown, (string | number)[][]]>([
    ["a token", { a: { token: "x" } }, [["a", "token"]]],
    ["a private key under a harmless name", { pem: "-----BEGIN EC PRIVATE KEY-----" }, [["pem"]]],
    ["a variable", { env: [{ name: "LICENSE_TOKEN", value: "x" }] }, [["env", 0, "value"]]],
    ["a list of tokens", { tokens: ["harmless"], apiKey: ["x"] }, [["apiKey", 0]]],
    ["a Secret's name", { tokenSecretName: "x", existingSecret: "x" }, []],
    ["where to find it", { token: "/run/token", password: "" }, []],
    ["a password of digits", { password: 20261231 }, [["password"]]],
    ["a token below its name", { apiKey: { value: "x" } }, [["apiKey", "value"]]],
    ["numbers", { token: 1, password: null, apiKey: true }, []],
  ])("show %s by its place alone", (_, values, expected) => {
    expect(plainSecrets(values)).toEqual(expected);
  });

  it("are refused where nobody can look to their end", () => {
    let values: unknown = "x";
    for (let depth = 0; depth < 40; depth++) values = { a: values };
    expect(plainSecrets(values)).toHaveLength(1);
  });

  it("are held to what is said of them, wherever it stands", () => {
    const values = { a: [{ b: "https://x.attest.azure.net/" }], c: "storage" };
    expect(missingInValues(values, { one: "https://x.attest.azure.net", two: "storage", three: "elsewhere" })).toEqual([
      "three",
    ]);
  });
});
