import type { KeyObject } from "node:crypto";
import { sign } from "node:crypto";
import type { AzureContext } from "../../components/verdict/azure/azureContext";
import type { AzureEvidence } from "../../components/verdict/azure/azureEvidence";
import {
  hclHardwareBytes,
  hclHeaderBytes,
  hclReportTypes,
  hclRequestBytes,
  hclSha256,
  runtimeDigest,
} from "../../components/verdict/evidence/hclReport";
import { extendedOnce, registersDigest, tpmSha256 } from "../../components/verdict/evidence/tpmQuote";
import { fieldsOf, now, SnpRig, tcbs } from "./snp/rig";
import { jwkOf, rsaKey } from "./signedTokens";
import type { SigningKey } from "./signedTokens";

/** Confidential machines on Azure, SYNTHETIC: a report of the paravisor, its virtual TPM, and what a reader accepts. */

export const attestationKey = rsaKey();
export const otherKey = rsaKey();
const initDataDigest = "1d".repeat(32);
/** SHA-384 of nonce, key and devices, as the protocol has it: 48 bytes, and zeros up to 64. */
export const question = `${"5e".repeat(48)}${"00".repeat(16)}`;
export const paravisor = "c1".repeat(48);

const hex32 = (index: number) => index.toString(16).padStart(2, "0").repeat(32);
export const registers: readonly string[] = Array.from({ length: 24 }, (_, index) =>
  index === 8 ? extendedOnce(initDataDigest) : index >= 17 && index <= 22 ? "f".repeat(64) : hex32(index),
);

export function runtimeText(changes: Record<string, unknown> = {}, key: SigningKey = attestationKey): string {
  return JSON.stringify({
    keys: [
      { kid: "HCLAkPub", key_ops: ["sign"], ...jwkOf(key) },
      { kid: "HCLEkPub", key_ops: ["encrypt"], ...jwkOf(otherKey) },
    ],
    "vm-configuration": {
      "console-enabled": false,
      "secure-boot": true,
      "tpm-enabled": true,
      "tpm-persisted": true,
      vmUniqueId: "26F8BC30-774E-4290-8E7A-535F3B672AEE",
    },
    "user-data": question.toUpperCase(),
    ...changes,
  });
}

/** The paravisor's report around a hardware report. */
export function encodeHcl(hardware: Uint8Array, runtime: string, tee: "snp" | "tdx" = "snp"): Buffer {
  const data = Buffer.from(runtime);
  const report = Buffer.alloc(2600);
  report.write("HCLA");
  report.writeUInt32LE(2, 4);
  report.writeUInt32LE(hclHeaderBytes + hclHardwareBytes + hclRequestBytes + data.length, 8);
  report.writeUInt32LE(2, 12);
  Buffer.from(hardware).copy(report, hclHeaderBytes);
  const at = hclHeaderBytes + hclHardwareBytes;
  report.writeUInt32LE(hclRequestBytes + data.length, at);
  report.writeUInt32LE(1, at + 4);
  report.writeUInt32LE(hclReportTypes[tee], at + 8);
  report.writeUInt32LE(hclSha256, at + 12);
  report.writeUInt32LE(data.length, at + 16);
  data.copy(report, at + hclRequestBytes);
  return report;
}

export interface QuoteFields {
  /** Hex. */
  readonly extraData: string;
  readonly magic?: number;
  readonly type?: number;
  readonly selection?: readonly { readonly hash: number; readonly bitmap: string }[];
  readonly digest?: string;
}

export const wholeBank = [{ hash: tpmSha256, bitmap: "ffffff" }];

/** TPMS_ATTEST of a quote. */
export function encodeQuote({ extraData, magic = 0xff544347, type = 0x8018, ...fields }: QuoteFields): Buffer {
  const { selection = wholeBank, digest = registersDigest(registers) } = fields;
  const uint = (value: number, length: number) => {
    const bytes = Buffer.alloc(length);
    bytes.writeUIntBE(value, 0, length);
    return bytes;
  };
  const sized = (content: Buffer) => Buffer.concat([uint(content.length, 2), content]);
  return Buffer.concat([
    uint(magic, 4),
    uint(type, 2),
    sized(Buffer.from(`000b${"ab".repeat(32)}`, "hex")),
    sized(Buffer.from(extraData, "hex")),
    Buffer.alloc(16),
    uint(1, 1),
    Buffer.from("2020031200120003", "hex"),
    uint(selection.length, 4),
    ...selection.flatMap(({ hash, bitmap }) => [uint(hash, 2), uint(bitmap.length / 2, 1), Buffer.from(bitmap, "hex")]),
    sized(Buffer.from(digest, "hex")),
  ]);
}

/** What one case changes of a SYNTHETIC machine that is all right. */
export interface AzureCase {
  readonly runtime?: string;
  /** Of the runtime data after the hardware signed its digest. */
  readonly altered?: (runtime: string) => string;
  readonly hcl?: (report: Buffer) => Buffer;
  readonly fields?: Parameters<SnpRig["build"]>[0];
  readonly quote?: Partial<QuoteFields>;
  /** What signs the quote. */
  readonly key?: KeyObject;
  readonly message?: (message: Buffer) => Buffer;
  readonly registers?: readonly string[];
  readonly azure?: Partial<AzureContext["azure"]>;
  readonly context?: (context: AzureContext) => AzureContext;
}

const rigs = SnpRig.create();

export async function azureMachine(changed: AzureCase = {}): Promise<{
  readonly evidence: AzureEvidence;
  readonly context: AzureContext;
}> {
  const rig = await rigs;
  const runtime = changed.runtime ?? runtimeText();
  const { fields, ...rest } = changed.fields ?? {};
  const built = await rig.build({
    product: "genoa",
    ...rest,
    fields: {
      ...fieldsOf("genoa"),
      measurement: paravisor,
      hostData: "00".repeat(32),
      reportData: runtimeDigest({ runtimeData: Buffer.from(runtime) }),
      ...fields,
    },
  });
  const message = encodeQuote({ extraData: question.slice(0, 96), ...changed.quote });
  const hcl = encodeHcl(built.evidence.report, changed.altered?.(runtime) ?? runtime);
  const context: AzureContext = {
    ...built.context,
    expected: { ...built.context.expected, reportData: { value: question } },
    azure: {
      paravisors: ["c0".repeat(48), paravisor],
      tcb: { snp: tcbs.genoa },
      registers: {
        "04": [hex32(4), hex32(0x44)],
        "08": [extendedOnce(initDataDigest)],
        "09": [hex32(9)],
        "11": [hex32(11)],
        "12": [hex32(12)],
      },
      initData: { value: initDataDigest },
      ...changed.azure,
    },
  };
  return {
    evidence: {
      hclReport: changed.hcl?.(hcl) ?? hcl,
      quote: {
        message: changed.message?.(message) ?? message,
        signature: sign("sha256", message, changed.key ?? attestationKey.privateKey),
        registers: changed.registers ?? registers,
      },
      certificates: built.evidence.certificates,
    },
    context: changed.context?.(context) ?? context,
  };
}

export { now };
