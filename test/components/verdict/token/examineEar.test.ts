import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { primaryReportData } from "../../../../components/verdict/evidence/attestRequest";
import type { Finding } from "../../../../components/verdict/finding";
import { examineEar } from "../../../../components/verdict/token/examineEar";
import {
  earClaims,
  earContext,
  earToken,
  guestKey,
  now,
  readersNonce,
  signer,
  snpRelease,
  tdxRelease,
  wholeHost,
} from "../../../support/earTokens";
import { signToken } from "../../../../tooling/attestation/tokenSigner";
import { changed, jwkOf } from "../../../support/signedTokens";
import { genuineIntelToken } from "../../../support/intelTokens";
import { absence, upstream } from "../../../support/upstream";

const examined = async (token: string, release = snpRelease, changes = {}) =>
  examineEar({ token }, await earContext(release, changes));
const failed = (findings: readonly Finding[]) =>
  findings.filter(({ grade }) => grade === "failed").map(({ check }) => check);

describe("an attestation token of Trustee's", () => {
  it.each([
    ["SEV-SNP", snpRelease],
    ["TDX", tdxRelease],
    ["eight GPUs and four switches", wholeHost],
  ])("is its signer's word about a genuine guest (%s), and never more", async (_, release) => {
    const { findings, bound } = await examined(await earToken(earClaims(release)), release);
    expect([...new Set(findings.map(({ grade }) => grade))]).toEqual(["asserted"]);
    expect([...new Set(findings.map(({ by }) => by))]).toEqual(["the attestation service of acme-models"]);
    expect(bound).toEqual({
      nonce: readersNonce,
      key: jwkOf(guestKey),
      by: "the attestation service of acme-models",
    });
    const claims = new Set(findings.map(({ claim }) => claim));
    for (const claim of ["cpu-genuine", "cpu-firmware-current", "guest-booted-as-released", "guest-not-debuggable"])
      expect(claims).toContain(claim);
    for (const claim of [
      "guest-rules-bound",
      "gpu-genuine",
      "gpu-confidential",
      "evidence-fresh",
      "channel-ends-in-guest",
    ])
      expect(claims).toContain(claim);
  });

  it("leaves undone what Trustee's own verifier of GPUs does not say", async () => {
    const { findings } = await examined(await earToken(earClaims(snpRelease, "local")));
    expect(failed(findings)).toEqual([]);
    const undone = findings.filter(({ grade }) => grade === "notChecked");
    expect(new Set(undone.map(({ of, check }) => `${of} ${check}`))).toEqual(
      new Set([
        "gpu0 ear-executables",
        "gpu0 ear-device-result",
        "gpu0 ear-device-secure-boot",
        "gpu0 ear-device-debug",
      ]),
    );
    // Nothing in it tells one GPU from another where none is named.
    expect(findings.find(({ check }) => check === "ear-devices-distinct")?.grade).toBe("asserted");
  });

  it("is fresh only where the reader asked", async () => {
    const { findings } = await examined(await earToken(earClaims(snpRelease)), snpRelease, {
      nonce: { unknown: "nothing was asked" },
    });
    expect(findings.find(({ check }) => check === "ear-nonce")).toMatchObject({
      grade: "notChecked",
      says: "nothing was asked",
    });
  });

  it("leaves the connection's key to the channel's own check where it is not handed in", async () => {
    const { findings, bound } = await examined(await earToken(earClaims(snpRelease)), snpRelease, {
      channelKey: undefined,
    });
    expect(findings.some(({ claim }) => claim === "channel-ends-in-guest")).toBe(false);
    expect(bound?.key).toEqual(jwkOf(guestKey));
  });

  it("has its report data computed again where it is verbose", async () => {
    const path = ["submods", "cpu0", "ear.veraison.annotated-evidence"];
    const runtime = { nonce: readersNonce, "tee-pubkey": jwkOf(guestKey) };
    const verbose = changed(earClaims(snpRelease), [...path, "runtime_data_claims"], {
      ...runtime,
      "additional-evidence": "{}",
    });
    const good = changed(verbose, [...path, "report_data"], primaryReportData(runtime, "{}"));
    expect(failed((await examined(await earToken(good))).findings)).toEqual([]);
    expect(failed((await examined(await earToken(verbose))).findings)).toEqual(["ear-report-data"]);
  });

  it("is read as the rehearsal's attestation service signs it", async () => {
    const token = await signToken(earClaims(snpRelease), await signer, now, 5);
    expect(failed((await examined(token)).findings)).toEqual([]);
  });

  it("names no guest's key to go by as soon as anything of it fails", async () => {
    const token = await earToken(changed(earClaims(snpRelease), ["submods", "gpu0", "ear.status"], "warning"));
    expect((await examined(token)).bound).toBeUndefined();
  });

  it("is signed by a key that was pinned as JWK, by its id too", async () => {
    const token = await earToken(earClaims(snpRelease));
    const { trust } = await earContext(snpRelease);
    const { jwk } = JSON.parse(Buffer.from(token.split(".")[0] as string, "base64url").toString()) as { jwk: object };
    const { kty, crv, x, y } = jwk as Record<string, string>;
    const { findings } = await examined(token, snpRelease, {
      trust: { ...trust, keys: [{ kty, crv, x, y, kid: "2026" }] },
    });
    expect(failed(findings)).toEqual([]);
  });
});

it("tells Intel Trust Authority's token for what it is", async () => {
  const { findings, bound } = await examined(await earToken(genuineIntelToken(tdxRelease)), tdxRelease);
  expect(failed(findings)).toEqual(["ear-kind"]);
  expect(findings.find(({ check }) => check === "ear-kind")?.says).toContain("a token of Intel Trust Authority");
  expect(bound).toBeUndefined();
});

const example = "trustee/example-ear-token.json";
describe.skipIf(!upstream(example))(`Trustee's own example${absence(example)}`, () => {
  const text = () => readFileSync(upstream(example) as string, "utf8");

  it("is refused as it is, since nobody signed it", async () => {
    const { findings } = await examined(text());
    expect(failed(findings)).toEqual(["ear-form"]);
    expect(findings[0]?.says).toContain("JSON without a signature, which anybody can write");
  });

  it("is read once signed, and refused for what it says: an SGX enclave, old firmware, contraindicated", async () => {
    const claims = { ...(JSON.parse(text()) as object), iss: "CoCo-Attestation-Service" };
    const { findings } = await examined(await earToken(claims));
    const says = (check: string) => findings.find((finding) => finding.check === check)?.says;
    expect(says("ear-status")).toBe(
      'the status is "contraindicated", and its trust claims are contraindicated; affirming is wanted of both',
    );
    expect(says("ear-tee")).toBe('the evidence is of "sgx"; the release runs on snp');
    expect(says("ear-submodules")).toBe("gpu0 missing");
    expect(says("ear-time")).toBe("it expired at 2025-10-14T07:20:34Z");
    expect(findings.find(({ check }) => check === "ear-profile")?.grade).toBe("asserted");
  });
});

describe("whatever a token is", () => {
  it("says nothing once one of its characters is another", async () => {
    const token = await earToken(earClaims(snpRelease));
    const context = await earContext(snpRelease);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(..."ABCDwxyz0189-_."), async (at, character) => {
        fc.pre(token[at] !== character);
        const altered = token.slice(0, at) + character + token.slice(at + 1);
        const { findings, bound } = await examineEar({ token: altered }, context);
        expect(failed(findings)).not.toEqual([]);
        expect(findings.some(({ claim, grade }) => claim === "gpu-genuine" && grade === "asserted")).toBe(false);
        expect(bound).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it("is answered with findings, and never with an error", async () => {
    const context = await earContext(snpRelease);
    const text = fc.oneof(
      fc.string(),
      fc.json().map((json) => `${Buffer.from(json).toString("base64url")}.e30.AA`),
      fc
        .tuple(fc.json(), fc.json())
        .map((parts) => [...parts, "x"].map((part) => Buffer.from(part).toString("base64url")).join(".")),
    );
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        expect(failed((await examineEar({ token }, context)).findings)).not.toEqual([]);
      }),
    );
  });

  it("is answered so whatever its signer put into it", async () => {
    const context = await earContext(snpRelease);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("submods", "iat", "exp", "iss", "aud", "eat_profile", "nbf"),
        fc.jsonValue(),
        async (name, value) => {
          const token = await earToken({ ...earClaims(snpRelease), [name]: value });
          expect(Array.isArray((await examineEar({ token }, context)).findings)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});
