import type { ExamineContext } from "../context";
import { tdAttributeBit } from "../evidence/tdxBody";
import type { TdxBody, TdxQuote } from "../evidence/tdxQuote";
import type { Checklist, TdxCheck } from "./checklist";

/**
 * Bits of a TD's attributes: Intel's "TDX Module Base Architecture Specification", table TD attributes; the same in
 * arch/x86/include/asm/shared/tdx.h of Linux (6.16). Bits 0 to 7 put a TD under test: whoever sets one sees into it.
 */
const attributeBits = { debug: 0, underTest: [1, 2, 3, 4, 5, 6, 7], septVeDisable: 28, migratable: 29 };

const zeros = (hex: string) => /^0*$/.test(hex);

/** What the quote says of the guest, against the release and the reader's question. */
export function examineGuest({ body, bodyKind }: TdxQuote, { expected }: ExamineContext, list: Checklist): void {
  const { launch, tcb } = expected;
  const same = (check: TdxCheck, called: string, found: string, wanted: string | undefined, more = "") =>
    list.compare(
      check,
      found === wanted,
      `${called} is the release's${more}`,
      wanted === undefined
        ? `the release has no ${called}: it is not for TDX`
        : `${called} is ${found}; the release's is ${wanted}`,
    );
  same("tdx-mrtd", "MRTD (firmware)", body.mr_td, launch.tdx?.mrTd);
  same("tdx-rtmr1", "RTMR1 (kernel)", body.rtmr_1, launch.tdx?.rtmr1);
  const rest = "; RTMR0 (memory map, devices) and RTMR3 (what the guest adds itself) are compared with nothing";
  same("tdx-rtmr2", "RTMR2 (kernel's command line)", body.rtmr_2, launch.tdx?.rtmr2, rest);
  examineOwner(body, list);
  examineAttributes(body, tcb.tdx?.attributes, list);
  examineServiceTd(body, bodyKind, list);
  list.compare(
    "tdx-xfam",
    tcb.tdx?.xfam.includes(body.xfam) ?? false,
    `the processor's features (XFAM ${body.xfam}) are among those that the release accepts`,
    `XFAM is ${body.xfam}; the release accepts ${tcb.tdx?.xfam.join(", ") ?? "none"}`,
  );
  same("tdx-mrconfigid", "MRCONFIGID (init-data)", body.mr_config_id, expected.boundInitData);
  const { reportData } = expected;
  if ("unknown" in reportData) list.put("tdx-report-data", "notChecked", reportData.unknown);
  else
    list.compare(
      "tdx-report-data",
      body.report_data === reportData.value,
      "the report data are the digest of the question's nonce, the guest's key and the devices' evidence",
      `the report data are ${body.report_data}; the question's are ${reportData.value}`,
    );
}

/** Fields that the host fills in at launch. A release names none, and Kata sets none. */
function examineOwner({ mr_owner: owner, mr_owner_config: config }: TdxBody, list: Checklist): void {
  if (zeros(owner) && zeros(config))
    list.compare("tdx-owner", true, "MROWNER and MROWNERCONFIG are zero: the host added no identity", "");
  else
    list.put(
      "tdx-owner",
      "notChecked",
      `the host set MROWNER ${owner} and MROWNERCONFIG ${config}, of which the release says nothing`,
    );
}

function examineAttributes(
  { td_attributes: found }: TdxBody,
  accepted: readonly string[] | undefined,
  list: Checklist,
) {
  const isSet = (bit: number) => tdAttributeBit(found, bit);
  const test = attributeBits.underTest.filter(isSet);
  list.compare(
    "tdx-debug",
    !isSet(attributeBits.debug) && test.length === 0,
    "debugging is off, and so is profiling from outside",
    isSet(attributeBits.debug)
      ? `the guest can be debugged: its attributes are ${found}, and the host reads and writes all its memory`
      : `the guest is under test: its attributes are ${found}, bits ${test.join(", ")}`,
  );
  list.compare(
    "tdx-migratable",
    !isSet(attributeBits.migratable),
    "the guest cannot be migrated",
    `the guest can be migrated to another machine: its attributes are ${found}, bit ${attributeBits.migratable}`,
  );
  if (isSet(attributeBits.septVeDisable))
    list.compare("tdx-sept-ve", true, "the host cannot make the guest's own memory raise exceptions in it", "");
  else
    list.put(
      "tdx-sept-ve",
      "notChecked",
      "SEPT_VE_DISABLE is off: the host may make the guest's memory raise exceptions; a kernel can forbid it later (TD_CTLS), which no quote shows",
    );
  list.compare(
    "tdx-attributes",
    accepted?.includes(found) ?? false,
    `its attributes ${found} are among those that the release accepts`,
    `its attributes are ${found}; the release accepts ${accepted?.join(", ") ?? "none"}`,
  );
}

/**
 * A service TD that is bound to a guest reads and writes parts of its state; the one kind that is defined migrates it. The
 * release names none, so that none may be bound. A report of TDX 1.0 does not say; there, that the guest cannot be migrated
 * (tdx-migratable) is what keeps such a TD from its memory: tdh_export_state_immutable.c of Intel's TDX module refuses.
 */
function examineServiceTd(body: TdxBody, bodyKind: TdxQuote["bodyKind"], list: Checklist): void {
  const hashes = [body.mr_servicetd, body.init_servtd_hash, body.cur_servtd_hash].filter((hash) => hash !== undefined);
  const bound = hashes.find((hash) => !zeros(hash));
  list.compare(
    "tdx-service-td",
    bound === undefined,
    bodyKind === "TDX 1.0"
      ? "a report of TDX 1.0 does not name service TDs; without migration (tdx-migratable) none has use of the guest"
      : "no other TD is bound to the guest",
    `a service TD is bound to the guest (hash ${bound}), and the release names none`,
  );
}
