import { expect, it } from "vitest";
import type { EarContext } from "../../../../components/verdict/token/earContext";
import { examineEar } from "../../../../components/verdict/token/examineEar";
import type { Release } from "../../../../components/workload/release";
import type { TestCertificate } from "../../../../tooling/attestation/authority";
import {
  earClaims,
  earContext,
  earHeader,
  guestKey,
  signer,
  snpRelease,
  stranger,
  tdxRelease,
  wholeHost,
} from "../../../support/earTokens";
import { genuineIntelToken } from "../../../support/intelTokens";
import { base64Of, changed, ecKey, encoded, jwkOf, rsaKey, signedToken } from "../../../support/signedTokens";

type Claims = Record<string, unknown>;
interface Case {
  readonly release?: Release;
  readonly verifier?: "local";
  /** The token instead of the good one, given its parts. */
  readonly token?: (parts: {
    readonly claims: Claims;
    readonly header: Claims;
    readonly by: TestCertificate;
    readonly other: TestCertificate;
  }) => string;
  readonly claims?: (claims: Claims) => unknown;
  readonly header?: (header: Claims, other: TestCertificate) => Claims;
  readonly context?: (context: EarContext, other: TestCertificate) => EarContext;
  /** The check that has to fail. */
  readonly fails: string;
  readonly of?: string;
}

const evidence = (name: string, ...path: string[]) => ["submods", name, "ear.veraison.annotated-evidence", ...path];
const set = (path: readonly string[], value: unknown) => (claims: Claims) => changed(claims, path, value);
const cpu = (path: string[], value: unknown) => set(evidence("cpu0", ...path), value);
const gpu = (claim: string, value: unknown, name = "gpu0") => set(evidence(name, "nvidia", claim), value);
const trust = (changes: Partial<EarContext["trust"]>) => (context: EarContext) => ({
  ...context,
  trust: { ...context.trust, ...changes },
});
const seconds = (iso: string) => Date.parse(iso) / 1000;

const secp521 = ecKey("P-521");
const rsa = rsaKey();

const cases: Readonly<Record<string, Case>> = {
  "algorithm none, without a signature": {
    token: ({ header, claims }) => `${encoded({ ...header, alg: "none" })}.${encoded(claims)}.`,
    fails: "ear-form",
  },
  "algorithm none, with the good signature": {
    header: (header) => ({ ...header, alg: "none" }),
    fails: "ear-algorithm",
  },
  "HS256 with the public key as its secret": {
    token: ({ header, claims, by }) =>
      signedToken(
        { ...header, alg: "HS256" },
        claims,
        Buffer.from(by.publicKey.export({ format: "pem", type: "spki" })),
        "HS256",
      ),
    fails: "ear-algorithm",
  },
  "RS256 by a key of another type": {
    token: ({ claims }) => signedToken({ typ: "JWT", alg: "RS256", jwk: jwkOf(rsa) }, claims, rsa.privateKey, "RS256"),
    fails: "ear-key",
  },
  "RS256 in the header of a token that P-256 signed": {
    header: (header) => ({ ...header, alg: "RS256" }),
    fails: "ear-algorithm",
  },
  "ES384 in the header of a token that P-256 signed": {
    header: (header) => ({ ...header, alg: "ES384" }),
    fails: "ear-algorithm",
  },
  "no algorithm": { header: (header) => changed(header, ["alg"], undefined), fails: "ear-algorithm" },
  "somebody else's signature under the pinned key's header": {
    token: ({ header, claims, other }) => signedToken(header, claims, other.privateKey, "ES256"),
    fails: "ear-signature",
  },
  "a header without any key, and somebody else's signature": {
    token: ({ claims, other }) => signedToken({ typ: "JWT", alg: "ES256" }, claims, other.privateKey, "ES256"),
    fails: "ear-signature",
  },
  "somebody else's key in the header, signed with it": {
    token: ({ claims, other }) => signedToken(earHeader(other), claims, other.privateKey, "ES256"),
    fails: "ear-key",
  },
  "somebody else's key in the header with the pinned certificate": {
    token: ({ claims, header, other }) =>
      signedToken(
        { ...earHeader(other), x5c: (header.jwk as { x5c: unknown }).x5c },
        claims,
        other.privateKey,
        "ES256",
      ),
    fails: "ear-key",
  },
  "another certificate beside the pinned key": {
    header: (header, other) => changed(header, ["jwk", "x5c"], [base64Of(other.certificate)]),
    fails: "ear-key",
  },
  "another certificate of the same CA at the header's top": {
    header: (header, other) => ({ ...header, x5c: [base64Of(other.certificate)] }),
    fails: "ear-key",
  },
  "an empty chain": { header: (header) => changed(header, ["jwk", "x5c"], []), fails: "ear-key" },
  "another key id than the pinned JWK's": {
    header: () => ({ typ: "JWT", alg: "ES256", kid: "somebody's" }),
    context: (context) => trust({ keys: [{ ...jwkOf(pinnedPair), kid: "acme-2026" }] })(context),
    fails: "ear-key",
  },
  "a key by its address (jku)": {
    header: (header) => ({ ...header, jku: "https://attacker.example/keys.json" }),
    fails: "ear-header",
  },
  "a certificate by its address (x5u)": {
    header: (header) => ({ ...header, x5u: "https://attacker.example/signer.pem" }),
    fails: "ear-header",
  },
  "an extension that has to be understood (crit)": {
    header: (header) => ({ ...header, crit: ["exp"], exp: 0 }),
    fails: "ear-header",
  },
  "an unencoded payload (b64)": { header: (header) => ({ ...header, b64: false }), fails: "ear-header" },
  "another type": { header: (header) => ({ ...header, typ: "at+jwt" }), fails: "ear-header" },
  "no type": { header: (header) => changed(header, ["typ"], undefined), fails: "ear-header" },
  "a header with a name twice": {
    token: ({ claims, by, header }) =>
      signedToken(JSON.stringify(header).replace("{", '{"alg":"none",'), claims, by.privateKey, "ES256"),
    fails: "ear-form",
  },
  "claims with a name twice": {
    token: ({ claims, by, header }) =>
      signedToken(header, JSON.stringify(claims).replace("{", '{"iss":"somebody",'), by.privateKey, "ES256"),
    fails: "ear-form",
  },
  "claims with a name twice, once by escapes": {
    token: ({ claims, by, header }) =>
      signedToken(header, JSON.stringify(claims).replace("{", '{"\\u0069ss":"somebody",'), by.privateKey, "ES256"),
    fails: "ear-form",
  },
  "claims that are a list": {
    token: ({ by, header }) => signedToken(header, [], by.privateKey, "ES256"),
    fails: "ear-form",
  },
  "a fourth part": {
    token: ({ header, claims, by }) => `${signedToken(header, claims, by.privateKey, "ES256")}.AA`,
    fails: "ear-form",
  },
  "base64 with padding": {
    token: ({ header, claims, by }) => `${signedToken(header, claims, by.privateKey, "ES256")}=`,
    fails: "ear-form",
  },
  "a pinned key that is private": {
    context: trust({ keys: [ecKey().privateKey.export({ format: "jwk" }) as never] }),
    fails: "ear-key",
  },
  "a pinned key of a curve that nobody signs with": { context: trust({ keys: [jwkOf(secp521)] }), fails: "ear-key" },
  "a pinned key that is RSA": { context: trust({ keys: [jwkOf(rsa)] }), fails: "ear-key" },
  "nothing pinned": { context: trust({ keys: [] }), fails: "ear-key" },
  "a pinned certificate that has expired": {
    context: (context) => ({ ...context, now: new Date("2099-01-01T00:00:00Z") }),
    fails: "ear-key",
  },
  "another attestation service's certificate pinned": {
    context: (context, other) => trust({ keys: [other.certificate] })(context),
    fails: "ear-key",
  },
  "a token of Intel Trust Authority": { claims: () => genuineIntelToken(tdxRelease), fails: "ear-kind" },
  "a token of Google's": { claims: set(["iss"], "https://confidentialcomputing.googleapis.com"), fails: "ear-kind" },
  "a token of Microsoft's": { claims: set(["iss"], "https://sharedeus2.eus2.attest.azure.net"), fails: "ear-kind" },
  "a token of NVIDIA's": { claims: set(["iss"], "https://nras.attestation.nvidia.com"), fails: "ear-kind" },
  "another profile": { claims: set(["eat_profile"], "tag:example.org,2026:x"), fails: "ear-profile" },
  "no profile": { claims: set(["eat_profile"], undefined), fails: "ear-profile" },
  "another issuer": { claims: set(["iss"], "somebody"), fails: "ear-issuer" },
  "no issuer": { claims: set(["iss"], undefined), fails: "ear-issuer" },
  "an audience where none is expected": { claims: set(["aud"], "https://other.example"), fails: "ear-audience" },
  "another audience": {
    claims: set(["aud"], ["https://other.example"]),
    context: trust({ audience: "https://reader.example" }),
    fails: "ear-audience",
  },
  "no audience where one is expected": {
    context: trust({ audience: "https://reader.example" }),
    fails: "ear-audience",
  },
  expired: { context: (context) => ({ ...context, now: new Date("2026-12-01T12:06:01Z") }), fails: "ear-time" },
  "signed in the future": { claims: set(["iat"], seconds("2026-12-01T12:03:00Z")), fails: "ear-time" },
  "not yet valid": { claims: set(["nbf"], seconds("2026-12-01T12:03:00Z")), fails: "ear-time" },
  "no end": { claims: set(["exp"], undefined), fails: "ear-time" },
  "an end that is text": { claims: set(["exp"], "2099"), fails: "ear-time" },
  "an end beyond all years": { claims: set(["exp"], 1e300), fails: "ear-time" },
  "an end before it was signed": { claims: set(["exp"], seconds("2026-12-01T11:59:59Z")), fails: "ear-time" },
  "no time of signing": { claims: set(["iat"], undefined), fails: "ear-time" },
  "older than the reader accepts": { context: trust({ maximumAgeSeconds: 29 }), fails: "ear-age" },
  "another nonce": { claims: cpu(["runtime_data_claims", "nonce"], "AAAA"), fails: "ear-nonce" },
  "another guest's key": {
    claims: cpu(["runtime_data_claims", "tee-pubkey"], jwkOf(ecKey())),
    fails: "ear-channel-key",
  },
  "a connection that ends elsewhere": {
    context: (context) => ({
      ...context,
      channelKey: ecKey().publicKey.export({ format: "der", type: "spki" }),
    }),
    fails: "ear-channel-key",
  },
  "a guest's key with its private half": {
    claims: cpu(["runtime_data_claims", "tee-pubkey"], guestKey.privateKey.export({ format: "jwk" })),
    fails: "ear-guest-key",
  },
  "no guest's key": { claims: cpu(["runtime_data_claims", "tee-pubkey"], undefined), fails: "ear-guest-key" },
  "runtime data that were not compared": {
    claims: cpu(["runtime_data_claims"], null),
    fails: "ear-report-data",
    of: "cpu0",
  },
  "report data that are no digest": { claims: cpu(["report_data"], "0".repeat(128)), fails: "ear-report-data" },
  "report data of another question": {
    context: (context) => ({
      ...context,
      expected: { ...context.expected, reportData: { value: "ab".repeat(64) } },
    }),
    fails: "ear-report-data",
  },
  "no GPU": { claims: set(["submods", "gpu0"], undefined), fails: "ear-submodules" },
  "one of eight GPUs missing": {
    release: wholeHost,
    claims: set(["submods", "gpu5"], undefined),
    fails: "ear-submodules",
  },
  "a switch missing": { release: wholeHost, claims: set(["submods", "switch3"], undefined), fails: "ear-submodules" },
  "GPUs and switches that do not name each other": {
    release: wholeHost,
    claims: set(["submods", "ppcie0"], undefined),
    fails: "ear-submodules",
  },
  "a GPU too many": {
    claims: (claims) => set(["submods", "gpu1"], (claims.submods as { gpu0: unknown }).gpu0)(claims),
    fails: "ear-submodules",
  },
  "no processor": { claims: set(["submods", "cpu0"], undefined), fails: "ear-status", of: "cpu0" },
  "no submodules": { claims: set(["submods"], "all well"), fails: "ear-submodules" },
  "one GPU for all eight": {
    release: wholeHost,
    claims: (claims) => gpu("ueid", "1", "gpu2")(gpu("ueid", "1", "gpu1")(claims)),
    fails: "ear-devices-distinct",
  },
  "a status better than its vector": {
    claims: set(["submods", "cpu0", "ear.trustworthiness-vector", "hardware"], 97),
    fails: "ear-status",
    of: "cpu0",
  },
  "a warning": {
    claims: (claims) =>
      set(
        ["submods", "gpu0", "ear.status"],
        "warning",
      )(set(["submods", "gpu0", "ear.trustworthiness-vector", "configuration"], 36)(claims)),
    fails: "ear-status",
    of: "gpu0",
  },
  "a status worse than its vector": { claims: set(["submods", "gpu0", "ear.status"], "warning"), fails: "ear-status" },
  "a status that says nothing": { claims: set(["submods", "cpu0", "ear.status"], "none"), fails: "ear-status" },
  "a status of no tier": { claims: set(["submods", "cpu0", "ear.status"], "excellent"), fails: "ear-status" },
  "an affirming status by another claim alone": {
    claims: set(["submods", "cpu0", "ear.trustworthiness-vector", "executables"], 0),
    fails: "ear-executables",
  },
  "hardware that nobody affirmed": {
    claims: set(["submods", "gpu0", "ear.trustworthiness-vector", "hardware"], undefined),
    fails: "ear-hardware",
    of: "gpu0",
  },
  "a vector value that is no byte": {
    claims: set(["submods", "cpu0", "ear.trustworthiness-vector", "hardware"], 258),
    fails: "ear-vector",
  },
  "a verifier that broke down": {
    claims: set(["submods", "cpu0", "ear.trustworthiness-vector", "storage-opaque"], -1),
    fails: "ear-vector",
  },
  "an unknown trust claim": {
    claims: set(["submods", "cpu0", "ear.trustworthiness-vector", "goodness"], 2),
    fails: "ear-vector",
  },
  "an empty vector": { claims: set(["submods", "cpu0", "ear.trustworthiness-vector"], {}), fails: "ear-vector" },
  "another appraisal policy": {
    claims: set(["submods", "gpu0", "ear.appraisal-policy-id"], "allow_all"),
    fails: "ear-policy",
  },
  "sample evidence": { claims: cpu(["sample"], {}), fails: "ear-tee" },
  "evidence of the other TEE": { claims: () => earClaims(tdxRelease), fails: "ear-tee" },
  "another measurement": { claims: cpu(["snp", "measurement"], "d".repeat(96)), fails: "ear-measurement" },
  "firmware too old": { claims: cpu(["snp", "reported_tcb_snp"], 24), fails: "ear-tcb" },
  "firmware as text, which is more than any number to some": {
    claims: cpu(["snp", "reported_tcb_snp"], "25"),
    fails: "ear-tcb",
  },
  "a guest that can be debugged": { claims: cpu(["snp", "policy_debug_allowed"], true), fails: "ear-debug" },
  "a guest of which nobody says whether": {
    claims: cpu(["snp", "policy_debug_allowed"], undefined),
    fails: "ear-debug",
  },
  "a guest that can migrate": { claims: cpu(["snp", "policy_migrate_ma"], true), fails: "ear-migration" },
  "another init-data": { claims: cpu(["init_data"], "e".repeat(64)), fails: "ear-init-data" },
  "another MRTD": {
    release: tdxRelease,
    claims: cpu(["tdx", "quote", "body", "mr_td"], "d".repeat(96)),
    fails: "ear-measurement",
  },
  "another command line (RTMR2)": {
    release: tdxRelease,
    claims: cpu(["tdx", "quote", "body", "rtmr_2"], "d".repeat(96)),
    fails: "ear-measurement",
  },
  "an SGX quote": {
    release: tdxRelease,
    claims: cpu(["tdx", "quote", "header", "tee_type"], "00000000"),
    fails: "ear-measurement",
  },
  "a platform out of date": { release: tdxRelease, claims: cpu(["tdx", "tcb_status"], "OutOfDate"), fails: "ear-tcb" },
  "collateral that had expired": {
    release: tdxRelease,
    claims: cpu(["tdx", "collateral_expiration_status"], "1"),
    fails: "ear-tcb",
  },
  "a TD that can be debugged": {
    release: tdxRelease,
    claims: cpu(["tdx", "td_attributes", "debug"], true),
    fails: "ear-debug",
  },
  "other attributes of the TD": {
    release: tdxRelease,
    claims: cpu(["tdx", "quote", "body", "td_attributes"], "0100001000000000"),
    fails: "ear-migration",
  },
  "a GPU that NVIDIA's service rejected": {
    claims: gpu("x-nvidia-overall-att-result", false),
    fails: "ear-device-result",
  },
  "firmware of a GPU that is in no manifest": { claims: gpu("measres", "fail"), fails: "ear-device-result" },
  "a GPU's report for another nonce": {
    claims: gpu("x-nvidia-gpu-attestation-report-nonce-match", false),
    fails: "ear-device-nonce",
  },
  "another driver": { claims: gpu("x-nvidia-gpu-driver-version", "550.54.14"), fails: "ear-device-driver" },
  "another VBIOS": { claims: gpu("x-nvidia-gpu-vbios-version", "96.00.00.00.00"), fails: "ear-device-firmware" },
  "a GPU without secure boot": { claims: gpu("secboot", "true"), fails: "ear-device-secure-boot" },
  "a GPU that can be debugged": { claims: gpu("dbgstat", "enabled"), fails: "ear-device-debug" },
  "another BIOS of a switch": {
    release: wholeHost,
    claims: gpu("x-nvidia-switch-bios-version", "96.10.00.00.00", "switch1"),
    fails: "ear-device-firmware",
    of: "switch1",
  },
  "fewer GPUs that name each other": {
    release: wholeHost,
    claims: gpu("gpu_count", 4, "ppcie0"),
    fails: "ear-ppcie-count",
  },
  "a device without claims": { claims: set(evidence("gpu0", "nvidia"), undefined), fails: "ear-devices-distinct" },
  "local claims of another generation": {
    verifier: "local",
    claims: gpu("arch", "Blackwell"),
    fails: "ear-device-nonce",
  },
};

const pinnedPair = ecKey();

it("is a list of things that are wrong, each by itself", () => {
  expect(Object.keys(cases).length).toBeGreaterThanOrEqual(100);
});

it.each(Object.entries(cases))("refuses %s", async (_, refused) => {
  const { release = snpRelease, verifier } = refused;
  const [by, other] = await Promise.all([signer, stranger]);
  const plain = await earContext(release);
  const good = { claims: earClaims(release, verifier), header: earHeader(by) };
  const grades = async (token: string, context: EarContext) => (await examineEar({ token }, context)).findings;

  const before = await grades(signedToken(good.header, good.claims, by.privateKey, "ES256"), plain);
  expect(before.filter(({ grade }) => grade === "failed")).toEqual([]);

  const header = refused.header?.(good.header, other) ?? good.header;
  const claims = refused.claims?.(good.claims) ?? good.claims;
  const token = refused.token?.({ ...good, by, other }) ?? signedToken(header, claims, by.privateKey, "ES256");
  const after = await grades(token, refused.context?.(plain, other) ?? plain);
  const failed = after.filter(({ grade }) => grade === "failed");
  expect(failed.map(({ check }) => check)).toContain(refused.fails);
  if (refused.of) expect(failed.map(({ check, of }) => `${of} ${check}`)).toContain(`${refused.of} ${refused.fails}`);
  expect(after.some(({ grade }) => grade === "verified")).toBe(false);
});
