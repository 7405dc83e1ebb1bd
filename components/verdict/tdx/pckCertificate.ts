import { readCertificate } from "../evidence/certificate";
import { EvidenceError } from "../evidence/reader";
import { byIdentifier, number, octets, parseDer } from "../evidence/der";

/** What Intel certified a platform's attestation key for. Hex is lower case. */
export interface PckIdentity {
  /** Provisioning identity of the platform, 16 bytes. */
  readonly ppid: string;
  /** Family, model and stepping with custom SKU: by it Intel publishes TCB information. */
  readonly fmspc: string;
  readonly pceId: string;
  /** Security versions of the 16 SGX components, and of the provisioning enclave. */
  readonly sgxComponents: readonly number[];
  readonly pceSvn: number;
  /** Standard, or Scalable with or without integrity of memory. */
  readonly sgxType: number;
}

/**
 * Intel's extension and its members: "Intel SGX PCK Certificate and Certificate Revocation List Profile Specification",
 * revision 1.5, section 1.3.5 (SGX extensions).
 */
export const sgxExtension = "1.2.840.113741.1.13.1";
const member = (index: string) => `${sgxExtension}.${index}`;
export const sgxMembers = {
  ppid: member("1"),
  tcb: member("2"),
  component: (index: number) => member(`2.${index}`),
  pceSvn: member("2.17"),
  cpuSvn: member("2.18"),
  pceId: member("3"),
  fmspc: member("4"),
  sgxType: member("5"),
} as const;
export const sgxComponentCount = 16;

/** Reads a platform's identity off its certificate. Who issued it is not looked at. */
export function pckIdentity(certificate: string): PckIdentity {
  const extension = readCertificate(certificate, "PCK certificate", ({ extensions }) =>
    extensions.find(({ type }) => type === sgxExtension),
  )?.value;
  if (!extension) throw new EvidenceError("PCK certificate: it has no SGX extension");
  const what = (name: string) => `PCK certificate's ${name}`;
  const all = byIdentifier(parseDer(new Uint8Array(extension), what("SGX extension")), what("SGX extension"));
  const tcb = byIdentifier(all.get(sgxMembers.tcb), what("TCB"));
  return {
    ppid: octets(all.get(sgxMembers.ppid), 16, what("PPID")),
    fmspc: octets(all.get(sgxMembers.fmspc), 6, what("FMSPC")),
    pceId: octets(all.get(sgxMembers.pceId), 2, what("PCEID")),
    sgxComponents: Array.from({ length: sgxComponentCount }, (_, index) =>
      number(tcb.get(sgxMembers.component(index + 1)), 255, what(`SGX component ${index + 1}`)),
    ),
    pceSvn: number(tcb.get(sgxMembers.pceSvn), 65_535, what("PCESVN")),
    sgxType: number(all.get(sgxMembers.sgxType), 2, what("SGX type")),
  };
}
