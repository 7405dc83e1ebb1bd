import { pinnedRegisters, requiredRegisters } from "../../attestation/nodeAdmission";
import type { PinnedRegister } from "../../attestation/nodeAdmission";
import type { AzureContext } from "./azureContext";
import type { AzureEvidence } from "./azureEvidence";
import { EvidenceError } from "../evidence/reader";
import type { HclReport } from "../evidence/hclReport";
import { parseHclReport } from "../evidence/hclReport";
import type { TpmQuote } from "../evidence/tpmQuote";
import { extendedOnce, isWholeBank, parseTpmQuote, registersDigest, tpmSignatureHolds } from "../evidence/tpmQuote";
import type { Examination, VerdictClaimId } from "../finding";
import { Checklist } from "../token/checklist";
import { shown } from "../token/strictJson";
import { examineHardware } from "./hardware";
import type { RuntimeData } from "./runtimeData";
import { parseRuntimeData } from "./runtimeData";

type RegisterCheck = `azure-register-${PinnedRegister}`;
const booted = "guest-booted-as-released";

const checks = {
  "azure-hcl-report": "cpu-genuine",
  "azure-tee": booted,
  "azure-attestation-key": "cpu-genuine",
  "azure-quote": booted,
  "azure-quote-signature": booted,
  "azure-quote-selection": booted,
  "azure-quote-digest": booted,
  "azure-quote-nonce": "evidence-fresh",
  "azure-user-data": "evidence-fresh",
  "azure-tpm": booted,
  "azure-secure-boot": booted,
  "azure-init-data": "guest-rules-bound",
  "azure-console": "host-kept-out",
  "azure-paravisor": "host-kept-out",
} as const satisfies Record<string, VerdictClaimId>;
type AzureCheck = keyof typeof checks | RegisterCheck;

const registerCount = 24;

/**
 * Examines evidence of a confidential machine on Azure: an AMD or Intel report of Microsoft's paravisor, and a quote of the
 * virtual TPM that this paravisor keeps. The hardware's part is `verified` as anybody else's. The paravisor runs above the
 * guest, sees all of it, and is Microsoft's: whatever comes by way of it, the nonce, what booted, init-data, is `asserted`
 * by Microsoft, and counts for that only where the hardware vouches for the paravisor.
 */
export function examineAzure(evidence: AzureEvidence, context: AzureContext): Examination {
  const asked = pinnedRegisters.filter(
    (register) => register in context.azure.registers || (requiredRegisters as readonly string[]).includes(register),
  );
  const own = Object.fromEntries([...asked].sort().map((register) => [`azure-register-${register}`, booted]));
  const list = new Checklist<AzureCheck>({ ...checks, ...own }, "cpu0", "Microsoft");
  const parsed = parse(list, evidence);
  if (!parsed.report) return { findings: list.all("the paravisor's report cannot be read"), collateral: [] };
  const { tee } = context.expected;
  if (parsed.report.tee === tee) list.verified("azure-tee", `the release is for ${tee}, and so is the evidence`);
  else list.failed("azure-tee", `the release is for ${tee}, and the evidence is of ${parsed.report.tee}`);
  const hardware = examineHardware(parsed.report, evidence, context);
  if (parsed.runtime) {
    const said = new Said(list, hardware.doubt);
    examineConfiguration(said, parsed.runtime, context);
    examineQuote(said, evidence, parsed.runtime, context);
    examineFreshness(said, parsed.runtime, context);
  }
  return {
    findings: [...hardware.findings, ...list.all("what it rests on does not hold, see the checks that failed")],
    collateral: hardware.collateral,
  };
}

function parse(
  list: Checklist<AzureCheck>,
  { hclReport }: AzureEvidence,
): { readonly report?: HclReport; readonly runtime?: RuntimeData } {
  const report = attempt(list, "azure-hcl-report", "a report of Microsoft's paravisor", () =>
    parseHclReport(hclReport),
  );
  if (!report) return {};
  const runtime = attempt(list, "azure-attestation-key", "its runtime data name one key of the virtual TPM", () =>
    parseRuntimeData(report.runtimeData),
  );
  return { report, ...(runtime && { runtime }) };
}

function attempt<T>(list: Checklist<AzureCheck>, check: AzureCheck, good: string, parse_: () => T): T | undefined {
  try {
    const value = parse_();
    list.verified(check, good);
    return value;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    list.failed(check, error.message);
    return undefined;
  }
}

/** What the paravisor says: Microsoft's word while the hardware vouches for it, and nobody's otherwise. */
class Said {
  constructor(
    readonly list: Checklist<AzureCheck>,
    private readonly doubt: string | undefined,
  ) {}

  decide(check: AzureCheck, holds: boolean, good: string, bad: string): boolean {
    if (!holds || this.doubt === undefined) return this.list.decide(check, holds, good, bad);
    this.list.notChecked(check, `${good}; but ${this.doubt}`);
    return true;
  }
}

function examineConfiguration(said: Said, { configuration }: RuntimeData, { azure }: AzureContext): void {
  const { secureBoot, console: serial, tpm } = configuration;
  said.decide("azure-tpm", tpm === true, "the machine has its virtual TPM", `tpm-enabled is ${shown(tpm)}, not true`);
  said.decide(
    "azure-secure-boot",
    secureBoot === true,
    "secure boot is on",
    `secure-boot is ${shown(secureBoot)}, not true`,
  );
  const closed = serial === false;
  said.decide(
    "azure-console",
    closed || azure.consoleAllowed === true,
    closed
      ? "there is no serial console"
      : "a serial console is on, which the reader allows: what is written there, and a login if there is one, are whoever runs the machine's",
    `console-enabled is ${shown(serial)}: whoever runs the machine reads its serial console; the reader did not allow it`,
  );
  said.decide(
    "azure-paravisor",
    true,
    "Microsoft's paravisor runs above the guest (VMPL 0, or L1 of the TD) and sees all of it: that it lets nobody else, Microsoft says",
    "",
  );
}

function examineQuote(
  said: Said,
  { quote }: AzureEvidence,
  { attestationKey }: RuntimeData,
  context: AzureContext,
): void {
  const parsed = attempt(said.list, "azure-quote", "a quote of a TPM", () => parseTpmQuote(quote.message));
  if (!parsed) return;
  const signed = said.decide(
    "azure-quote-signature",
    tpmSignatureHolds(quote.message, quote.signature, attestationKey),
    "the virtual TPM's attestation key signed it",
    "the key in the runtime data (HCLAkPub) did not sign it",
  );
  if (!signed) return;
  examineNonce(said, parsed, context);
  // Trustee v0.21.0 leaves this out: whoever has root can have other registers quoted under these names.
  const whole = said.decide(
    "azure-quote-selection",
    isWholeBank(parsed, registerCount) && quote.registers.length === registerCount,
    "it is of all 24 registers of the SHA-256 bank, each in its place",
    `it is of ${shown(parsed.selection.map(({ hash, registers }) => `0x${hash.toString(16)}: ${registers.join()}`))}, with ${quote.registers.length} values; all 24 registers of the SHA-256 bank are wanted`,
  );
  const values = quote.registers.every((value) => /^[0-9a-f]{64}$/.test(value)) ? quote.registers : [];
  const equal = said.decide(
    "azure-quote-digest",
    values.length > 0 && registersDigest(values) === parsed.digest,
    "the registers' values are those that it is of",
    "the registers' values are not those that it is of",
  );
  if (whole && equal) examineRegisters(said, values, context);
}

function examineNonce(said: Said, { extraData }: TpmQuote, { expected: { reportData } }: AzureContext): void {
  if ("unknown" in reportData) said.list.notChecked("azure-quote-nonce", reportData.unknown);
  else
    said.decide(
      "azure-quote-nonce",
      isReportData(extraData, reportData.value),
      "the quote was made for this question, and binds the guest's key and devices",
      `the quote was made for ${extraData || "no question"}, and not for ${reportData.value}`,
    );
}

/** Attesters hand over what they are given as it is, a SHA-384's 48 bytes, where hardware has 64 with zeros at the end. */
function isReportData(found: string, wanted: string): boolean {
  return found !== "" && filled(found) === filled(wanted);
}

function filled(hex: string): string {
  return hex.padEnd(128, "0");
}

function examineRegisters(said: Said, values: readonly string[], { azure }: AzureContext): void {
  for (const register of pinnedRegisters) {
    const accepted = azure.registers[register];
    const value = values[Number(register)] ?? "";
    const check: RegisterCheck = `azure-register-${register}`;
    if (accepted)
      said.decide(
        check,
        accepted.includes(value),
        `register ${register} is ${value}, which is accepted`,
        `register ${register} is ${value}; accepted are ${accepted.join(", ") || "none"}`,
      );
    else if ((requiredRegisters as readonly string[]).includes(register))
      said.list.notChecked(check, `no accepted values of register ${register} were named; it is ${value}`);
  }
  const { initData } = azure;
  const wanted = "value" in initData ? extendedOnce(initData.value) : undefined;
  if (wanted === undefined) said.list.notChecked("azure-init-data", "unknown" in initData ? initData.unknown : "");
  else
    said.decide(
      "azure-init-data",
      values[8] === wanted,
      "register 08 holds the digest of the release's init-data, and nothing else",
      `register 08 is ${values[8]}; with the release's init-data in it, it is ${wanted}`,
    );
}

/** The report itself can be older than the quote: the paravisor makes a new one only for new user data. */
function examineFreshness(said: Said, { userData }: RuntimeData, { expected: { reportData } }: AzureContext): void {
  if ("unknown" in reportData) said.list.notChecked("azure-user-data", reportData.unknown);
  else if (userData === undefined || /^0+$/.test(userData))
    said.list.notChecked(
      "azure-user-data",
      "the hardware's report was made for no question (evidence of version 1): it may be from the machine's start, or from a host that it has left since; the quote's nonce is all that is fresh",
    );
  else
    said.decide(
      "azure-user-data",
      userData === filled(reportData.value),
      "the hardware's report was made for this question: its user data say so",
      `the hardware's report was made for the user data ${userData}, and not for ${reportData.value}`,
    );
}
