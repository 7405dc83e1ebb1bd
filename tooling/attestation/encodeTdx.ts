import type { KeyObject } from "node:crypto";
import { createHash, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { TdxBody } from "../../components/verdict/evidence/tdxQuote";
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

export function quotingEnclave(pck: TestCertificate): QuotingEnclave {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const { x = "", y = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const point = Buffer.concat([x, y].map((half) => Buffer.from(half, "base64url")));
  const report = Buffer.alloc(384);
  createHash("sha256").update(point).update(authenticationData).digest().copy(report, 320);
  return { key: privateKey, point, report, reportSignature: signed(report, pck.privateKey), pck };
}

/** A quote, version 4, with a PCK chain, signed by a test key. */
export function encodeTdxQuote(body: TdxBody, enclave: QuotingEnclave, root: string): Buffer {
  const header = Buffer.concat([
    hex("0400"),
    hex("0200"),
    hex("81000000"),
    Buffer.alloc(4),
    // Vendor of the quoting enclave: Intel.
    hex("939a7233f79c4ca9940a0db3957f0607"),
    Buffer.alloc(20),
  ]);
  const content = Buffer.concat([
    header,
    ...[body.tcb_svn, body.mr_seam, body.mrsigner_seam, body.seam_attributes, body.td_attributes, body.xfam].map(hex),
    ...[body.mr_td, body.mr_config_id, body.mr_owner, body.mr_owner_config].map(hex),
    ...[body.rtmr_0, body.rtmr_1, body.rtmr_2, body.rtmr_3, body.report_data].map(hex),
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
