import { decodeJwt, decodeProtectedHeader } from "jose";
import { beforeAll, expect, it } from "vitest";
import type { TestCertificate } from "../../../tooling/attestation/authority";
import { TestAuthority } from "../../../tooling/attestation/authority";
import type { Refusal } from "../../../tooling/attestation/refusal";
import { signToken, verifyToken } from "../../../tooling/attestation/tokenSigner";
import { playTime } from "./support";

let signer: TestCertificate;
let stranger: TestCertificate;
beforeAll(async () => {
  const authority = await TestAuthority.create("tokens");
  signer = await authority.issue({ commonName: "signer", curve: "P-256" });
  // Of the same authority: the certificate counts, not who issued it.
  stranger = await authority.issue({ commonName: "stranger", curve: "P-256" });
});

const after = (minutes: number) => new Date(playTime.getTime() + minutes * 60_000);
const reason = (token: string, now = playTime) =>
  verifyToken(token, signer.certificate, now).then(
    () => "accepted",
    (error: unknown) => (error as Refusal).message,
  );

it("takes its own token for five minutes", async () => {
  const token = await signToken({ submods: {} }, signer, playTime, 5);
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", jwk: { kty: "EC", crv: "P-256" } });
  expect(await verifyToken(token, signer.certificate, after(4.9))).toMatchObject({
    iat: playTime.getTime() / 1000,
    exp: after(5).getTime() / 1000,
  });
  expect(await reason(token, after(5.1))).toBe("the token has expired");
});

it("takes no token of another key, whatever its header says", async () => {
  const foreign = await signToken({ submods: {} }, stranger, playTime, 5);
  expect(await reason(foreign)).toContain("certificate is not trusted");
  const own = await signToken({ submods: {} }, signer, playTime, 5);
  const [header] = own.split(".");
  const [, payload, signature] = foreign.split(".");
  expect(await reason([header, payload, signature].join("."))).toContain("was changed after it was signed");
});

it("takes no token without signature, and no text that is none", async () => {
  const own = await signToken({ submods: {} }, signer, playTime, 5);
  const none = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(own), alg: "none" })).toString("base64url");
  const payload = Buffer.from(JSON.stringify(decodeJwt(own))).toString("base64url");
  expect(await reason(`${none}.${payload}.`)).toContain("does not hold");
  expect(await reason("token")).toBe("it is not a token");
});
