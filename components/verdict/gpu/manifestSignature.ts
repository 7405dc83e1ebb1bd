import { createHash, verify, X509Certificate } from "node:crypto";
import { C14nCanonicalization, SignedXml } from "xml-crypto";
import { chainProblem } from "../evidence/chain";
import { parseXml } from "../evidence/gpuManifest";
import { EvidenceError } from "../evidence/reader";

const dsig = "http://www.w3.org/2000/09/xmldsig#";
const enveloped = `${dsig}enveloped-signature`;
const c14n11 = "http://www.w3.org/2006/12/xml-c14n11";
const sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
const ecdsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
const largestBytes = 1 << 20;

/** A manifest's XML as it was signed, and who signed it. */
export interface SignedManifest {
  /** Canonical XML of what the signature covers, without the signature: read this, and nothing else of the file. */
  readonly signedXml: string;
  /** From the signer up, PEM. */
  readonly chain: readonly string[];
}

/**
 * Verifies a manifest's enveloped XML signature (W3C XML Signature), in the one form that NVIDIA's have: a single reference
 * to the whole document, canonical XML 1.1, ECDSA over SHA-384, by a certificate that comes along. Throws an
 * EvidenceError where it does not hold. Whether the chain leads to a root, `manifestChainProblem` says.
 *
 * What signature wrapping needs is refused before the library looks: several signatures or references, a reference to a
 * part, transforms of another kind, a signature that is not the root's own child.
 */
export function openManifest(bytes: Uint8Array): SignedManifest {
  if (bytes.length > largestBytes) throw new EvidenceError(`manifest: ${bytes.length} bytes are too many`);
  let xml: string;
  try {
    xml = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new EvidenceError("manifest: it is not UTF-8");
  }
  const document = parseXml(xml, "manifest");
  const signature = onlySignature(document);
  const chain = certificatesOf(signature);
  const leaf = chain[0];
  if (leaf === undefined) throw new EvidenceError("manifest: it comes without its signer's certificate");
  const signedXml = verified(xml, signature, leaf);
  return { signedXml, chain };
}

/** What is wrong with a signer's chain under NVIDIA's root of manifests; undefined where nothing is. */
export function manifestChainProblem({ chain }: SignedManifest, root: string, now: Date): string | undefined {
  return chainProblem(chain, root, now);
}

function verified(xml: string, signature: Element, leaf: string): string {
  const signed = new SignedXml({ publicCert: leaf, getCertFromKeyInfo: () => null });
  // The only algorithms that exist for it: nothing weaker can be asked for by a document.
  const remove = signed.CanonicalizationAlgorithms[enveloped];
  signed.CanonicalizationAlgorithms = { [c14n11]: CanonicalXml11, ...(remove && { [enveloped]: remove }) };
  signed.HashAlgorithms = { [sha384]: Sha384 };
  signed.SignatureAlgorithms = { [ecdsaSha384]: EcdsaSha384 };
  let holds: boolean;
  try {
    signed.loadSignature(signature);
    holds = signed.checkSignature(xml);
  } catch (error) {
    throw new EvidenceError(`manifest: its signature does not hold: ${firstLine(error)}`);
  }
  const [content, ...more] = signed.getSignedReferences();
  if (!holds || content === undefined || more.length > 0)
    throw new EvidenceError("manifest: its signature does not hold: the document is not the signed one");
  return content;
}

/** Comments, processing instructions, sections of raw text: NVIDIA's have none, and canonical XML drops or joins them. */
function oddNode(node: Node): boolean {
  return [4, 7, 8].includes(node.nodeType) || Array.from(node.childNodes ?? []).some(oddNode);
}

/** The root's own and only signature, with one reference to the whole document. */
function onlySignature(document: Document): Element {
  const of = (name: string) => Array.from(document.getElementsByTagNameNS("*", name));
  const [signature, ...more] = of("Signature");
  const no = (what: string) => new EvidenceError(`manifest: ${what}`);
  if (oddNode(document.documentElement))
    throw no("it has comments, instructions or raw text, which none of NVIDIA's has");
  if (!signature || more.length > 0) throw no(`it has ${signature ? "several signatures" : "no signature"}`);
  if (signature.parentNode !== document.documentElement || signature.namespaceURI !== dsig)
    throw no("its signature does not stand directly in its root");
  for (const name of [
    "SignedInfo",
    "Reference",
    "DigestValue",
    "SignatureValue",
    "CanonicalizationMethod",
    "SignatureMethod",
  ])
    if (of(name).length !== 1) throw no(`it has ${of(name).length} elements ${name}, not one`);
  const [reference] = of("Reference");
  if (reference?.getAttributeNode("URI")?.value !== "") throw no("its signature does not cover the whole document");
  const transforms = of("Transform").map((transform) => transform.getAttribute("Algorithm"));
  if (transforms.join() !== [enveloped, c14n11].join())
    throw no(`its signature transforms the document: ${transforms.join()}`);
  for (const node of Array.from(document.getElementsByTagNameNS("*", "*")))
    for (const { name } of Array.from(node.attributes))
      // Canonical XML 1.0, which the library does, and 1.1 differ in these alone.
      if (name.startsWith("xml:")) throw no(`it has an attribute ${name}`);
  return signature;
}

function certificatesOf(signature: Element): string[] {
  return Array.from(signature.getElementsByTagNameNS(dsig, "X509Certificate")).map((element) => {
    try {
      return new X509Certificate(Buffer.from(element.textContent ?? "", "base64")).toString();
    } catch {
      throw new EvidenceError("manifest: one of its certificates cannot be read");
    }
  });
}

class CanonicalXml11 extends C14nCanonicalization {
  override getAlgorithmName() {
    return c14n11;
  }
}

class Sha384 {
  getAlgorithmName(): string {
    return sha384;
  }

  getHash(xml: string): string {
    return createHash("sha384").update(xml, "utf8").digest("base64");
  }
}

/** XML Signature writes r and s one after the other, not in ASN.1. */
class EcdsaSha384 {
  getAlgorithmName(): string {
    return ecdsaSha384;
  }

  getSignature(): string {
    throw new Error("manifests are not signed here");
  }

  verifySignature(material: string, certificate: unknown, value: string): boolean {
    const key = new X509Certificate(String(certificate)).publicKey;
    const signature = Buffer.from(value, "base64");
    return (
      key.asymmetricKeyDetails?.namedCurve === "secp384r1" &&
      signature.length === 96 &&
      verify("sha384", Buffer.from(material, "utf8"), { key, dsaEncoding: "ieee-p1363" }, signature)
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, 160) ?? "";
}
