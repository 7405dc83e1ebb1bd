import { createHash } from "node:crypto";
import type { JWK } from "jose";
import { decodeProtectedHeader, errors, importJWK, jwtVerify } from "jose";
import { z } from "zod";
import type { CollateralFile, ExamineContext } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { CollateralUse } from "../finding";
import type { DeviceClaims } from "./nrasClaims";
import { deviceClaims } from "./nrasClaims";

export const nrasIssuer = "https://nras.attestation.nvidia.com";
/** Where its keys are, and what the file is called that they are kept in. */
export const nrasKeysUrl = `${nrasIssuer}/.well-known/jwks.json`;
export const nrasKeysFile = "nras.attestation.nvidia.com.jwks.json";

/** A token whose signatures, digests, times and issuer hold. */
export interface NrasToken {
  readonly devices: readonly DeviceClaims[];
  /** Nonces that its parts carry, each once, hex. */
  readonly nonces: readonly string[];
  readonly use: CollateralUse;
}

/** Entity attestation token with detached parts (RFC 9711, section 4.2.18), as the service answers. */
const answerSchema = z.tuple([z.tuple([z.literal("JWT"), z.string()]), z.record(z.string(), z.string())]);
const tokenSchema = z.union([answerSchema.transform((answer) => [answer]), z.array(answerSchema).min(1)]);
const digestSchema = z.tuple([z.literal("DIGEST"), z.tuple([z.enum(["SHA-256", "SHA256"]), z.string()])]);
const overallSchema = z.looseObject({
  sub: z.literal("NVIDIA-PLATFORM-ATTESTATION"),
  "x-nvidia-ver": z.enum(["3.0", "4.0"]),
  "x-nvidia-overall-att-result": z.boolean(),
  eat_nonce: z.string(),
  submods: z.record(z.string(), digestSchema),
});
const partSchema = z.looseObject({ eat_nonce: z.string(), ueid: z.string() });
const largestCharacters = 1 << 20;

/**
 * Verifies what NVIDIA's attestation service answered: one answer, or several (of GPUs and of switches) in one list. All of
 * it is the service's word. Throws an EvidenceError where a signature, digest, time or result does not hold.
 */
export async function openNrasToken(text: string, context: ExamineContext): Promise<NrasToken> {
  const no = (what: string) => new EvidenceError(`token: ${what}`);
  if (text.length > largestCharacters) throw no("it is too long");
  const answers = tokenSchema.safeParse(parseJson(text));
  if (!answers.success) throw no("it is not a list of a JWT and its detached parts, as NVIDIA's service answers");
  const keys = keysOf(context.collateral);
  const nonces = new Set<string>();
  const devices: DeviceClaims[] = [];
  for (const [[, overallToken], parts] of answers.data) {
    const overall = overallSchema.safeParse(await verified(overallToken, keys, context.now));
    if (!overall.success)
      throw no(`its claims are not those of NVIDIA's service: ${overall.error.issues[0]?.path.join(".")}`);
    const { submods, eat_nonce: nonce, "x-nvidia-overall-att-result": result } = overall.data;
    nonces.add(nonce);
    if (!result) throw no("the service's overall result is false");
    if (Object.keys(parts).sort().join() !== Object.keys(submods).sort().join())
      throw no("its detached parts are not those that it names");
    for (const [name, token] of Object.entries(parts)) {
      const digest = createHash("sha256").update(token).digest("hex");
      if (submods[name]?.[1][1] !== digest)
        throw no(`its part ${name} is not the one that it names: the digests differ`);
      const part = partSchema.safeParse(await verified(token, keys, context.now));
      if (!part.success) throw no(`its part ${name} lacks ${part.error.issues[0]?.path.join(".")}`);
      nonces.add(part.data.eat_nonce);
      devices.push(deviceClaims(name, part.data));
    }
  }
  return { devices, nonces: [...nonces], use: keysUse(keys.files) };
}

interface Keys {
  readonly files: readonly CollateralFile[];
  readonly keys: readonly JWK[];
}

/** ECDSA P-384 keys of the files that are the service's by their name: other issuers' keys sign nothing here. */
function keysOf(collateral: readonly CollateralFile[]): Keys {
  const files = collateral.filter(
    ({ kind, source }) => kind === "jwks" && (source === nrasKeysUrl || source.split("/").at(-1) === nrasKeysFile),
  );
  if (files.length === 0)
    throw new EvidenceError(
      `token: the keys of NVIDIA's service were not given; pass ${nrasKeysUrl} as ${nrasKeysFile}`,
    );
  const keys = files.flatMap(({ bytes, source }) => {
    const set = z
      .object({ keys: z.array(z.looseObject({})) })
      .safeParse(parseJson(Buffer.from(bytes).toString("utf8")));
    if (!set.success) throw new EvidenceError(`token: ${source} is not a key set`);
    return set.data.keys as JWK[];
  });
  return { files, keys };
}

async function verified(token: string, { keys }: Keys, now: Date): Promise<Record<string, unknown>> {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (alg !== "ES384") throw new EvidenceError(`token: it is signed by ${alg ?? "nothing"}, not ES384`);
    const [key, ...more] = keys.filter((each) => each.kid === kid && each.kty === "EC" && each.crv === "P-384");
    if (kid === undefined || !key || more.length > 0)
      throw new EvidenceError(
        `token: the service's keys hold ${key ? "several" : "none"} of the name ${kid ?? "(none)"}`,
      );
    const { kty, crv, x, y } = key;
    const { payload } = await jwtVerify(token, await importJWK({ kty, crv, x, y } as JWK, "ES384"), {
      algorithms: ["ES384"],
      issuer: nrasIssuer,
      currentDate: now,
      requiredClaims: ["exp", "nbf", "iat"],
    });
    return payload;
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    const why = error instanceof errors.JOSEError || error instanceof TypeError ? error.message : undefined;
    if (why === undefined) throw error;
    throw new EvidenceError(`token: ${why}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EvidenceError("token: it is not JSON");
  }
}

function keysUse(files: readonly CollateralFile[]): CollateralUse {
  const obtained = files[0]?.obtained;
  return {
    title: "keys of NVIDIA's attestation service",
    source: files.map(({ source }) => source).join(", "),
    ...(obtained && { issued: obtained }),
    leavesOpen: "no root signs them: they are as good as the connection that they came over; keys withdrawn since then",
  };
}
