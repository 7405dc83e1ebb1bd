import { expect, it } from "vitest";
import { googleConfidentialSpaceRoot } from "../../../../components/verdict/roots/google";
import { examineConfidentialSpace } from "../../../../components/verdict/token/examineConfidentialSpace";
import type { SpaceContext } from "../../../../components/verdict/token/spaceContext";
import { genuineIntelToken } from "../../../support/intelTokens";
import { tdxRelease } from "../../../support/earTokens";
import { changed, ecKey, encoded, jwkOf, rsaKey, signedToken } from "../../../support/signedTokens";
import type { SpaceAuthority } from "../../../support/spaceTokens";
import {
  expired,
  googles,
  googlesJwk,
  keySet,
  oidcKey,
  oidcKid,
  oidcToken,
  pkiToken,
  signedAt,
  spaceClaims,
  spaceContext,
  strangers,
} from "../../../support/spaceTokens";

interface Authorities {
  readonly google: SpaceAuthority;
  readonly other: SpaceAuthority;
  readonly old: SpaceAuthority;
}

interface Case {
  /** The token instead of a good one of the OIDC form. */
  readonly token?: (authorities: Authorities) => string;
  readonly claims?: (claims: typeof spaceClaims) => unknown;
  readonly context?: (context: SpaceContext) => SpaceContext;
  /** The check that has to fail. */
  readonly fails: string;
}

const set =
  (value: unknown, ...path: string[]) =>
  (claims: typeof spaceClaims) =>
    changed(claims, path, value);
const container = (value: unknown, name: string) => set(value, "submods", "container", name);
const gpu = (value: unknown, name: string) => set(value, "submods", "nvidia_gpu", name);
const expecting = (changes: Partial<SpaceContext["expected"]>) => (context: SpaceContext) => ({
  ...context,
  expected: { ...context.expected, ...changes },
});
const collateral =
  (...files: SpaceContext["collateral"][number][]) =>
  (context: SpaceContext) => ({
    ...context,
    collateral: files,
  });
const header = { typ: "JWT", alg: "RS256", kid: oidcKid };
const own = rsaKey();
const publicPem = oidcKey.publicKey.export({ format: "pem", type: "spki" });
const small = rsaKey(1024);

const cases: Readonly<Record<string, Case>> = {
  "algorithm none": {
    token: () => `${encoded({ ...header, alg: "none" })}.${encoded(spaceClaims)}.AA`,
    fails: "space-algorithm",
  },
  "HS256 with the public key as its secret": {
    token: () => signedToken({ ...header, alg: "HS256" }, spaceClaims, Buffer.from(publicPem), "HS256"),
    fails: "space-algorithm",
  },
  "ES256 by a key of another type": {
    token: () => signedToken({ ...header, alg: "ES256" }, spaceClaims, ecKey().privateKey, "ES256"),
    fails: "space-algorithm",
  },
  "PS256 by the right key": {
    token: () => signedToken({ ...header, alg: "PS256" }, spaceClaims, oidcKey.privateKey, "PS256"),
    fails: "space-algorithm",
  },
  "PS256 that calls itself RS256": {
    token: () => signedToken(header, spaceClaims, oidcKey.privateKey, "PS256"),
    fails: "space-signature",
  },
  "RS512 that calls itself RS256": {
    token: () => signedToken(header, spaceClaims, oidcKey.privateKey, "RS512"),
    fails: "space-signature",
  },
  "ES256 that calls itself RS256": {
    token: () => signedToken(header, spaceClaims, ecKey().privateKey, "ES256"),
    fails: "space-signature",
  },
  "somebody else's key under Google's key id": {
    token: () => signedToken(header, spaceClaims, own.privateKey, "RS256"),
    fails: "space-signature",
  },
  "an unknown key id": {
    token: () => signedToken({ ...header, kid: "0" }, spaceClaims, oidcKey.privateKey, "RS256"),
    fails: "space-key",
  },
  "no key id": {
    token: () => signedToken({ typ: "JWT", alg: "RS256" }, spaceClaims, oidcKey.privateKey, "RS256"),
    fails: "space-key",
  },
  "a key in the header": {
    token: () => signedToken({ ...header, jwk: jwkOf(own) }, spaceClaims, own.privateKey, "RS256"),
    fails: "space-header",
  },
  "a key set by its address (jku)": {
    token: () => signedToken({ ...header, jku: "https://attacker.example" }, spaceClaims, own.privateKey, "RS256"),
    fails: "space-header",
  },
  "a chain by its address (x5u)": {
    token: () => signedToken({ ...header, x5u: "https://attacker.example" }, spaceClaims, oidcKey.privateKey, "RS256"),
    fails: "space-header",
  },
  "an extension that has to be understood (crit)": {
    token: () => signedToken({ ...header, crit: ["b64"], b64: false }, spaceClaims, oidcKey.privateKey, "RS256"),
    fails: "space-header",
  },
  "a chain under another CA": { token: ({ other }) => pkiToken(other), fails: "space-key" },
  "a chain under another CA, ended with Google's root": {
    token: ({ google, other }) => pkiToken({ ...other, x5c: [...other.x5c.slice(0, 2), google.x5c[2] as string] }),
    fails: "space-key",
  },
  "Google's chain, signed by somebody else": {
    token: ({ google, other }) => pkiToken({ ...google, leafKey: other.leafKey }),
    fails: "space-signature",
  },
  "somebody's own leaf before Google's chain": {
    token: ({ google, other }) => pkiToken({ ...other, x5c: [other.x5c[0] as string, ...google.x5c.slice(1)] }),
    fails: "space-key",
  },
  "a chain without the intermediate": {
    token: ({ google }) => pkiToken({ ...google, x5c: [google.x5c[0] as string, google.x5c[2] as string] }),
    fails: "space-key",
  },
  "a token that the intermediate signed": {
    token: ({ google }) => pkiToken({ ...google, x5c: google.x5c.slice(1), leafKey: google.intermediateKey }),
    fails: "space-key",
  },
  "a chain of nothing but Google's root": {
    token: ({ google }) => pkiToken({ ...google, x5c: google.x5c.slice(2) }),
    fails: "space-key",
  },
  "an empty chain": { token: ({ google }) => pkiToken({ ...google, x5c: [] }), fails: "space-key" },
  "a chain of texts that are no certificates": {
    token: ({ google }) => pkiToken({ ...google, x5c: ["AAAA"] }),
    fails: "space-key",
  },
  "a certificate that is no longer valid": { token: ({ old }) => pkiToken(old), fails: "space-key" },
  "Google's real root pinned, and a chain under a made-up one": {
    token: ({ google }) => pkiToken(google),
    context: (context) => ({
      ...context,
      roots: { googleConfidentialSpace: googleConfidentialSpaceRoot, simulated: false },
    }),
    fails: "space-key",
  },
  "a key set that is none": { context: collateral(keySet({ bytes: Buffer.from("<html>") })), fails: "space-key" },
  "a key set with that key twice": {
    context: collateral(keySet({}, [googlesJwk(), googlesJwk(jwkOf(own) as never)])),
    fails: "space-key",
  },
  "a key of the set that is for encryption": {
    context: collateral(keySet({}, [googlesJwk({ use: "enc" })])),
    fails: "space-key",
  },
  "a key of the set for another algorithm": {
    context: collateral(keySet({}, [googlesJwk({ alg: "PS256" })])),
    fails: "space-key",
  },
  "a key of the set of another type": {
    context: collateral(keySet({}, [{ ...jwkOf(ecKey()), kid: oidcKid }])),
    fails: "space-key",
  },
  "a secret in the set": {
    context: collateral(keySet({}, [{ kty: "oct", k: "AAAA", kid: oidcKid }])),
    fails: "space-key",
  },
  "a key of 1024 bits": {
    token: () => signedToken(header, spaceClaims, small.privateKey, "RS256"),
    context: collateral(keySet({}, [googlesJwk(jwkOf(small) as never)])),
    fails: "space-signature",
  },
  "claims with a name twice": {
    token: () =>
      signedToken(header, JSON.stringify(spaceClaims).replace("{", '{"aud":"x",'), oidcKey.privateKey, "RS256"),
    fails: "space-form",
  },
  "Intel Trust Authority's token": { claims: () => genuineIntelToken(tdxRelease), fails: "space-issuer" },
  "another issuer": { claims: set("https://accounts.google.com", "iss"), fails: "space-issuer" },
  "the issuer with a slash more": {
    claims: set("https://confidentialcomputing.googleapis.com/", "iss"),
    fails: "space-issuer",
  },
  "another audience": { claims: set("https://sts.googleapis.com", "aud"), fails: "space-audience" },
  "no audience": { claims: set(undefined, "aud"), fails: "space-audience" },
  expired: { claims: set(signedAt - 60, "exp"), fails: "space-time" },
  "signed in the future": { claims: set(signedAt + 3000, "iat"), fails: "space-time" },
  "not yet valid": { claims: set(signedAt + 3000, "nbf"), fails: "space-time" },
  "older than the reader accepts": { context: expecting({ maximumAgeSeconds: 10 }), fails: "space-age" },
  "another nonce": { claims: set(["somebody's nonce"], "eat_nonce"), fails: "space-nonce" },
  "no nonce": { claims: set(undefined, "eat_nonce"), fails: "space-nonce" },
  "a nonce of the reader's that is too short to be one": {
    claims: set(["short"], "eat_nonce"),
    context: (context) => ({ ...context, nonce: { value: "short" } }),
    fails: "space-nonce",
  },
  "the key of another connection": {
    context: (context) => ({
      ...context,
      channelKey: { value: ecKey().publicKey.export({ format: "der", type: "spki" }) },
    }),
    fails: "space-channel-key",
  },
  "a machine without a TEE": { claims: set("GCP_SHIELDED_VM", "hwmodel"), fails: "space-hardware" },
  "a machine without a TEE, whatever the reader says": {
    claims: set("GCP_SHIELDED_VM", "hwmodel"),
    context: expecting({ hardware: ["GCP_SHIELDED_VM" as never] }),
    fails: "space-hardware",
  },
  "another TEE": { claims: set("GCP_AMD_SEV", "hwmodel"), fails: "space-hardware" },
  "TDX that Intel's evidence does not show": { claims: set(["GOOGLE"], "attester_tcb"), fails: "space-attester" },
  "firmware out of date": {
    claims: set({ gcp_attester_tcb_status: "OutOfDate" }, "tdx"),
    fails: "space-firmware",
  },
  "another operating system": { claims: set("GCE", "swname"), fails: "space-image-kind" },
  "an image too old": { context: expecting({ oldestVersion: "260401" }), fails: "space-version" },
  "two versions": { claims: set(["260400", "230100"], "swversion"), fails: "space-version" },
  "a version that is no number": { claims: set(["latest"], "swversion"), fails: "space-version" },
  "an image that Google no longer calls stable": {
    claims: set(["USABLE"], "submods", "confidential_space", "support_attributes"),
    fails: "space-support",
  },
  "a debug image, which has no attributes": {
    claims: set(undefined, "submods", "confidential_space", "support_attributes"),
    fails: "space-support",
  },
  "no secure boot": { claims: set(false, "secboot"), fails: "space-secure-boot" },
  "secure boot as text": { claims: set("true", "secboot"), fails: "space-secure-boot" },
  "a debug image": { claims: set("enabled", "dbgstat"), fails: "space-debug" },
  "debugging that was on before": { claims: set("disabled", "dbgstat"), fails: "space-debug" },
  "another image": { claims: container(`sha256:${"b".repeat(64)}`, "image_digest"), fails: "space-image-digest" },
  "no image": { claims: container(undefined, "image_digest"), fails: "space-image-digest" },
  "an expected digest that is none": {
    claims: container("latest", "image_digest"),
    context: expecting({ imageDigest: "latest" }),
    fails: "space-image-digest",
  },
  "another registry": {
    claims: container("us-docker.pkg.dev/acme/models/serve-evil:1", "image_reference"),
    fails: "space-image-reference",
  },
  "another command": { claims: container(["/bin/sh"], "cmd_override"), fails: "space-command" },
  "an added variable": { claims: container({ LD_PRELOAD: "/x.so" }, "env_override"), fails: "space-environment" },
  "other arguments": {
    claims: container(["/serve", "--port", "8000", "--log-prompts"], "args"),
    fails: "space-arguments",
  },
  "a GPU whose confidential mode is off": { claims: gpu("OFF", "cc_mode"), fails: "space-gpu-mode" },
  "a GPU for developers": { claims: gpu("DEVTOOLS", "cc_mode"), fails: "space-gpu-mode" },
  "no GPU": { claims: set(undefined, "submods", "nvidia_gpu"), fails: "space-gpu-mode" },
  "a list without a GPU": { claims: gpu([], "gpus"), fails: "space-gpu-count" },
  "a GPU too many": {
    claims: gpu(
      [...Array(2).keys()].map(() => ({ hwmodel: "GCP_NVIDIA_H100" })),
      "gpus",
    ),
    fails: "space-gpu-count",
  },
  "another GPU": {
    claims: gpu(
      [{ hwmodel: "GCP_NVIDIA_A100", driver_version: "550.127.05", vbios_version: "96.00.9F.00.01" }],
      "gpus",
    ),
    fails: "space-gpu-model",
  },
  "another driver": { context: expectingGpu({ drivers: ["580.95.05"] }), fails: "space-gpu-driver" },
  "another VBIOS": { context: expectingGpu({ vbios: ["96.00.FF.00.01"] }), fails: "space-gpu-vbios" },
};

function expectingGpu(changes: object) {
  return (context: SpaceContext) =>
    expecting({ gpu: { ...context.expected.gpu, ...changes } as NonNullable<SpaceContext["expected"]["gpu"]> })(
      context,
    );
}

it("is a list of things that are wrong, each by itself", () => {
  expect(Object.keys(cases).length).toBeGreaterThanOrEqual(70);
});

const failed = async (token: string, context: SpaceContext) =>
  (await examineConfidentialSpace({ token }, context)).findings
    .filter(({ grade }) => grade === "failed")
    .map(({ check }) => check);

it("refuses nothing of a token of which nothing is wrong, in either form", async () => {
  expect(await failed(oidcToken(), await spaceContext())).toEqual([]);
  expect(await failed(pkiToken(await googles), await spaceContext())).toEqual([]);
});

it.each(Object.entries(cases))("refuses %s", async (_, refused) => {
  const [google, other, old] = await Promise.all([googles, strangers, expired]);
  const plain = await spaceContext();
  const token = refused.token?.({ google, other, old }) ?? oidcToken(refused.claims?.(spaceClaims) ?? spaceClaims);
  expect(await failed(token, refused.context?.(plain) ?? plain)).toContain(refused.fails);
});

it("never takes another issuer's key set for Google's", async () => {
  const file = keySet({ source: "collateral/nvidia-nras.jwks.json" });
  const { findings } = await examineConfidentialSpace(
    { token: oidcToken() },
    await spaceContext({ collateral: [file] }),
  );
  expect(findings.find(({ check }) => check === "space-key")?.grade).toBe("notChecked");
  expect(findings.some(({ claim, grade }) => claim === "image-as-released" && grade === "asserted")).toBe(false);
});
