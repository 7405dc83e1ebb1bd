import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { splitChain } from "../../../../components/verdict/evidence/chain";
import {
  nvidiaDeviceRoot,
  nvidiaDeviceRootSha256,
  nvidiaManifestRoot,
  nvidiaManifestRootSha256,
} from "../../../../components/verdict/roots/nvidia";
import { absence, upstream } from "../../../support/upstream";

it.each([
  [nvidiaDeviceRoot, nvidiaDeviceRootSha256, "NVIDIA Device Identity CA"],
  [nvidiaManifestRoot, nvidiaManifestRootSha256, "NVIDIA CoRIM signing Root CA"],
])("pins a self-signed P-384 root by its fingerprint", (pem, sha256, name) => {
  const root = new X509Certificate(pem);
  expect(root.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(sha256);
  expect(root.subject).toContain(`CN=${name}`);
  expect(root.ca && root.verify(root.publicKey)).toBe(true);
  expect(root.publicKey.asymmetricKeyDetails?.namedCurve).toBe("secp384r1");
});

const chain = "evidence/hopper_coco_certs1.txt";
it.skipIf(!upstream(chain))(`pins the root that ends a real H100's chain${absence(chain)}`, () => {
  const last = splitChain(readFileSync(upstream(chain) as string, "utf8")).at(-1) ?? "";
  expect(new X509Certificate(last).raw).toEqual(new X509Certificate(nvidiaDeviceRoot).raw);
});
