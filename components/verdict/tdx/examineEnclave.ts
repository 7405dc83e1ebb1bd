import type { ExamineContext } from "../context";
import { intelTdQuotingEnclave } from "../roots/intel";
import type { Checklist } from "./checklist";
import type { Opened, Unopened } from "./collateral";
import { day } from "../day";
import type { QeIdentity } from "./documents";
import type { EnclaveReport } from "./enclaveReport";
import { enclaveStanding, standingText, upToDate } from "./tcbLevel";

/**
 * Whether the quoting enclave is Intel's. A platform's key vouches for any enclave that its host lets have the
 * provisioning key, so that without this check a host could write quotes of its own.
 */
export function examineEnclave(
  enclave: EnclaveReport,
  identity: Opened<QeIdentity> | Unopened,
  { roots }: ExamineContext,
  list: Checklist,
): void {
  if (!("grade" in identity)) examineIdentity(enclave, identity, list);
  else {
    list.put("tdx-qe-version", identity.grade, identity.says);
    if (identity.grade === "failed") list.put("tdx-qe-identity", "failed", identity.says);
    else if (roots.simulated) list.put("tdx-qe-identity", "notChecked", identity.says);
    else examinePinned(enclave, list);
  }
}

function examineIdentity(
  enclave: EnclaveReport,
  { content, current, dated }: Opened<QeIdentity>,
  list: Checklist,
): void {
  const problem = identityProblem(enclave, content);
  list.decide(
    "tdx-qe-identity",
    problem === undefined,
    `the quoting enclave is Intel's, by its identity ${dated}`,
    `the quoting enclave is not Intel's: ${problem}`,
  );
  const standing = enclaveStanding(content.tcbLevels, enclave.isvSvn);
  const version = `the quoting enclave's version ${enclave.isvSvn}`;
  if (standing.status !== upToDate)
    list.put("tdx-qe-version", "failed", `Intel calls ${version} ${standingText(standing)} (${dated})`);
  else if (current) list.put("tdx-qe-version", "verified", `Intel calls ${version} ${standingText(standing)}`);
  else
    list.put(
      "tdx-qe-version",
      "notChecked",
      `Intel called ${version} ${standingText(standing)} by an identity ${dated}, which ended on ${day(content.nextUpdate)}`,
    );
}

/** DEBUG of an enclave's attributes (sgx_attributes.h of Intel's SGX SDK): its host reads and writes its memory. */
const debugBit = 0x02;

/** Without a current document: the signer and product that all of Intel's documents so far have named, closed to its host. */
function examinePinned({ mrSigner, isvProdId, attributes }: EnclaveReport, list: Checklist): void {
  const { mrSigner: signer, isvProdId: product } = intelTdQuotingEnclave;
  const open = (Buffer.from(attributes, "hex").readUInt8(0) & debugBit) !== 0;
  list.decide(
    "tdx-qe-identity",
    mrSigner === signer && isvProdId === product && !open,
    `the quoting enclave was signed by the key that is pinned here for Intel's, as product ${product}, and cannot be debugged`,
    open
      ? `the quoting enclave can be debugged: its attributes are ${attributes}, and its host reads the key that signs quotes`
      : `the quoting enclave is not Intel's: signer ${mrSigner}, product ${isvProdId}; Intel's is ${signer}, product ${product}`,
  );
}

function identityProblem(
  { mrSigner, isvProdId, miscSelect, attributes }: EnclaveReport,
  identity: QeIdentity,
): string | undefined {
  if (mrSigner !== identity.mrsigner) return `signer ${mrSigner}; Intel's is ${identity.mrsigner}`;
  if (isvProdId !== identity.isvprodid) return `product ${isvProdId}; Intel's is ${identity.isvprodid}`;
  if (masked(miscSelect, identity.miscselectMask) !== identity.miscselect)
    return `MISCSELECT ${miscSelect}; Intel's is ${identity.miscselect}, mask ${identity.miscselectMask}`;
  if (masked(attributes, identity.attributesMask) !== identity.attributes)
    return `attributes ${attributes}; Intel's are ${identity.attributes}, mask ${identity.attributesMask}`;
  return undefined;
}

/** Byte by byte: report and document write these fields in the same order. */
function masked(hex: string, mask: string): string {
  const bits = Buffer.from(mask, "hex");
  return Buffer.from(Buffer.from(hex, "hex").map((byte, index) => byte & (bits[index] ?? 0))).toString("hex");
}
