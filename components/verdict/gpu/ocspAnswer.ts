import "reflect-metadata";
import { createHash, verify, X509Certificate as NodeCertificate } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  BasicOCSPResponse,
  CertID,
  id_kp_OCSPSigning,
  id_pkix_ocsp_basic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  Request,
  TBSRequest,
} from "@peculiar/asn1-ocsp";
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { ExtendedKeyUsageExtension, X509Certificate } from "@peculiar/x509";
import { readCertificate } from "../evidence/certificate";
import { EvidenceError } from "../evidence/reader";

/** What an answer says of one certificate. */
export interface OcspStatus {
  readonly status: "good" | "revoked" | "unknown";
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly revokedAt?: Date;
}

/** An answer of an OCSP responder (RFC 6960), parsed; nothing of it is verified yet. */
export interface OcspAnswer {
  readonly statusOf: (certificate: string, issuer: string) => OcspStatus | undefined;
  /** Why it is not to be believed, given whom it may be signed for: the issuers of a chain, nearest first, root last. */
  readonly problem: (issuers: readonly string[], now: Date) => string | undefined;
}

const digests: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
};
const sha384Oid = "2.16.840.1.101.3.4.2.2";
const signatures: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
};

export function parseOcsp(bytes: Uint8Array): OcspAnswer {
  const basic = basicOf(bytes);
  const signed = basic.tbsResponseDataRaw;
  if (!signed) throw new EvidenceError("OCSP answer: it has no content");
  const certificates = (basic.certs ?? []).map((each) => toPem(AsnConvert.serialize(each)));
  const algorithm = signatures[basic.signatureAlgorithm.algorithm];
  return {
    statusOf: (certificate, issuer) => {
      const answer = basic.tbsResponseData.responses.find(({ certID }) => isOf(certID, certificate, issuer));
      if (!answer) return undefined;
      const { certStatus, thisUpdate, nextUpdate } = answer;
      const status = certStatus.revoked ? "revoked" : certStatus.good === null ? "good" : "unknown";
      return {
        status,
        thisUpdate,
        ...(nextUpdate && { nextUpdate }),
        ...(certStatus.revoked && { revokedAt: certStatus.revoked.revocationTime }),
      };
    },
    problem: (issuers, now) => {
      const signers = [...issuers, ...certificates.filter((pem) => isResponder(pem, issuers, now))];
      if (algorithm === undefined) return "its signature is of another kind than ECDSA";
      const holds = signers.some((pem) => signedBy(pem, algorithm, Buffer.from(signed), Buffer.from(basic.signature)));
      return holds ? undefined : "neither an issuer of the chain nor a responder that one of them appointed signed it";
    },
  };
}

function basicOf(bytes: Uint8Array): BasicOCSPResponse {
  try {
    const { responseStatus, responseBytes } = AsnConvert.parse(bytes, OCSPResponse);
    if (responseStatus !== OCSPResponseStatus.successful || responseBytes?.responseType !== id_pkix_ocsp_basic)
      throw new EvidenceError("OCSP answer: the responder gave no answer");
    return AsnConvert.parse(responseBytes.response.buffer, BasicOCSPResponse);
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw new EvidenceError("OCSP answer: it cannot be read");
  }
}

function isOf(id: CertID, certificate: string, issuer: string): boolean {
  const algorithm = digests[id.hashAlgorithm.algorithm];
  const serial = Buffer.from(new NodeCertificate(certificate).serialNumber, "hex");
  if (algorithm === undefined || !sameNumber(serial, Buffer.from(id.serialNumber))) return false;
  const expected = identifiers(certificate, issuer, algorithm);
  return (
    expected.name.equals(Buffer.from(id.issuerNameHash.buffer)) &&
    expected.key.equals(Buffer.from(id.issuerKeyHash.buffer))
  );
}

function identifiers(certificate: string, issuer: string, algorithm: string) {
  const digest = (value: ArrayBuffer) => createHash(algorithm).update(Buffer.from(value)).digest();
  const authority = readCertificate(issuer, "certificate of an issuer", ({ publicKey, subjectName }) => ({
    name: subjectName.toArrayBuffer(),
    key: AsnConvert.parse(publicKey.rawData, SubjectPublicKeyInfo).subjectPublicKey,
  }));
  const serial = readCertificate(certificate, "certificate", ({ serialNumber }) => serialNumber);
  return { name: digest(authority.name), key: digest(authority.key), serial: Buffer.from(serial, "hex") };
}

function sameNumber(a: Buffer, b: Buffer): boolean {
  const plain = (bytes: Buffer) => bytes.toString("hex").replace(/^(00)+/, "");
  return plain(a) === plain(b);
}

/**
 * A certificate for answering, issued by an authority of the chain. NVIDIA's own verifier takes the checked certificate
 * itself as such an authority, too: a chip could then answer for itself, so that is left out here.
 */
function isResponder(pem: string, issuers: readonly string[], now: Date): boolean {
  try {
    const responder = new X509Certificate(pem);
    const node = new NodeCertificate(pem);
    return (
      responder.getExtension(ExtendedKeyUsageExtension)?.usages.includes(id_kp_OCSPSigning) === true &&
      now >= responder.notBefore &&
      now <= responder.notAfter &&
      issuers.some((issuer) => {
        const authority = new NodeCertificate(issuer);
        return authority.ca && node.checkIssued(authority) && node.verify(authority.publicKey);
      })
    );
  } catch {
    return false;
  }
}

function signedBy(pem: string, algorithm: string, content: Buffer, signature: Buffer): boolean {
  try {
    return verify(algorithm, content, new NodeCertificate(pem).publicKey, signature);
  } catch {
    return false;
  }
}

function toPem(der: ArrayBuffer): string {
  return readCertificate(new Uint8Array(der), "OCSP answer's certificate", (read) => read.toString("pem"));
}

/** Asks about one certificate, as NVIDIA's verifier does: digests by SHA-384. Without a nonce: the answer is kept. */
export function ocspRequest(certificate: string, issuer: string): Uint8Array {
  const { name, key, serial } = identifiers(certificate, issuer, "sha384");
  const certID = new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: sha384Oid, parameters: null }),
    issuerNameHash: new OctetString(name),
    issuerKeyHash: new OctetString(key),
    serialNumber: new Uint8Array(serial).buffer,
  });
  const tbsRequest = new TBSRequest({ requestList: [new Request({ reqCert: certID })] });
  return new Uint8Array(AsnConvert.serialize(new OCSPRequest({ tbsRequest })));
}
