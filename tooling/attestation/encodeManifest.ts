import { createHash, sign } from "node:crypto";
import { C14nCanonicalization, SignedXml } from "xml-crypto";
import type { TestCertificate } from "./authority";

/** What a SIMULATED reference integrity manifest lists. */
export interface ManifestContent {
  /** Chip: `GH100`. */
  readonly product: string;
  readonly version: string;
  /** Accepted values by index, which is a report's less one. */
  readonly measurements: ReadonlyMap<number, readonly string[]>;
  /** How many slots it has; those without a value are not active. */
  readonly slots: number;
  /** XML to put behind the measurements: what newer manifests list, or what an attacker would. */
  readonly more?: string;
}

const c14n11 = "http://www.w3.org/2006/12/xml-c14n11";
const enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
const ecdsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";

/** The document without its signature, in the form of NVIDIA's. */
export function manifestXml({ product, version, measurements, slots, more = "" }: ManifestContent): string {
  const resources = Array.from({ length: slots }, (_, index) => {
    const values = measurements.get(index) ?? ["0".repeat(96)];
    const hashes = values.map((value, number) => `ns2:Hash${number}="${value}"`).join(" ");
    const active = measurements.has(index) ? "True" : "False";
    return `        <ns0:Resource type="Measurement" index="${index}" active="${active}" alternatives="${values.length}" ${hashes} name="Measurement_${index}" size="48"/>`;
  });
  return `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" xmlns:ns0="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" xmlns:ns2="http://www.w3.org/2001/04/xmlenc#sha384" corpus="false" name="${product}" patch="false" supplemental="false" tagId="SIMULATED-${product}-${version}" version="1.0" tagVersion="0">
    <ns0:Entity name="SIMULATED NVIDIA" role="softwareCreator tagCreator"/>
    <ns0:Meta xmlns:ns1="https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/" colloquialVersion="${version}" edition="GPU" product="${product}" revision="r1" PayloadType="direct" ns1:BindingSpec="RIMIM" ns1:BindingSpecVersion="1.01" ns1:PlatformManufacturerId="5703" ns1:PlatformManufacturerStr="SIMULATED NVIDIA" ns1:PlatformModel="${product}" ns1:FirmwareManufacturer="SIMULATED NVIDIA" ns1:FirmwareManufacturerId="5703"/>
    <ns0:Payload xmlns:SHA384="http://www.w3.org/2001/04/xmlenc#sha384">
${resources.join("\n")}${more}
    </ns0:Payload>
</SoftwareIdentity>`;
}

/** Signs a manifest as NVIDIA does: an enveloped signature over the whole, with the signer's chain in it. */
export function signManifest(xml: string, signer: TestCertificate, root: string): Buffer {
  const chain = [...signer.chain, root];
  const signed = new SignedXml({
    privateKey: signer.privateKey.export({ format: "pem", type: "pkcs8" }),
    signatureAlgorithm: ecdsaSha384,
    canonicalizationAlgorithm: c14n11,
    getKeyInfoContent: () => `<ds:X509Data>${chain.map(certificateElement).join("")}</ds:X509Data>`,
  });
  signed.CanonicalizationAlgorithms[c14n11] = CanonicalXml11;
  signed.HashAlgorithms[sha384] = Sha384;
  signed.SignatureAlgorithms[ecdsaSha384] = EcdsaSha384;
  signed.addReference({ xpath: "/*", isEmptyUri: true, digestAlgorithm: sha384, transforms: [enveloped, c14n11] });
  signed.computeSignature(xml, { prefix: "ds" });
  return Buffer.from(signed.getSignedXml(), "utf8");
}

function certificateElement(pem: string): string {
  const base64 = pem.replace(/-----[^-]+-----|\s/g, "");
  return `<ds:X509Certificate>${base64}</ds:X509Certificate>`;
}

class CanonicalXml11 extends C14nCanonicalization {
  override getAlgorithmName() {
    return c14n11;
  }
}

class Sha384 {
  getAlgorithmName = () => sha384;
  getHash = (xml: string) => createHash("sha384").update(xml, "utf8").digest("base64");
}

class EcdsaSha384 {
  getAlgorithmName = () => ecdsaSha384;
  getSignature = (material: unknown, key: unknown) =>
    sign("sha384", Buffer.from(String(material), "utf8"), {
      key: String(key),
      dsaEncoding: "ieee-p1363",
    }).toString("base64");
  verifySignature = (): boolean => {
    throw new Error("manifests are not verified here");
  };
}
