import { sign } from "node:crypto";
import {
  BasicOCSPResponse,
  CertStatus,
  id_pkix_ocsp_basic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  ResponderID,
  ResponseBytes,
  ResponseData,
  RevokedInfo,
  SingleResponse,
} from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Certificate } from "@peculiar/asn1-x509";
import type { KeyObject } from "node:crypto";
import { X509Certificate } from "node:crypto";
import { ocspRequest } from "../../components/verdict/gpu/ocspAnswer";

export interface OcspContent {
  /** The certificate asked about, and its issuer, PEM. */
  readonly certificate: string;
  readonly issuer: string;
  readonly status: "good" | "revoked" | "unknown";
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
}

/** An OCSP answer of a SIMULATED responder: the issuer itself, or one that comes with its certificate. */
export function encodeOcsp(content: OcspContent, key: KeyObject, responder?: string): Buffer {
  const { certificate, issuer, status, thisUpdate, nextUpdate } = content;
  const request = AsnConvert.parse(ocspRequest(certificate, issuer), OCSPRequest);
  const certID = request.tbsRequest.requestList[0]?.reqCert;
  const tbsResponseData = new ResponseData({
    responderID: new ResponderID({ byKey: new OctetString(Buffer.alloc(20)) }),
    producedAt: thisUpdate,
    responses: [
      new SingleResponse({
        certID,
        certStatus: new CertStatus(
          status === "revoked" ? { revoked: new RevokedInfo({ revocationTime: thisUpdate }) } : { [status]: null },
        ),
        thisUpdate,
        ...(nextUpdate && { nextUpdate }),
      }),
    ],
  });
  const signed = Buffer.from(AsnConvert.serialize(tbsResponseData));
  const basic = new BasicOCSPResponse({
    tbsResponseData,
    tbsResponseDataRaw: exact(signed),
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.3" }),
    signature: exact(sign("sha384", signed, key)),
    ...(responder !== undefined && { certs: [AsnConvert.parse(new X509Certificate(responder).raw, Certificate)] }),
  });
  const responseBytes = new ResponseBytes({
    responseType: id_pkix_ocsp_basic,
    response: new OctetString(AsnConvert.serialize(basic)),
  });
  const response = new OCSPResponse({ responseStatus: OCSPResponseStatus.successful, responseBytes });
  return Buffer.from(AsnConvert.serialize(response));
}

function exact(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
