import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { boundDigest, initData, initDataDigest } from "../../../components/guest/initData";
import type { InitDataArgs } from "../../../components/guest/initData";
import { decodeInitData } from "../../../components/guest/initDataAnnotation";

function pem(content: string): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(content).toString("base64")}\n-----END CERTIFICATE-----\n`;
}

const args: InitDataArgs = {
  kbsUrl: "https://kbs.acme.example:8443",
  kbsCaCertificate: pem("the key broker's CA"),
  agentPolicy: 'package agent_policy\n\ndefault ExecProcessRequest := false\n\npolicy_data := {"a": "it\'s"}\n',
  imageSecurityPolicy: '{"default":[{"type":"reject"}],"transports":{}}',
};

interface Parsed {
  readonly version: string;
  readonly algorithm: string;
  readonly data: Record<string, string>;
}

/** As the guest reads it: the outer document, then a file each of the attestation agent and the data hub. */
function read(toml: string) {
  const { data, ...rest } = parse(toml) as unknown as Parsed;
  return {
    ...rest,
    agent: parse(data["aa.toml"] ?? ""),
    hub: parse(data["cdh.toml"] ?? ""),
    policy: data["policy.rego"],
    files: Object.keys(data).sort(),
  };
}

describe("init-data", () => {
  it("tells both clients of the guest where the key broker is and by which CA it proves itself", () => {
    const { version, algorithm, agent, hub, files } = read(initData(args).toml);
    expect({ version, algorithm, files }).toEqual({
      version: "0.1.0",
      algorithm: "sha256",
      files: ["aa.toml", "cdh.toml", "policy.rego"],
    });
    expect(agent).toEqual({ token_configs: { kbs: { url: args.kbsUrl, cert: args.kbsCaCertificate } } });
    expect(hub).toEqual({
      kbc: { name: "cc_kbc", url: args.kbsUrl, kbs_cert: args.kbsCaCertificate },
      image: { image_security_policy: args.imageSecurityPolicy },
    });
  });

  it("carries registry credentials and CAs where they are given", () => {
    const { hub } = read(
      initData({
        ...args,
        registryCredentialsUri: "kbs:///acme/registry/auth.json",
        registryCaCertificates: [pem("one"), pem("two")],
      }).toml,
    );
    expect(hub.image).toEqual({
      image_security_policy: args.imageSecurityPolicy,
      authenticated_registry_credentials_uri: "kbs:///acme/registry/auth.json",
      extra_root_certificates: [pem("one"), pem("two")],
    });
  });

  it("gives back every agent policy to the letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const agentPolicy = `package agent_policy\n${text}`;
        expect(read(initData({ ...args, agentPolicy }).toml).policy).toBe(agentPolicy);
      }),
    );
  });

  it("measures the very bytes that the annotation carries", () => {
    const { annotation, toml, digest } = initData(args);
    const delivered = gunzipSync(Buffer.from(annotation, "base64"));
    expect(delivered.toString("utf8")).toBe(toml);
    expect(createHash("sha256").update(delivered).digest("hex")).toBe(digest);
    expect(initDataDigest(decodeInitData(annotation))).toBe(digest);
  });

  it("is the same each time, and another one for every change", () => {
    expect(initData({ ...args })).toEqual(initData(args));
    const changes: Partial<InitDataArgs>[] = [
      { kbsUrl: "https://kbs.acme.example" },
      { kbsCaCertificate: pem("another CA") },
      { agentPolicy: `${args.agentPolicy}# x\n` },
      { imageSecurityPolicy: '{"default":[{"type":"reject"}],"transports":{"docker":{}}}' },
      { registryCredentialsUri: "kbs:///acme/registry/auth.json" },
      { registryCaCertificates: [pem("one")] },
    ];
    const digests = [args, ...changes.map((change) => ({ ...args, ...change }))].map((each) => initData(each).digest);
    expect(new Set(digests).size).toBe(changes.length + 1);
  });

  it.each(["https://kbs.acme.example", "https://kbs.acme.example:8443", "https://kbs:443", "https://[::1]:8080"])(
    "takes %s",
    (kbsUrl) => {
      expect(read(initData({ ...args, kbsUrl }).toml).agent).toMatchObject({ token_configs: { kbs: { url: kbsUrl } } });
    },
  );

  it.each([
    "http://kbs.acme.example",
    "https://kbs.acme.example/",
    "https://kbs.acme.example/kbs/v0",
    "https://kbs.acme.example?x=1",
    "https://kbs.acme.example#x",
    "https://user:password@kbs.acme.example",
    "https://KBS.acme.example",
    "https://",
    "kbs.acme.example",
    "",
  ])('refuses "%s" as the key broker', (kbsUrl) => {
    expect(() => initData({ ...args, kbsUrl })).toThrow(/is no URL of a key broker; write https:\/\//);
  });

  const key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n";
  it.each<[string, Partial<InitDataArgs>, RegExp]>([
    ["a private key behind the CA", { kbsCaCertificate: pem("CA") + key }, /comes with its private key/],
    ["a private key before the CA", { kbsCaCertificate: key + pem("CA") }, /comes with its private key/],
    ["a private key alone", { kbsCaCertificate: key }, /comes with its private key/],
    ["a private key with a registry's CA", { registryCaCertificates: [pem("x") + key] }, /comes with its private key/],
    ["a CA that is no PEM", { kbsCaCertificate: "MIIB" }, /is not PEM/],
    ["a CA in DOS lines", { kbsCaCertificate: pem("CA").replaceAll("\n", "\r\n") }, /is not PEM/],
    ["text around a CA", { kbsCaCertificate: `subject: x\n${pem("CA")}` }, /is not PEM/],
    ["an agent policy of another package", { agentPolicy: "package policy\n" }, /not of package agent_policy/],
    ["no agent policy", { agentPolicy: "" }, /not of package agent_policy/],
    ["credentials by URL", { registryCredentialsUri: "https://x/y" }, /write kbs:\/\/\//],
    ["an image policy that is no JSON", { imageSecurityPolicy: "reject" }, /not JSON/],
    [
      "an open image policy",
      { imageSecurityPolicy: '{"default":[{"type":"insecureAcceptAnything"}]}' },
      /does not reject by default/,
    ],
    ["an image policy without requirements", { imageSecurityPolicy: '{"default":[]}' }, /does not reject by default/],
    [
      "an image policy that is open for a registry",
      {
        imageSecurityPolicy:
          '{"default":[{"type":"reject"}],"transports":{"docker":{"":[{"type":"insecureAcceptAnything"}]}}}',
      },
      /accepts images without a signature/,
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => initData({ ...args, ...change })).toThrow(message);
  });

  it("shows no certificate and no policy in its messages", () => {
    for (const change of [
      { kbsCaCertificate: `${key}canary` },
      { agentPolicy: "canary" },
      { imageSecurityPolicy: "canary" },
    ])
      expect(() => initData({ ...args, ...change })).toThrow(/^(?!.*canary)/s);
  });
});

describe("the bound digest", () => {
  // sha384 of a document that the specification's authors publish as an example.
  const document = 'version = "0.1.0"\nalgorithm = "sha384"\n\n[data]\n"k" = "v"\n';
  const sha384 = "92d1be8cd2c3236a2b9c75d50b40ea88a30ee60be0c62037bddf7ee9c96649be77b87570b46170c77efcbb3f9eaa313e";

  it("fills MRCONFIGID with a SHA-384, and HOST_DATA with its beginning", () => {
    expect(createHash("sha384").update(document).digest("hex")).toBe(sha384);
    expect(boundDigest("tdx", sha384)).toBe(sha384);
    expect(boundDigest("snp", sha384)).toBe("92d1be8cd2c3236a2b9c75d50b40ea88a30ee60be0c62037bddf7ee9c96649be");
  });

  it("fills HOST_DATA with a SHA-256, and MRCONFIGID with it and zeros", () => {
    const { digest } = initData(args);
    expect(boundDigest("snp", digest)).toBe(digest);
    expect(boundDigest("tdx", digest)).toBe(digest + "0".repeat(32));
  });

  it("has the size of the field for every digest", () => {
    fc.assert(
      fc.property(fc.constantFrom("sha256", "sha384", "sha512"), fc.uint8Array(), (algorithm, content) => {
        const digest = createHash(algorithm).update(content).digest("hex");
        for (const [tee, digits] of [
          ["snp", 64],
          ["tdx", 96],
        ] as const) {
          const bound = boundDigest(tee, digest);
          expect(bound).toHaveLength(digits);
          expect(bound.startsWith(digest.slice(0, digits))).toBe(true);
          expect(bound.slice(digest.length)).toMatch(/^0*$/);
        }
      }),
    );
  });

  it.each(["", "abc", "AB", "zz", "0x12"])('refuses "%s"', (digest) => {
    expect(() => boundDigest("snp", digest)).toThrow(/is no digest; write lower-case hex/);
  });
});
