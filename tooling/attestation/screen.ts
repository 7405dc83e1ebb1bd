import { enforcedClaims } from "../../components/verdict/claims";
import type { KeyAuthorityStatement } from "../../components/verdict/keyAuthority";
import type { Release } from "../../components/workload/release";
import type { AttackResult } from "./attacks";
import type { PlayedStep, PlayResult } from "./play";
import type { ReleaseRehearsal } from "./rehearse";
import { isSound } from "./rehearse";
import type { StepName } from "./refusal";
import { steps } from "./refusal";

const titles: Readonly<Record<StepName, string>> = {
  auth: "challenge",
  keys: "guest's key",
  evidence: "evidence",
  verification: "verification",
  appraisal: "appraisal",
  token: "token",
  policy: "resource policy",
  key: "answer",
};

const indent = "     ";

/** Said before anything else. */
export const attestNotice =
  "Real: layouts of evidence, checks of chains and signatures, the key broker's policies and values, OPA, token, JWE.\n" +
  "Simulated: processors, GPUs, their vendors' roots, the attestation service and the key broker, the resource.";

export function releaseLine({ name, tee, gpu, resources }: Release): string {
  const switches = gpu.nvSwitches > 0 ? `, ${gpu.nvSwitches} NVSwitches` : "";
  return `\n${name}: ${tee === "snp" ? "SEV-SNP" : "TDX"}, ${gpu.count} × ${gpu.model}${switches}, asks for ${resources[0]}`;
}

export function stepLine({ step, text }: PlayedStep): string {
  return `  ${steps.indexOf(step) + 1}  ${titles[step].padEnd(16)} ${text}`;
}

export function resultLine({ refusal }: PlayResult): string {
  if (!refusal) return "  ✔  the guest has its resource";
  return `  ✗  refused at ${titles[refusal.step]}: ${refusal.reason}`;
}

/** What an attack came to, on two lines or three. */
export function attackLines({ attack, what, outcome, step, reason, appraisal }: AttackResult): string {
  const head = {
    refused: `  ✔  ${attack}: ${what}`,
    elsewhere: `  ✗  ${attack}: ${what} – REFUSED BY ANOTHER CHECK THAN THE ONE MEANT AGAINST IT`,
    succeeded: `  ✗  ${attack}: ${what} – SUCCEEDED`,
    notPlayed: `  –  ${attack}: not played, ${reason}`,
  }[outcome];
  if (outcome === "notPlayed") return head;
  const lines = [head, ...(appraisal ? [`${indent}appraisal: ${appraisal}`] : [])];
  if (step) lines.push(`${indent}refused at ${titles[step]}: ${reason}`);
  return lines.join("\n");
}

/** Who decides about keys, and how well founded that is (docs/isolation.md). */
export function keyAuthorityLine({ who, grade, because }: KeyAuthorityStatement): string {
  return `Key authority ${who}, ${grade}: ${because}.`;
}

/** The last line: how many guests got what is theirs, and how many attacks got nothing. */
export function summary(results: readonly ReleaseRehearsal[]): string {
  const served = results.filter(({ good }) => !good.refusal).length;
  const played = results.flatMap(({ attacks }) => attacks).filter(({ outcome }) => outcome !== "notPlayed");
  const refused = played.filter(({ outcome }) => outcome === "refused").length;
  const attacks = played.length > 0 ? `, ${refused} of ${played.length} attacks refused where they have to be` : "";
  const verdict = results.every(isSound) ? "" : " – NOT AS IT HAS TO BE";
  return `${served} of ${results.length} guests got their own resource${attacks}${verdict}.`;
}

/** What a guest with its resource has shown, claim by claim. */
export function claimLines(tees: readonly Release["tee"][]): string {
  const kinds = [
    "token",
    "GPU",
    ...(tees.includes("snp") ? ["SNP" as const] : []),
    ...(tees.includes("tdx") ? ["TDX" as const] : []),
  ] as const;
  const lines = enforcedClaims(kinds).map(({ says, paths }) => `  ${says}\n${indent}${paths.join(", ")}`);
  return ["A guest that gets its resource has shown (docs/claims.md):", ...lines].join("\n");
}
