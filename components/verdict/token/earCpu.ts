import type { EarContext } from "./earContext";
import type { Expected } from "../context";
import type { RuntimeData } from "../evidence/attestRequest";
import { primaryReportData } from "../evidence/attestRequest";
import type { Finding, VerdictClaimId } from "../finding";
import { appraisalChecks, evidenceOf, examineAppraisal } from "./earAppraisal";
import { Checklist } from "./checklist";
import { at, isObject, shown } from "./strictJson";

const common = {
  ...appraisalChecks({
    genuine: "cpu-genuine",
    executables: "guest-booted-as-released",
    configuration: "guest-not-debuggable",
  }),
  "ear-tee": "cpu-genuine",
  "ear-measurement": "guest-booted-as-released",
  "ear-tcb": "cpu-firmware-current",
  "ear-debug": "guest-not-debuggable",
  "ear-migration": "guest-not-debuggable",
  "ear-init-data": "guest-rules-bound",
  "ear-report-data": "evidence-fresh",
} as const satisfies Record<string, VerdictClaimId>;
type CpuCheck = keyof typeof common;
type CpuList = Checklist<CpuCheck>;

/** What comes with any CPU's evidence (ear_token/broker.rs, transform_claims); what is left names the TEE. */
const commonClaims = ["init_data", "init_data_claims", "report_data", "runtime_data_claims"];

/** What the token says of the CPU, held against the release. */
export function examineEarCpu(submodule: unknown, { expected, trust }: EarContext): readonly Finding[] {
  const list = new Checklist<CpuCheck>(common, "cpu0", trust.signer);
  examineAppraisal(list, submodule, ["hardware", "executables", "configuration"]);
  const evidence = evidenceOf(submodule);
  const tees = isObject(evidence) ? Object.keys(evidence).filter((name) => !commonClaims.includes(name)) : [];
  const isTee = list.decide(
    "ear-tee",
    tees.length === 1 && tees[0] === expected.tee,
    `evidence of ${expected.tee}`,
    `the evidence is of ${tees.map(shown).join(" and ") || "nothing"}; the release runs on ${expected.tee}`,
  );
  if (isTee && expected.tee === "snp") snp(list, at(evidence, "snp"), expected);
  if (isTee && expected.tee === "tdx") tdx(list, at(evidence, "tdx"), expected);
  const initData = at(evidence, "init_data");
  list.decide(
    "ear-init-data",
    initData === expected.boundInitData,
    `init-data ${expected.boundInitData.slice(0, 16)}… is the release's`,
    `init-data is ${shown(initData)}; the release's is ${expected.boundInitData}`,
  );
  reportData(list, evidence, expected);
  return list.all("the token holds no such evidence");
}

function snp(list: CpuList, claims: unknown, { launch, tcb }: Expected): void {
  const measurement = at(claims, "measurement");
  list.decide(
    "ear-measurement",
    launch.snp !== undefined && measurement === launch.snp.measurement,
    `measurement ${String(measurement).slice(0, 16)}… is the release's`,
    `the measurement is ${shown(measurement)}; the release's is ${shown(launch.snp?.measurement)}`,
  );
  const floor = Object.entries(tcb.snp ?? {});
  const old = floor.filter(([part, least]) => {
    const version = at(claims, `reported_tcb_${part}`);
    return typeof version !== "number" || version < least;
  });
  list.decide(
    "ear-tcb",
    floor.length > 0 && old.length === 0,
    `firmware is no older than the release demands (${floor.map(([part, least]) => `${part} ${least}`).join(", ")})`,
    floor.length === 0
      ? "the release names no oldest firmware"
      : `too old: ${old.map(([part, least]) => `${part} ${shown(at(claims, `reported_tcb_${part}`))}, at least ${least} wanted`).join("; ")}`,
  );
  isFalse(list, "ear-debug", "debugging", at(claims, "policy_debug_allowed"));
  isFalse(list, "ear-migration", "a migration agent", at(claims, "policy_migrate_ma"));
}

function tdx(list: CpuList, claims: unknown, { launch, tcb }: Expected): void {
  const body = (name: string) => at(claims, "quote", "body", name);
  const measured = Object.entries({
    mr_td: launch.tdx?.mrTd,
    rtmr_1: launch.tdx?.rtmr1,
    rtmr_2: launch.tdx?.rtmr2,
  });
  const other = measured.filter(([name, wanted]) => wanted === undefined || body(name) !== wanted);
  list.decide(
    "ear-measurement",
    other.length === 0 && at(claims, "quote", "header", "tee_type") === "81000000",
    "MRTD, RTMR1 and RTMR2 are the release's",
    other.length === 0
      ? `the quote's TEE type is ${shown(at(claims, "quote", "header", "tee_type"))}; TDX is 81000000`
      : other.map(([name, wanted]) => `${name} is ${shown(body(name))}; the release's is ${shown(wanted)}`).join("; "),
  );
  const status = at(claims, "tcb_status");
  const collateral = at(claims, "collateral_expiration_status");
  const modules = tcb.tdx?.mrSeam;
  const isModule = modules === undefined || modules.includes(body("mr_seam") as string);
  list.decide(
    "ear-tcb",
    status === "UpToDate" && collateral === "0" && isModule,
    `Intel calls the platform UpToDate, by collateral that had not expired${modules ? ", and the TDX module is accepted" : ""}`,
    `TCB status ${shown(status)}, collateral's expiration status ${shown(collateral)}${isModule ? "" : `, TDX module ${shown(body("mr_seam"))} is none of the release's`}; "UpToDate" and "0" are wanted`,
  );
  isFalse(list, "ear-debug", "debugging", at(claims, "td_attributes", "debug"));
  const attributes = body("td_attributes");
  const xfam = body("xfam");
  list.decide(
    "ear-migration",
    tcb.tdx?.attributes.includes(attributes as string) === true && tcb.tdx.xfam.includes(xfam as string),
    "attributes of the TD and XFAM are among the release's, none of which lets it migrate",
    `attributes ${shown(attributes)} and XFAM ${shown(xfam)} are not among the release's, ${shown(tcb.tdx?.attributes)} and ${shown(tcb.tdx?.xfam)}`,
  );
}

function isFalse(list: CpuList, check: CpuCheck, what: string, value: unknown): void {
  list.decide(check, value === false, `${what} is not allowed`, `${what} is not ruled out: ${shown(value)}`);
}

/**
 * Report data are the digest of nonce, key and devices' evidence. A token of the usual kind leaves the devices' evidence out
 * (`verbose_token = false`), so that nobody can compute the digest from it: then it is the service's word alone.
 */
function reportData(list: CpuList, evidence: unknown, { reportData: known }: Expected): void {
  const found = at(evidence, "report_data");
  const runtime = at(evidence, "runtime_data_claims");
  if (!isObject(runtime)) {
    list.failed("ear-report-data", "the attestation service compared no runtime data with the report data");
    return;
  }
  const additional = runtime["additional-evidence"];
  const wanted =
    "value" in known
      ? known.value
      : typeof additional === "string"
        ? primaryReportData(runtime as unknown as RuntimeData, additional)
        : undefined;
  if (wanted === undefined)
    list.decide(
      "ear-report-data",
      typeof found === "string" && /^[0-9a-f]{128}$/.test(found) && !/^0+$/.test(found),
      "the service says that it compared report data with nonce, key and devices' evidence; the token leaves that evidence out, so the digest is not computed here",
      `report data are ${shown(found)}, which is no digest`,
    );
  else
    list.decide(
      "ear-report-data",
      found === wanted,
      "report data are the digest of nonce, key and devices' evidence, computed here; the devices' reports in a verbose token are not judged here: give them as evidence",
      `report data are ${shown(found)}, and not the digest of nonce, key and devices' evidence, ${wanted}`,
    );
}
