import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../../components/verdict/finding";
import { googleConfidentialSpaceRoot } from "../../../../components/verdict/roots/google";
import {
  confidentialSpaceSources,
  examineConfidentialSpace,
} from "../../../../components/verdict/token/examineConfidentialSpace";
import { googles, oidcToken, pkiToken, spaceClaims, spaceContext } from "../../../support/spaceTokens";
import { changed } from "../../../support/signedTokens";

const failed = (findings: readonly Finding[]) =>
  findings.filter(({ grade }) => grade === "failed").map(({ check }) => check);
const open = ["space-rules"];

describe("a token about a Confidential Space machine", () => {
  it.each([
    ["with its certificates (PKI)", async () => pkiToken(await googles)],
    ["by Google's key set (OIDC)", async () => oidcToken()],
  ])("%s is Google's word, and never more", async (_, token) => {
    const { findings } = await examineConfidentialSpace({ token: await token() }, await spaceContext());
    const rest = findings.filter(({ grade }) => grade !== "asserted");
    expect(rest.map(({ check, grade }) => [check, grade])).toEqual(open.map((check) => [check, "notChecked"]));
    expect(new Set(findings.flatMap(({ by }) => by ?? []))).toEqual(new Set(["Google"]));
    const claims = new Set(findings.map(({ claim }) => claim));
    for (const claim of ["cpu-genuine", "image-as-released", "gpu-genuine", "gpu-confidential", "evidence-fresh"])
      expect(claims).toContain(claim);
  });

  it("says which key set it relied on, and what that leaves open", async () => {
    const { collateral } = await examineConfidentialSpace({ token: oidcToken() }, await spaceContext());
    expect(collateral).toEqual([
      {
        title: "Google's keys of OIDC tokens about Confidential Space machines",
        source: "collateral/google-confidential-space.jwks.json",
        issued: new Date("2026-11-20T00:00:00Z"),
        leavesOpen:
          "nobody signed it: it is Google's as far as the way it came is to be trusted; keys that Google withdrew since 2026-11-20T00:00:00Z still count",
      },
    ]);
    expect(
      (await examineConfidentialSpace({ token: pkiToken(await googles) }, await spaceContext())).collateral,
    ).toEqual([]);
  });

  it("is not judged where Google's keys are not at hand, and names where they are", async () => {
    const token = oidcToken();
    const { findings } = await examineConfidentialSpace({ token }, await spaceContext({ collateral: [] }));
    expect(failed(findings)).toEqual([]);
    expect(findings.find(({ check }) => check === "space-key")).toMatchObject({ grade: "notChecked" });
    expect(findings.find(({ check }) => check === "space-image-digest")?.grade).toBe("notChecked");
    expect(confidentialSpaceSources({ token }).map(({ kind, file }) => [kind, file])).toEqual([
      ["jwks", "google-confidential-space.jwks.json"],
    ]);
    expect(confidentialSpaceSources({ token: pkiToken(await googles) })).toEqual([]);
    expect(confidentialSpaceSources({ token: "no token" })).toEqual([]);
  });

  it("leaves undone what the reader did not ask for", async () => {
    const { expected } = await spaceContext();
    const context = await spaceContext({
      nonce: { unknown: "nothing was asked" },
      channelKey: { unknown: "no connection was looked at" },
      expected: {
        audience: expected.audience,
        imageDigest: expected.imageDigest,
        gpu: undefined,
        maximumAgeSeconds: 60,
      },
    });
    const { findings } = await examineConfidentialSpace({ token: oidcToken() }, context);
    expect(failed(findings)).toEqual([]);
    const undone = findings.filter(({ grade }) => grade === "notChecked").map(({ check }) => check);
    expect(undone).toEqual([
      "space-nonce",
      "space-channel-key",
      "space-arguments",
      "space-rules",
      "space-gpu-mode",
      "space-gpu-count",
      "space-gpu-model",
      "space-gpu-driver",
      "space-gpu-vbios",
    ]);
  });

  it("may have another command where the reader leaves that to the image's labels", async () => {
    const token = oidcToken(changed(spaceClaims, ["submods", "container", "env_override"], { LOG_LEVEL: "debug" }));
    const { expected } = await spaceContext();
    const context = await spaceContext({ expected: { ...expected, overrides: "asImageAllows" } });
    expect(failed((await examineConfidentialSpace({ token }, context)).findings)).toEqual([]);
  });
});

describe("whatever a token is", () => {
  it("says nothing once one of its characters is another", async () => {
    const [token, context] = [pkiToken(await googles), await spaceContext()];
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(..."ABCDwxyz0189-_."), async (at, character) => {
        fc.pre(token[at] !== character);
        const altered = token.slice(0, at) + character + token.slice(at + 1);
        const { findings } = await examineConfidentialSpace({ token: altered }, context);
        expect(failed(findings)).not.toEqual([]);
        expect(findings.some(({ claim, grade }) => claim === "image-as-released" && grade === "asserted")).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it("is answered with findings, and never with an error, even if Google signed it", async () => {
    const context = await spaceContext();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(spaceClaims)), fc.jsonValue(), async (name, value) => {
        const { findings } = await examineConfidentialSpace(
          { token: oidcToken({ ...spaceClaims, [name]: value }) },
          context,
        );
        expect(findings.length).toBeGreaterThan(20);
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.string(), async (token) => {
        expect(failed((await examineConfidentialSpace({ token }, context)).findings)).toEqual(["space-form"]);
      }),
    );
  });
});

describe("a real token", () => {
  it("of a production image on TDX holds under Google's root", async () => {
    const { findings } = await examineReal("production-tdx.jwt");
    expect(failed(findings)).toEqual([]);
    expect(findings.find(({ check }) => check === "space-firmware")?.says).toContain("UpToDate");
  });

  it("of a debug image holds under Google's root, and is refused for what it says", async () => {
    const { findings } = await examineReal("debug-sev.jwt");
    expect(findings.find(({ check }) => check === "space-signature")?.grade).toBe("asserted");
    expect(failed(findings)).toEqual(["space-hardware", "space-support", "space-debug"]);
  });

  it("has expired", async () => {
    for (const file of ["production-tdx.jwt", "debug-sev.jwt"]) {
      const { findings } = await examineReal(file, new Date("2026-11-27T00:00:00Z"));
      expect(findings.find(({ check }) => check === "space-signature")?.grade).not.toBe("asserted");
      expect(failed(findings)[0]).toBe("space-key");
    }
  });
});

/** Of two machines that Google's own developers ran (test/support/confidentialSpace). */
async function examineReal(file: string, now?: Date) {
  const token = readFileSync(join(__dirname, "../../../support/confidentialSpace", file), "utf8").trim();
  const { aud, iat, eat_nonce, submods } = JSON.parse(
    Buffer.from(token.split(".")[1] as string, "base64url").toString(),
  ) as { aud: string; iat: number; eat_nonce: string; submods: { container: { image_digest: string } } };
  return examineConfidentialSpace(
    { token },
    {
      now: now ?? new Date((iat + 60) * 1000),
      collateral: [],
      roots: { googleConfidentialSpace: googleConfidentialSpaceRoot, simulated: false },
      expected: {
        audience: aud,
        imageDigest: submods.container.image_digest,
        gpu: undefined,
        maximumAgeSeconds: 300,
      },
      nonce: { value: eat_nonce },
      channelKey: { unknown: "the token is recorded" },
    },
  );
}
