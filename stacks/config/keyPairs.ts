import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * Whether the key broker's certificate will convince guests: they know the CA that is measured into them, and ask for
 * the DNS name. Problems as the ends of sentences, without any key material.
 */
export function tlsProblems(pair: KeyPair, dnsName: string, caCertificate: string, now = new Date()): string[] {
  const chain = chainOf(pair.certificate);
  const ca = chainOf(caCertificate)[0];
  const leaf = chain[0];
  if (!leaf || !ca) return ["certificate is no PEM certificate; give the chain, the key broker's own first"];
  const problems = [...keyProblems(leaf, pair.privateKey), ...validityProblems(leaf, now)];
  if (leaf.checkHost(dnsName, { subject: "never" }) === undefined)
    problems.push(`certificate is not for ${dnsName}; issue one with that name as subject alternative name`);
  if (!leadsTo(chain, ca))
    problems.push("certificate does not lead to attestation.keyBroker.caCertificate, so no guest would trust it");
  return problems;
}

/**
 * Whether tokens will be accepted, and only the signer's. The key broker trusts the certificates given here as roots,
 * whatever they sign: so the signer's chain ends in a root of its own, and not in the CA of everything else.
 */
export function tokenSignerProblems(pair: KeyPair, caCertificate: string, now = new Date()): string[] {
  const chain = chainOf(pair.certificate);
  const ca = chainOf(caCertificate)[0];
  const leaf = chain[0];
  const root = chain.at(-1);
  if (!leaf || !root) return ["certificate is no PEM certificate; give the signer's own first"];
  const problems = [...keyProblems(leaf, pair.privateKey), ...validityProblems(leaf, now)];
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  if (asymmetricKeyType !== "ec" || asymmetricKeyDetails?.namedCurve !== "prime256v1")
    problems.push("is no P-256 key; Trustee signs tokens with no other");
  if (!leadsTo(chain, root) || !root.checkIssued(root))
    problems.push("certificate does not end in a self-signed one; give a self-signed certificate, or the whole chain");
  else if (ca && root.publicKey.equals(ca.publicKey))
    problems.push(
      "certificate comes from the CA of the key broker, so that whoever gets a certificate there could sign tokens; use a self-signed one",
    );
  return problems;
}

function chainOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

function keyProblems(leaf: X509Certificate, pem: string): string[] {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return ["privateKey is no PEM private key; give one that is not encrypted"];
  }
  return leaf.checkPrivateKey(key) ? [] : ["privateKey does not belong to the certificate; give the two together"];
}

function validityProblems(leaf: X509Certificate, now: Date): string[] {
  if (now > new Date(leaf.validTo)) return [`certificate expired on ${leaf.validTo}; renew it`];
  if (now < new Date(leaf.validFrom))
    return [`certificate counts from ${leaf.validFrom} only; use one that counts now`];
  return [];
}

/** Each certificate signed by the next, the last by the root. */
function leadsTo(chain: readonly X509Certificate[], root: X509Certificate): boolean {
  return chain.every((certificate, index) => {
    const issuer = chain[index + 1] ?? root;
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  });
}
