import { createHash } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from "jose";
import type { RefusalCases } from "./case";
import { nrasKeysFile } from "../../../components/verdict/gpu/nrasToken";
import type { GpuScene } from "./scene";
import { now } from "./scene";

type Claims = Readonly<Record<string, unknown>>;
type Answer = [["JWT", string], Record<string, string>];

/** A token about the right device, in which one thing is wrong. */
const token = (check: string, make: (scene: GpuScene) => Promise<string> | string) => ({
  stage: "one" as const,
  change: async (scene: GpuScene) => ({ evidence: { nrasToken: await make(scene) } }),
  check,
});
const claims = (check: string, changes: Claims) => token(check, (scene) => scene.token({ eachPart: changes }));
const overall = (changes: Claims) => token("nras-token", (scene) => scene.token({ overall: changes }));
const answer = (change: (answer: Answer, scene: GpuScene) => unknown) =>
  token("nras-token", async (scene) => JSON.stringify(await change(JSON.parse(await scene.token()) as Answer, scene)));

/** A token by itself, without a report of any device. */
const alone = (stage: "one" | "board", check: string, make: (scene: GpuScene) => Promise<string>) => ({
  stage,
  change: async (scene: GpuScene) => ({ evidence: { devices: [], nrasToken: await make(scene) } }),
  check,
});

const seconds = Math.floor(now.getTime() / 1000);
const chain = (status: string, ocsp: string) => ({ "x-nvidia-cert-status": status, "x-nvidia-cert-ocsp-status": ocsp });
const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The whole's token signed anew by whatever makes one of its claims. */
async function resigned(scene: GpuScene, sign: (payload: Claims) => Promise<string> | string): Promise<string> {
  const [[, whole], parts] = JSON.parse(await scene.token()) as Answer;
  const payload = JSON.parse(Buffer.from(whole.split(".")[1] ?? "", "base64url").toString("utf8")) as Claims;
  return JSON.stringify([["JWT", await sign(payload)], parts]);
}

function leftOut<T>(parts: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(parts).filter(([part]) => part !== name));
}

/** Tokens of NVIDIA's attestation service that say nothing that may be believed. */
export const tokenRefusals: RefusalCases = {
  "a token that nobody signed": token("nras-token", (scene) =>
    resigned(scene, (payload) => `${segment({ alg: "none", kid: scene.nras.publicJwk.kid })}.${segment(payload)}.`),
  ),
  "a token signed with the public key as a secret": token("nras-token", (scene) =>
    resigned(scene, async (payload) => {
      const key = await importJWK({ ...scene.nras.publicJwk, alg: "ES384" });
      const secret = Buffer.from(await exportSPKI(key as CryptoKey));
      return new SignJWT(payload).setProtectedHeader({ alg: "HS256", kid: scene.nras.publicJwk.kid }).sign(secret);
    }),
  ),
  "a key that the service does not have": token("nras-token", (scene) =>
    resigned(scene, async (payload) => scene.nras.sign(payload, now, { kid: "another" })),
  ),
  "a token that names no key": token("nras-token", (scene) =>
    resigned(scene, async (payload) => scene.nras.sign(payload, now, { kid: undefined })),
  ),
  "another key under the service's key's name": token("nras-token", (scene) =>
    resigned(scene, async (payload) => {
      const { privateKey } = await generateKeyPair("ES384");
      return new SignJWT(payload).setProtectedHeader({ alg: "ES384", kid: scene.nras.publicJwk.kid }).sign(privateKey);
    }),
  ),
  "a token by a shorter key": token("nras-token", (scene) =>
    resigned(scene, async (payload) => {
      const { privateKey } = await generateKeyPair("ES256");
      return new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid: scene.nras.publicJwk.kid }).sign(privateKey);
    }),
  ),
  "a key in the token's header": token("nras-token", (scene) =>
    resigned(scene, async (payload) => {
      const { privateKey, publicKey } = await generateKeyPair("ES384", { extractable: true });
      const jwk = await exportJWK(publicKey);
      return new SignJWT(payload).setProtectedHeader({ alg: "ES384", kid: "own", jwk }).sign(privateKey);
    }),
  ),
  "keys that nobody gave": {
    stage: "one",
    change: async (scene) => ({
      evidence: { nrasToken: await scene.token() },
      context: { collateral: scene.manifests },
    }),
    check: "nras-token",
  },
  "keys of another issuer": {
    stage: "one",
    change: async (scene) => ({
      evidence: { nrasToken: await scene.token() },
      context: { collateral: [{ ...scene.nras.keys, source: "attestation-service.jwks.json" }] },
    }),
    check: "nras-token",
  },
  "keys that are no key set": {
    stage: "one",
    change: async (scene) => ({
      evidence: { nrasToken: await scene.token() },
      context: { collateral: [{ kind: "jwks", source: nrasKeysFile, bytes: Buffer.from("[]") }] },
    }),
    check: "nras-token",
  },
  "another issuer": overall({ iss: "https://nras.attestation.example" }),
  "the service's staging": overall({ iss: "https://nras.attestation-stg.nvidia.com" }),
  "a part of another issuer": claims("nras-token", { iss: "LOCAL_GPU_VERIFIER" }),
  "a token that has expired": overall({ exp: seconds - 10 }),
  "a part that has expired": claims("nras-token", { exp: seconds - 10 }),
  "a token that is not valid yet": overall({ nbf: seconds + 3600 }),
  "a token without an end": overall({ exp: undefined }),
  "a token about something else": overall({ sub: "NVIDIA-NETWORK-ATTESTATION" }),
  "claims of an old version": overall({ "x-nvidia-ver": "2.0" }),
  "an overall result that is false": overall({ "x-nvidia-overall-att-result": false }),
  "an overall result that is the word true": overall({ "x-nvidia-overall-att-result": "true" }),
  "another nonce": token("nras-nonce", (scene) => scene.token({ nonce: "33".repeat(32) })),
  "a part with another nonce": claims("nras-nonce", { eat_nonce: "33".repeat(32) }),
  "a part without a nonce": claims("nras-token", { eat_nonce: undefined }),
  "a part that was swapped": answer(async ([whole], scene) => {
    const other = JSON.parse(await scene.token({ eachPart: { jti: "other" } })) as Answer;
    return [whole, other[1]];
  }),
  "a part that is missing": answer(([whole]) => [whole, {}]),
  "a part more": answer(([whole, parts]) => [whole, { ...parts, "GPU-1": parts["GPU-0"] }]),
  "a part under another name": answer(([whole, parts]) => [whole, { "GPU-1": parts["GPU-0"] }]),
  "a digest of another kind": token("nras-token", async (scene) => {
    const [[, whole], parts] = JSON.parse(await scene.token()) as Answer;
    const digest = createHash("sha1")
      .update(parts["GPU-0"] ?? "")
      .digest("hex");
    const payload = JSON.parse(Buffer.from(whole.split(".")[1] ?? "", "base64url").toString("utf8")) as Claims;
    const changed = { ...payload, submods: { "GPU-0": ["DIGEST", ["SHA-1", digest]] } };
    return JSON.stringify([["JWT", await scene.nras.sign(changed, now)], parts]);
  }),
  "a token that is one JWT": token("nras-token", async (scene) => {
    const [[, whole]] = JSON.parse(await scene.token()) as Answer;
    return whole;
  }),
  "a list of something else": token("nras-token", () => JSON.stringify([["CWT", "x"], {}])),
  "a token about another device": token("nras-devices", (scene) => scene.token({ eachPart: { ueid: "1" } })),
  "measurements that fail": claims("nras-measurements", { measres: "fail" }),
  "measurements that were not compared": claims("nras-measurements", { measres: null }),
  "secure boot off": claims("nras-secure-boot", { secboot: false }),
  "secure boot unsaid": claims("nras-secure-boot", { secboot: null }),
  "debugging on": claims("nras-debug", { dbgstat: "enabled" }),
  "debugging unsaid": claims("nras-debug", { dbgstat: undefined }),
  "a nonce that did not match": claims("nras-report", { "x-nvidia-gpu-attestation-report-nonce-match": false }),
  "a signature that did not hold": claims("nras-report", {
    "x-nvidia-gpu-attestation-report-signature-verified": false,
  }),
  "firmware that was not the certified one": claims("nras-report", {
    "x-nvidia-gpu-attestation-report-cert-chain-fwid-match": false,
  }),
  "another architecture": claims("nras-report", { "x-nvidia-gpu-arch-check": false }),
  "a revoked device": claims("nras-certificates", {
    "x-nvidia-gpu-attestation-report-cert-chain": chain("revoked", "revoked"),
  }),
  "a manifest whose signer is on hold": claims("nras-manifests", {
    "x-nvidia-gpu-driver-rim-cert-chain": chain("valid", "revoked"),
  }),
  "a manifest that was not verified": claims("nras-manifests", { "x-nvidia-gpu-vbios-rim-signature-verified": false }),
  "a manifest of another version, says the service": claims("nras-manifests", {
    "x-nvidia-gpu-driver-rim-version-match": false,
  }),
  "alone: a driver that the release does not accept": alone("one", "gpu-driver", (scene) =>
    scene.token({ eachPart: { "x-nvidia-gpu-driver-version": "525.00.00" } }),
  ),
  "alone: a VBIOS that is unsaid": alone("one", "gpu-vbios", (scene) =>
    scene.token({ eachPart: { "x-nvidia-gpu-vbios-version": undefined } }),
  ),
  "alone: another model": alone("one", "gpu-model", (scene) =>
    scene.token({ eachPart: { hwmodel: "GB100 A01 GSP BROM" } }),
  ),
  "alone: a device less": alone("board", "gpu-count", async (scene) => {
    return scene.token({ parts: leftOut(await scene.claims(), "GPU-3") });
  }),
  "alone: a switch less": alone("board", "switch-count", async (scene) => {
    return scene.token({ parts: leftOut(await scene.claims(), "SWITCH-0") });
  }),
  "alone: a device twice": alone("board", "gpu-distinct", async (scene) => {
    const parts = await scene.claims();
    return scene.token({ parts: { ...parts, "GPU-3": parts["GPU-2"] as Claims } });
  }),
  "alone: switches of another board": alone("board", "gpu-topology", async (scene) => {
    const parts = await scene.claims();
    return scene.token({
      parts: { ...parts, "SWITCH-0": { ...parts["SWITCH-0"], "x-nvidia-switch-pdi": "0".repeat(15) + "1" } },
    });
  }),
  "alone: a board without names": alone("board", "gpu-topology", async (scene) => {
    const parts = await scene.claims();
    const unnamed = Object.entries(parts).map(([part, each]) => [
      part,
      { ...each, "x-nvidia-gpu-switch-pdis": undefined, "x-nvidia-switch-pdi": undefined },
    ]);
    return scene.token({ parts: Object.fromEntries(unnamed) as Record<string, Claims> });
  }),
};
