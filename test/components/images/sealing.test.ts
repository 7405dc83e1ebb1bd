import { generateKeyPairSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  openLayer,
  parsePrivateOptions,
  parsePublicOptions,
  renderPrivateOptions,
  renderPublicOptions,
  sealLayer,
} from "../../../components/images/encryptedLayer";
import {
  parseKeyPacket,
  renderKeyPacket,
  unwrapLayerOptions,
  wrapLayerOptions,
} from "../../../components/images/keyPacket";
import { describeArtifact, modelArtifactSchema } from "../../../components/images/modelArtifact";
import { parseConfig, parseIndex, parseManifest } from "../../../components/images/ociImage";
import {
  openEnvelope,
  renderSealedSecret,
  sealEnvelope,
  verifySealedSecret,
} from "../../../components/images/sealedSecret";
import { SealingError } from "../../../components/images/sealingError";
import { servingKeyOf, servingKeySchema } from "../../../components/images/servingKey";
import { sha256 } from "../../../components/names";

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each));
const text = fc.oneof(
  fc.string(),
  fc.json(),
  fc.json().map((json) => Buffer.from(json).toString("base64")),
);

/** Gives a result or says what is wrong; anything else is a crash. */
function survives(parse: (text: string) => unknown, input: string): void {
  try {
    parse(input);
  } catch (error) {
    expect(error).toBeInstanceOf(SealingError);
  }
}

async function sealed(plain: Uint8Array[], key: Buffer, nonce: Buffer) {
  const pieces: Buffer[] = [];
  const sealing = sealLayer(plain, { key, nonce });
  let step = await sealing.next();
  for (; !step.done; step = await sealing.next()) pieces.push(step.value);
  return { bytes: Buffer.concat(pieces), options: step.value };
}

async function opened(...args: Parameters<typeof openLayer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of openLayer(...args)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("key packets", () => {
  const key = randomBytes(32);
  const wrap = (version: 1 | 2) =>
    wrapLayerOptions(Buffer.from("options"), { key, keyUri: "kbs:///a/b/c", iv: Buffer.alloc(12, 7), version });
  const edited = (version: 1 | 2, change: object) => {
    const json = JSON.parse(Buffer.from(renderKeyPacket(wrap(version)), "base64").toString("utf8"));
    return Buffer.from(JSON.stringify({ ...json, ...change })).toString("base64");
  };

  it.each([1, 2] as const)("are read as written, version %d", (version) => {
    const packet = parseKeyPacket(renderKeyPacket(wrap(version)));
    expect(packet).toEqual(wrap(version));
    expect(unwrapLayerOptions(packet, key).toString()).toBe("options");
  });

  it("open with their own key alone, unchanged", () => {
    expect(() => unwrapLayerOptions(wrap(2), randomBytes(32))).toThrow(/does not open/);
    const packet = wrap(2);
    packet.wrappedData[0] = (packet.wrappedData[0] ?? 0) ^ 1;
    expect(() => unwrapLayerOptions(packet, key)).toThrow(/does not open/);
    expect(() => unwrapLayerOptions(wrap(2), Buffer.alloc(16))).toThrow(/has 16 bytes, not 32/);
  });

  it.each<[string, string, RegExp]>([
    ["a wrapping that shows no changes", edited(1, { wrap_type: "A256CTR" }), /key packet/],
    ["another provider", edited(2, { provider: "aws" }), /key packet/],
    ["another version", edited(2, { version: "0.2.0" }), /key packet/],
    ["a key broker of its own choice", edited(1, { kid: "kbs://evil.example/a/b/c" }), /key packet/],
    ["a short iv", edited(1, { iv: "AAAA" }), /key packet/],
    ["a field that nobody knows", edited(1, { more: 1 }), /key packet/],
    ["two packets", `${renderKeyPacket(wrap(1))},${renderKeyPacket(wrap(1))}`, /several packets/],
    ["nothing", "", /no padded base64/],
    ["megabytes", "A".repeat(1 << 20), /characters/],
  ])("refuse %s", (_, annotation, message) => {
    expect(() => parseKeyPacket(annotation)).toThrow(message);
  });

  it("survive whatever is given to be read", () => {
    fc.assert(
      fc.property(text, (input) => survives(parseKeyPacket, input)),
      { numRuns: 500 },
    );
  });
});

describe("encrypted layers", () => {
  it("open to what was sealed, however it is cut into pieces", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 100 })),
        bytes(32),
        bytes(16),
        fc.nat(50),
        async (plain, key, nonce, cut) => {
          const { bytes: all, options } = await sealed(plain, key, nonce);
          const read = {
            privateOptions: parsePrivateOptions(renderPrivateOptions(options.privateOptions)),
            publicOptions: parsePublicOptions(renderPublicOptions(options.publicOptions)),
          };
          expect(await opened([all.subarray(0, cut), all.subarray(cut)], read)).toEqual(Buffer.concat(plain));
        },
      ),
    );
  });

  it("are refused at any changed bit, HMAC or digest", async () => {
    const { bytes: all, options } = await sealed([randomBytes(200)], randomBytes(32), randomBytes(16));
    await fc.assert(
      fc.asyncProperty(fc.nat(199), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(all);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        await expect(opened([changed], options)).rejects.toThrow(/HMAC/);
      }),
    );
    await expect(opened([all], { ...options, publicOptions: { hmac: randomBytes(32) } })).rejects.toThrow(/HMAC/);
    const privateOptions = { ...options.privateOptions, digest: `sha256:${"0".repeat(64)}` };
    await expect(opened([all], { ...options, privateOptions })).rejects.toThrow(/another digest/);
    // The HMAC does not cover the nonce; the digest does.
    const nonce = { ...options.privateOptions, nonce: randomBytes(16) };
    await expect(opened([all], { ...options, privateOptions: nonce })).rejects.toThrow(/another digest/);
  });

  it("take no nonce from what anybody may write", () => {
    const json = {
      cipher: "AES_256_CTR_HMAC_SHA256",
      hmac: Buffer.alloc(32).toString("base64"),
      cipheroptions: { nonce: "" },
    };
    expect(() => parsePublicOptions(Buffer.from(JSON.stringify(json)).toString("base64"))).toThrow(/cipheroptions/);
  });

  it("survive whatever is given to be read", () => {
    for (const parse of [
      parsePublicOptions,
      parseIndex,
      parseManifest,
      parseConfig,
      (input: string) => parsePrivateOptions(Buffer.from(input)),
    ])
      fc.assert(
        fc.property(text, (input) => survives(parse, input)),
        { numRuns: 300 },
      );
  });
});

describe("sealed secrets", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const kid = "kbs:///acme/signing/1";
  const vault = {
    version: "0.1.0",
    type: "vault",
    name: "kbs:///acme/secret/1",
    provider: "kbs",
    provider_settings: {},
    annotations: {},
  } as const;
  const dataKey = randomBytes(32);
  const envelope = sealEnvelope(Buffer.from("hush"), {
    provider: "aws",
    keyId: "alias/x",
    dataKey,
    wrappedDataKey: randomBytes(64),
    iv: randomBytes(12),
  });

  it("are read as sealed, in the header's and payload's published form", () => {
    const secret = renderSealedSecret(vault, kid, privateKey);
    const [prefix, header, payload] = secret.split(".");
    expect(prefix).toBe("sealed");
    expect(Buffer.from(header ?? "", "base64url").toString()).toBe(`{"b64":true,"alg":"ES256","kid":"${kid}"}`);
    expect(JSON.parse(Buffer.from(payload ?? "", "base64url").toString())).toEqual(vault);
    expect(verifySealedSecret(secret, kid, publicKey)).toEqual(vault);
  });

  it("are accepted by another JWS implementation", async () => {
    const { compactVerify } = await import("jose");
    const { payload } = await compactVerify(
      renderSealedSecret(envelope, kid, privateKey).slice("sealed.".length),
      publicKey,
    );
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ type: "envelope", wrap_type: "A256GCM" });
  });

  it("hold envelopes that only the data key opens", () => {
    const content = verifySealedSecret(renderSealedSecret(envelope, kid, privateKey), kid, publicKey);
    if (content.type !== "envelope") throw new Error("no envelope");
    expect(openEnvelope(content, dataKey).toString()).toBe("hush");
    expect(() => openEnvelope(content, randomBytes(32))).toThrow(/does not open/);
  });

  it("are refused unsigned, by another key, under another name, or changed anywhere", () => {
    const secret = renderSealedSecret(vault, kid, privateKey);
    const payload = secret.split(".")[2] ?? "";
    expect(() => verifySealedSecret(`sealed.fakejwsheader.${payload}.fakesignature`, kid, publicKey)).toThrow(
      /not signed/,
    );
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(() => verifySealedSecret(secret, kid, other.publicKey)).toThrow(/signature is not by/);
    expect(() => verifySealedSecret(secret, "kbs:///acme/signing/2", publicKey)).toThrow(/is expected/);
    const none = Buffer.from(`{"alg":"none","kid":"${kid}"}`).toString("base64url");
    expect(() => verifySealedSecret(`sealed.${none}.${payload}.AAAA`, kid, publicKey)).toThrow(/header/);
    fc.assert(
      fc.property(fc.nat(secret.length - 8), (at) => {
        const place = at + 7;
        const changed = secret.slice(0, place) + (secret[place] === "A" ? "B" : "A") + secret.slice(place + 1);
        expect(() => verifySealedSecret(changed, kid, publicKey)).toThrow(SealingError);
      }),
    );
  });

  it("survive whatever is given to be read", () => {
    const part = text.map((each) => Buffer.from(each).toString("base64url"));
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.tuple(part, part, part).map((parts) => `sealed.${parts.join(".")}`),
        ),
        (input) => survives((each) => verifySealedSecret(each, kid, publicKey), input),
      ),
    );
  });
});

describe("serving keys", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const key = servingKeyOf(pem, "acme/serving/1");

  it("name the public key and its digest", () => {
    expect(key.sha256).toBe(sha256(publicKey.export({ type: "spki", format: "der" })));
    expect(servingKeySchema.parse(key)).toEqual(key);
  });

  it("are refused as private keys, of other kinds, with another digest or resource", () => {
    const secret = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect(() => servingKeyOf(secret, "a/b/c")).toThrow(/private key/);
    const ed25519 = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();
    expect(() => servingKeyOf(ed25519, "a/b/c")).toThrow(/no P-256/);
    expect(() => servingKeyOf("x", "a/b/c")).toThrow(/no PEM/);
    expect(() => servingKeyOf(pem, "a/b")).toThrow(/resource/);
    expect(servingKeySchema.safeParse({ ...key, sha256: "0".repeat(64) }).success).toBe(false);
    expect(servingKeySchema.safeParse({ ...key, spki: `${key.spki.slice(0, -4)}AAA=` }).success).toBe(false);
  });
});

describe("a model artifact", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const object = {
    kind: "encryptedObject",
    key: "kbs:///a/b/c",
    digest,
    sizeBytes: 5,
    sealedDigest: digest,
    sealedSizeBytes: 9,
    guestPath: "/models/x",
    url: "https://s.example/x",
    content: "tar",
  } as const;

  it("says what it is in words", () => {
    expect(describeArtifact(modelArtifactSchema.parse(object))).toContain(
      "opened by kbs:///a/b/c, at /models/x in the guest",
    );
  });

  it.each([
    ["a path that leads elsewhere", { guestPath: "/models/../etc" }],
    ["a relative path", { guestPath: "models" }],
    ["a key at a broker of its own", { key: "kbs://evil/a/b/c" }],
    ["credentials in an address", { url: "https://user:secret@s.example/x" }],
    ["plain HTTP", { url: "http://s.example/x" }],
    ["no digest", { digest: "latest" }],
    ["the key itself", { secret: "x" }],
  ])("refuses %s", (_, change) => {
    expect(modelArtifactSchema.safeParse({ ...object, ...change }).success).toBe(false);
  });
});
