import { X509Certificate } from "node:crypto";

/**
 * What is wrong with a chain, leaf first, under a root; undefined where every certificate was issued and signed by the
 * next one, the last one by the root, each issuer is a CA and each is valid at the time. The root's own copy may come along.
 */
export function chainProblem(chain: readonly string[], root: string, now: Date): string | undefined {
  const parsed = parse([...chain, root]);
  if (!parsed) return "a certificate of its chain cannot be read";
  const anchor = parsed.at(-1) as X509Certificate;
  const certificates = parsed.slice(0, -1).filter(({ raw }) => !raw.equals(anchor.raw));
  if (certificates.length === 0) return "it comes without a certificate";
  if (certificates.length > 5) return `its chain has ${certificates.length} certificates, which is too many`;
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1] ?? anchor;
    const subject = commonName(certificate);
    if (!issuer.ca) return `the issuer of ${subject} is no certificate authority`;
    if (!issuedBy(certificate, issuer)) return `the certificate ${subject} was not issued by ${commonName(issuer)}`;
    if (now < new Date(certificate.validFrom) || now > new Date(certificate.validTo))
      return `the certificate ${subject} is not valid on ${now.toISOString()}`;
  }
  return undefined;
}

/** A key of a kind that OpenSSL does not know issued nothing. */
function issuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function parse(chain: readonly string[]): X509Certificate[] | undefined {
  try {
    return chain.map((pem) => new X509Certificate(pem));
  } catch {
    return undefined;
  }
}

/** A chain in one text, as devices and quotes hold it. */
export function splitChain(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
}

function commonName({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
}
