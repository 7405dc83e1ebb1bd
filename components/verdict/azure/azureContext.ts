import type { PinnedRegister } from "../../attestation/nodeAdmission";
import type { ExamineContext, Known } from "../context";
import type { Release } from "../../workload/release";

/**
 * What the reader accepts of a machine on Azure. No release has it: the launch measurement is of Microsoft's paravisor and
 * firmware, so these values were observed on a machine that he trusts (docs/trust.md, "Observing the values").
 */
export interface AzureExpected {
  /** Launch measurements of accepted paravisors: 48 bytes hex, SEV-SNP's or TDX's MRTD. */
  readonly paravisors: readonly string[];
  /** Oldest firmware of the processor, or attributes and XFAM of the TD. */
  readonly tcb: Release["tcb"];
  /** Accepted values of the virtual TPM's registers, 32 bytes hex, by number. */
  readonly registers: Readonly<Partial<Record<PinnedRegister, readonly string[]>>>;
  /** Digest of the init-data, SHA-256 hex, that the guest puts into register 08. Unknown where it has none: a node. */
  readonly initData: Known<string>;
  /** Whether a serial console may be on: whoever runs the machine then reads what is written there. Default: no. */
  readonly consoleAllowed?: boolean;
}

export interface AzureContext extends ExamineContext {
  readonly azure: AzureExpected;
}
