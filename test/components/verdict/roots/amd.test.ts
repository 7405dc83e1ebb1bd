import { createHash, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { snpProducts } from "../../../../components/verdict/context";
import { chainProblem } from "../../../../components/verdict/evidence/chain";
import { amdRootFingerprints, amdRoots } from "../../../../components/verdict/roots/amd";
import { amdIntermediates } from "../../../../components/verdict/roots/amdIntermediates";
import { productNames } from "../../../../components/verdict/snp/products";
import { now } from "../../../support/snp/rig";

describe.each(snpProducts)("AMD's root of %s", (product) => {
  const root = new X509Certificate(amdRoots[product]);
  const name = productNames[product];

  it("is the one whose fingerprint is pinned, and signed itself", () => {
    expect(createHash("sha256").update(root.raw).digest("hex")).toBe(amdRootFingerprints[product]);
    expect(root.subject).toContain(`CN=ARK-${name}`);
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.publicKey.asymmetricKeyDetails?.modulusLength).toBe(4096);
  });

  it.each(["ask", "asvk"] as const)("certified the %s that is shipped, and no other product's root did", (kind) => {
    const pem = amdIntermediates[product][kind];
    expect(new X509Certificate(pem).subject).toContain(kind === "ask" ? `CN=SEV-${name}` : `CN=SEV-VLEK-${name}`);
    const certified = snpProducts.filter((each) => chainProblem([pem], amdRoots[each], now) === undefined);
    expect(certified).toEqual([product]);
  });
});
