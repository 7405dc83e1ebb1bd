import type { KeyObject } from "node:crypto";
import { createHash, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { TdxBody, TdxBodyKind } from "../../components/verdict/evidence/tdxBody";
import { tdxBodyFields, tdxBodyKinds } from "../../components/verdict/evidence/tdxBody";
import type { TestCertificate } from "./authority";

/** A SIMULATED quoting enclave: its attestation key, and the report by which the platform's key vouches for it. */
export interface QuotingEnclave {
  readonly key: KeyObject;
  readonly point: Buffer;
  readonly report: Buffer;
  readonly reportSignature: Buffer;
  readonly pck: TestCertificate;
}

const authenticationData = Buffer.from("SIMULATED quoting enclave".padEnd(32, "."));

/** What the enclave's own report says of it. Default: the SIMULATED Intel's. */
export interface EnclaveSpec {
  readonly mrSigner: string;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly attributes: string;
}

export const simulatedEnclave: EnclaveSpec = {
  mrSigner: createHash("sha256").update("SIMULATED signer of quoting enclaves").digest("hex"),
  isvProdId: 2,
  isvSvn: 4,
  // INIT, MODE64BIT and PROVISION_KEY, as Intel's has them.
  attributes: "1500000000000000e700000000000000",
};

export function quotingEnclave(pck: TestCertificate, spec: Partial<EnclaveSpec> = {}): QuotingEnclave {
  const { mrSigner, isvProdId, isvSvn, attributes } = { ...simulatedEnclave, ...spec };
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const { x = "", y = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const point = Buffer.concat([x, y].map((half) => Buffer.from(half, "base64url")));
  const report = Buffer.alloc(384);
  hex(attributes).copy(report, 48);
  hex(mrSigner).copy(report, 128);
  report.writeUInt16LE(isvProdId, 256);
  report.writeUInt16LE(isvSvn, 258);
  createHash("sha256").update(point).update(authenticationData).digest().copy(report, 320);
  return { key: privateKey, point, report, reportSignature: signed(report, pck.privateKey), pck };
}

/** Version 4, or version 5 with the kind of its body. */
export type TdxQuoteFormat = 4 | TdxBodyKind;

/** A quote with a PCK chain, signed by a test key. Fields that the body has not are zero. */
export function encodeTdxQuote(
  body: TdxBody,
  enclave: QuotingEnclave,
  root: string,
  format: TdxQuoteFormat = 4,
): Buffer {
  const kind = format === 4 ? "TDX 1.0" : format;
  const header = Buffer.concat([
    hex(format === 4 ? "0400" : "0500"),
    hex("0200"),
    hex("81000000"),
    Buffer.alloc(4),
    // Vendor of the quoting enclave: Intel.
    hex("939a7233f79c4ca9940a0db3957f0607"),
    Buffer.alloc(20),
    ...(format === 4 ? [] : [uint16(tdxBodyKinds[kind].type), uint32(tdxBodyKinds[kind].bytes)]),
  ]);
  const content = Buffer.concat([
    header,
    ...tdxBodyFields[kind].map(([name, length]) => hex(body[name] ?? "00".repeat(length))),
  ]);
  const chain = Buffer.from([...enclave.pck.chain, root].map((pem) => `${pem.trim()}\n`).join("") + "\0", "latin1");
  const certification = Buffer.concat([
    enclave.report,
    enclave.reportSignature,
    uint16(authenticationData.length),
    authenticationData,
    uint16(5),
    uint32(chain.length),
    chain,
  ]);
  const data = Buffer.concat([
    signed(content, enclave.key),
    enclave.point,
    uint16(6),
    uint32(certification.length),
    certification,
  ]);
  return Buffer.concat([content, uint32(data.length), data]);
}

function signed(content: Buffer, key: KeyObject): Buffer {
  return sign("sha256", content, { key, dsaEncoding: "ieee-p1363" });
}

function hex(value: string): Buffer {
  return Buffer.from(value, "hex");
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
