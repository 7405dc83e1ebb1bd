import type { CollateralFile, ExamineContext, Expected } from "../../../components/verdict/context";
import type { TdxBody } from "../../../components/verdict/evidence/tdxQuote";
import type { Examination, Finding } from "../../../components/verdict/finding";
import type { TdxCheck } from "../../../components/verdict/tdx/checklist";
import { examineTdx } from "../../../components/verdict/tdx/examineTdx";
import type { PckIdentity } from "../../../components/verdict/tdx/pckCertificate";
import type { TestCertificate } from "../../../tooling/attestation/authority";
import { encodePckExtension } from "../../../tooling/attestation/encodePck";
import type { EnclaveSpec, QuotingEnclave, TdxQuoteFormat } from "../../../tooling/attestation/encodeTdx";
import { encodeTdxQuote, quotingEnclave } from "../../../tooling/attestation/encodeTdx";
import type { IntelAuthorityArgs, IntelSubject } from "../../../tooling/attestation/intelAuthority";
import { IntelAuthority } from "../../../tooling/attestation/intelAuthority";
import type { CollateralContent } from "../../../tooling/attestation/intelCollateral";
import { currentContent, issueCollateral, simulatedPlatform } from "../../../tooling/attestation/intelCollateral";
import { tdxFirmware } from "../../../tooling/attestation/vendors";

export const now = new Date("2026-12-01T12:00:00Z");
const zeros = (bytes: number) => "00".repeat(bytes);

/** A guest as its release wants it. */
export const goodBody: TdxBody = {
  tcb_svn: tdxFirmware.current,
  mr_seam: "5e".repeat(48),
  mrsigner_seam: zeros(48),
  seam_attributes: zeros(8),
  td_attributes: "0000001000000000",
  xfam: "e742060000000000",
  mr_td: "11".repeat(48),
  mr_config_id: `${"c0".repeat(32)}${zeros(16)}`,
  mr_owner: zeros(48),
  mr_owner_config: zeros(48),
  rtmr_0: "00".repeat(48),
  rtmr_1: "22".repeat(48),
  rtmr_2: "33".repeat(48),
  rtmr_3: zeros(48),
  report_data: `${"d0".repeat(48)}${zeros(16)}`,
  tee_tcb_svn2: tdxFirmware.current,
  mr_servicetd: zeros(48),
};

export const goodExpected: Expected = {
  tee: "tdx",
  launch: { tdx: { mrTd: goodBody.mr_td, rtmr1: goodBody.rtmr_1, rtmr2: goodBody.rtmr_2 } },
  boundInitData: goodBody.mr_config_id,
  tcb: { tdx: { xfam: [goodBody.xfam], attributes: [goodBody.td_attributes] } },
  gpu: { model: "B200", count: 8, nvSwitches: 0 },
  gpuClaims: { drivers: ["595.58.03"], vbios: ["97.00.00.00.01"] },
  reportData: { value: goodBody.report_data },
  deviceNonce: { unknown: "not asked here" },
};

/** Everything that one examination needs, SYNTHETIC. A case changes one thing of it. */
export interface Scene {
  readonly authority: IntelAuthority;
  readonly signer: TestCertificate;
  readonly platform: PckIdentity;
  readonly enclave: QuotingEnclave;
  readonly body: TdxBody;
  readonly format: TdxQuoteFormat;
  readonly content: CollateralContent;
}

export async function goodScene(args?: IntelAuthorityArgs): Promise<Scene> {
  const authority = await IntelAuthority.create(args);
  return {
    authority,
    signer: await authority.issueTcbSigner(),
    platform: simulatedPlatform,
    enclave: quotingEnclave(await authority.issuePck(encodePckExtension(simulatedPlatform))),
    body: goodBody,
    format: 4,
    content: currentContent(now),
  };
}

/** The scene with another platform's certificate, or another enclave. */
export async function withPlatform(
  scene: Scene,
  platform: Partial<PckIdentity>,
  subject: Partial<IntelSubject> = {},
  enclave: Partial<EnclaveSpec> = {},
): Promise<Scene> {
  const changed = { ...scene.platform, ...platform };
  const pck = await scene.authority.issuePck(encodePckExtension(changed), subject);
  return { ...scene, platform: changed, enclave: quotingEnclave(pck, enclave) };
}

export function quoteOf({ body, enclave, authority, format }: Scene): Buffer {
  return encodeTdxQuote(body, enclave, authority.root, format);
}

export function collateralOf({ authority, signer, content }: Scene): Promise<CollateralFile[]> {
  return issueCollateral(authority, signer, content);
}

export interface Question {
  readonly quote: Uint8Array;
  readonly context: ExamineContext;
}

export async function questionOf(scene: Scene): Promise<Question> {
  return { quote: quoteOf(scene), context: contextFor(scene.authority.root, await collateralOf(scene)) };
}

export function contextFor(root: string, collateral: readonly CollateralFile[], simulated = true): ExamineContext {
  const none = "";
  return {
    now,
    roots: {
      amd: { milan: none, genoa: none, turin: none },
      intel: root,
      nvidia: none,
      nvidiaManifests: none,
      googleConfidentialSpace: none,
      simulated,
    },
    collateral,
    expected: goodExpected,
  };
}

export function answer({ quote, context }: Question): Examination {
  return examineTdx({ quote }, context);
}

export function findingOf({ findings }: Examination, check: TdxCheck): Finding {
  const found = findings.filter((finding) => finding.check === check);
  if (found.length !== 1) throw new Error(`${check}: ${found.length} findings`);
  return found[0] as Finding;
}

/** What is less than verified, with its grade. */
export function shortcomings({ findings }: Examination): string[] {
  return findings.filter(({ grade }) => grade !== "verified").map(({ check, grade }) => `${check} ${grade}`);
}

/** The files with one of them replaced, or left out. */
export function replaced(
  files: readonly CollateralFile[],
  kind: CollateralFile["kind"],
  change: (bytes: Uint8Array) => Uint8Array | undefined,
): CollateralFile[] {
  return files.flatMap((file) => {
    const bytes = file.kind === kind ? change(file.bytes) : file.bytes;
    return bytes ? [{ ...file, bytes }] : [];
  });
}
