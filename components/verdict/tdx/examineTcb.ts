import type { ExamineContext } from "../context";
import type { TdxBody } from "../evidence/tdxQuote";
import type { Checklist } from "./checklist";
import type { Opened, Unopened } from "./collateral";
import { day } from "../day";
import type { TcbInfo } from "./documents";
import type { PckIdentity } from "./pckCertificate";
import { moduleIdentity, platformStanding, standingText, upToDate } from "./tcbLevel";

const zeros = (hex: string) => /^0*$/.test(hex);

export interface TcbArgs {
  readonly body: TdxBody;
  readonly identity: PckIdentity;
  readonly info: Opened<TcbInfo> | Unopened;
}

/** Where Intel's TCB information puts this platform. Anything but UpToDate fails, as the key broker would have it. */
export function examineTcb(args: TcbArgs, { expected }: ExamineContext, list: Checklist): void {
  const { body, identity, info } = args;
  if ("grade" in info) {
    list.put("tdx-tcb-info", info.grade, info.says);
    list.put("tdx-tcb-status", "notChecked", "no TCB information says how this platform stands");
  } else if (info.content.pceId !== identity.pceId) {
    list.put(
      "tdx-tcb-info",
      "failed",
      `the TCB information is of PCEID ${info.content.pceId}; the platform's is ${identity.pceId}`,
    );
    list.put("tdx-tcb-status", "notChecked", "the TCB information is of another platform");
  } else examineStanding(body, identity, info, list);
  examineMrSeam(body, expected.tcb.tdx?.mrSeam, list);
}

function examineStanding(
  { tcb_svn: launched, tee_tcb_svn2: running }: TdxBody,
  identity: PckIdentity,
  { content, current, dated }: Opened<TcbInfo>,
  list: Checklist,
): void {
  list.put(
    "tdx-tcb-info",
    current ? "verified" : "notChecked",
    current
      ? `Intel's TCB information of FMSPC ${content.fmspc}, ${dated}`
      : `Intel's TCB information ${dated}, ended on ${day(content.nextUpdate)}: fetch a newer one`,
  );
  const standing = platformStanding(content, identity, launched);
  const now = running === undefined ? standing : platformStanding(content, identity, running);
  if (standing.status !== upToDate || now.status !== upToDate) {
    const hint = now.status === upToDate ? "; the platform was updated since this guest started, so start it anew" : "";
    const worst = standing.status === upToDate ? now : standing;
    list.put("tdx-tcb-status", "failed", `Intel calls the platform ${standingText(worst)} (${dated})${hint}`);
  } else if (current) list.put("tdx-tcb-status", "verified", `Intel calls the platform ${standingText(standing)}`);
  else
    list.put(
      "tdx-tcb-status",
      "notChecked",
      `Intel called the platform ${standingText(standing)} by information ${dated}, which has ended`,
    );
}

/** The TDX module: the release's list, or any that Intel calls up to date. */
function examineMrSeam({ mr_seam: found }: TdxBody, accepted: readonly string[] | undefined, list: Checklist): void {
  if (accepted)
    list.compare(
      "tdx-mr-seam",
      accepted.includes(found),
      "the TDX module (MRSEAM) is one that the release accepts",
      `the TDX module (MRSEAM) is ${found}, and the release accepts ${accepted.join(", ")}`,
    );
  else {
    const status = list.gradeOf("tdx-tcb-status");
    list.compare(
      "tdx-mr-seam",
      status !== "failed",
      `the release accepts each TDX module that Intel calls up to date; this is ${found.slice(0, 16)}…`,
      `the release accepts TDX modules that Intel calls up to date, and tdx-tcb-status says that this one is not`,
      status === "verified" ? undefined : "tdx-tcb-status",
    );
  }
}

/** Whose TDX module it is. Intel's own have no signer and no attributes (sgx_quote_4.h: "0'ed for Intel SEAM module"). */
export function examineModule(body: TdxBody, info: Opened<TcbInfo> | Unopened | undefined, list: Checklist): void {
  const { mrsigner_seam: signer, seam_attributes: attributes, tcb_svn: svn } = body;
  const found = `signer ${signer.slice(0, 16)}…, attributes ${attributes}`;
  if (!zeros(signer) || !zeros(attributes)) {
    list.put("tdx-module", "failed", `the TDX module is not Intel's own: ${found}; both are zero in Intel's`);
    return;
  }
  if (info && !("grade" in info)) {
    const line = Number.parseInt(svn.slice(2, 4), 16);
    const identity = line > 0 ? moduleIdentity(info.content, svn) : info.content.tdxModule;
    if (!identity || !zeros(identity.mrsigner) || !zeros(identity.attributes)) {
      list.put("tdx-module", "failed", `Intel's TCB information knows no TDX module of line ${line} with ${found}`);
      return;
    }
  }
  list.compare("tdx-module", true, "the TDX module is Intel's own: neither another signer nor attributes", "");
}
