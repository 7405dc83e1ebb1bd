import { z } from "zod";
import type { AttestRequest, DeviceEvidence, PrimaryEvidence } from "../../components/verdict/evidence/attestRequest";
import { EvidenceError } from "../../components/verdict/evidence/reader";
import type { GuestEvidence } from "../../components/verdict/question";
import { agentCertificates, agentCertificateSchema, agentReportBytes, agentReportSchema } from "./agentReport";

/** Largest document that is read: twelve devices' evidence takes a quarter of it. */
export const mostDocumentBytes = 2 * 1024 * 1024;
const mostDevices = 64;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, "base64");
/** Compact JWS; what it says is looked at by whoever verifies it. */
const token = z
  .string()
  .max(1024 * 1024)
  .regex(/^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/, "a token: three parts of base64url with dots between");

const snpEvidence = z.strictObject({
  attestation_report: z.union([base64.max(4096), agentReportSchema]),
  cert_chain: z
    .union([z.array(z.string().max(16_384)).max(8), z.array(agentCertificateSchema).max(16)])
    .nullish()
    .transform((chain) => chain ?? []),
});

const tdxEvidence = z.strictObject({
  quote: base64.max(64 * 1024),
  /** The event log only explains RTMRs, whose values are compared as they are. */
  cc_eventlog: z.string().nullish(),
});

const deviceSchema = z.object({
  arch: z.enum(["HOPPER", "BLACKWELL", "LS10"]),
  // The attester fills it in where NVIDIA's SDK gives none; devices are told apart by their certificates.
  uuid: z.string().max(200).default("unknown"),
  evidence: z.string().max(256 * 1024),
  certificate: z.string().max(256 * 1024),
}) satisfies z.ZodType<DeviceEvidence>;

const devicesSchema = z.object({
  nvidia: z.object({ device_evidence_list: z.array(deviceSchema).max(mostDevices) }).optional(),
});

/** What evidence is bound to. */
export const runtimeSchema = z.strictObject({
  nonce: z.string().min(1).max(200),
  "tee-pubkey": z.record(z.string().max(40), z.union([z.string().max(4096), z.array(z.string().max(4096)).max(8)])),
});

const documentSchema = z.strictObject({
  tee: z.enum(["snp", "tdx"]),
  "init-data": z.strictObject({ format: z.literal("toml"), body: z.string() }).optional(),
  "runtime-data": runtimeSchema,
  "tee-evidence": z.strictObject({
    primary_evidence: z.union([snpEvidence, tdxEvidence]),
    additional_evidence: z.string(),
  }),
  /** What NVIDIA's attestation service answered about the devices, JSON: a token of tokens. */
  nrasToken: z
    .string()
    .max(1024 * 1024)
    .optional(),
  /** Token of the model owner's attestation service about the guest. */
  token: token.optional(),
});

export interface EvidenceDocument {
  readonly evidence: GuestEvidence;
  readonly token?: string;
}

/**
 * Reads what a guest answers a question with: the message that a key broker is sent (`AttestRequest`), and which TEE it is
 * of. EvidenceError for anything else. Nothing of it is believed yet.
 */
export function parseEvidenceDocument(text: string): EvidenceDocument {
  if (text.length > mostDocumentBytes)
    throw new EvidenceError(`evidence document: longer than ${mostDocumentBytes} bytes`);
  const document = checked(documentSchema, parseJson(text, "evidence document"), "evidence document");
  const { tee, nrasToken, token: ear, "init-data": initData } = document;
  const { primary_evidence: primary, additional_evidence: additional } = document["tee-evidence"];
  if ("quote" in primary !== (tee === "tdx"))
    throw new EvidenceError(`evidence document: its TEE is ${tee}, and its evidence is of another`);
  checkDevices(additional);
  const request: AttestRequest = {
    ...(initData && { "init-data": initData }),
    "runtime-data": document["runtime-data"],
    "tee-evidence": { primary_evidence: primaryOf(primary), additional_evidence: additional },
  };
  return { evidence: { tee, request, ...(nrasToken !== undefined && { nrasToken }) }, ...(ear && { token: ear }) };
}

function primaryOf(primary: z.infer<typeof snpEvidence> | z.infer<typeof tdxEvidence>): PrimaryEvidence {
  if ("quote" in primary) return { quote: primary.quote };
  const { attestation_report: report, cert_chain: chain } = primary;
  return {
    attestation_report: typeof report === "string" ? report : agentReportBytes(report).toString("base64"),
    cert_chain: isTable(chain) ? agentCertificates(chain) : chain,
  };
}

function isTable(chain: readonly unknown[]): chain is z.infer<typeof agentCertificateSchema>[] {
  return typeof chain[0] === "object";
}

/** The devices' evidence has its form; it stays the text that digests are over. */
export function checkDevices(additional: string): void {
  if (additional !== "") checked(devicesSchema, parseJson(additional, "additional evidence"), "additional evidence");
}

export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EvidenceError(`${what}: not JSON`);
  }
}

/** The first thing that is wrong, by its path; what was found is not repeated, since the other side wrote it. */
export function checked<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join(".") || "the whole";
  const says = issue?.code === "unrecognized_keys" ? "has a field that is not known" : (issue?.message ?? "");
  throw new EvidenceError(`${what}: ${path}: ${says}`);
}
