import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import {
  googleConfidentialSpaceRoot,
  googleConfidentialSpaceRootFingerprint,
} from "../../../../components/verdict/roots/google";

it("is the root whose SHA-1 Google's documentation prints", () => {
  const root = new X509Certificate(googleConfidentialSpaceRoot);
  expect(root.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(googleConfidentialSpaceRootFingerprint);
  expect(root.fingerprint).toBe("B9:51:20:74:2C:24:E3:AA:34:04:2E:1C:3B:A3:AA:D2:8B:21:23:21");
  expect(root.subject).toContain("CN=Confidential Space Root CA");
  expect(root.ca && root.checkIssued(root) && root.verify(root.publicKey)).toBe(true);
  expect(root.validTo).toBe("Jan 16 22:10:49 2034 GMT");
});
