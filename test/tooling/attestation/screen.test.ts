import { expect, it } from "vitest";
import type { AttackResult } from "../../../tooling/attestation/attacks";
import { attacks } from "../../../tooling/attestation/attacks";
import type { ReleaseRehearsal } from "../../../tooling/attestation/rehearse";
import { attackNamed, isSound } from "../../../tooling/attestation/rehearse";
import {
  attackLines,
  claimLines,
  keyAuthorityLine,
  releaseLine,
  resultLine,
  stepLine,
  summary,
} from "../../../tooling/attestation/screen";
import { trusteeKeyAuthority } from "../../../components/verdict/keyAuthority";
import { boardRelease } from "./support";

const attack = (outcome: AttackResult["outcome"]): AttackResult => ({
  attack: "relay",
  what: "a stranger puts its own key beside a genuine guest's evidence",
  outcome,
  reason: "report data differs",
  ...(outcome !== "notPlayed" && outcome !== "succeeded" && { step: "verification" as const }),
});

const rehearsal = (...outcomes: AttackResult["outcome"][]): ReleaseRehearsal => ({
  release: "llama-8b",
  resource: "acme/model-key/llama-8b",
  good: { steps: [] },
  attacks: outcomes.map(attack),
});

it("is sound where every attack was refused at its own step, or makes no sense", () => {
  expect(isSound(rehearsal("refused", "notPlayed"))).toBe(true);
  expect(isSound(rehearsal("refused", "elsewhere"))).toBe(false);
  expect(isSound(rehearsal("succeeded"))).toBe(false);
  const unserved = { ...rehearsal("refused"), good: { steps: [], refusal: { step: "policy" as const, reason: "no" } } };
  expect(isSound(unserved)).toBe(false);
  expect(summary([unserved])).toBe(
    "0 of 1 guests got their own resource, 1 of 1 attacks refused where they have to be – NOT AS IT HAS TO BE.",
  );
  expect(summary([rehearsal("refused", "notPlayed")])).toBe(
    "1 of 1 guests got their own resource, 1 of 1 attacks refused where they have to be.",
  );
});

it("shows each step with its number, and each attack with where and why it failed", () => {
  expect(releaseLine(boardRelease)).toBe("\nboard: SEV-SNP, 8 × H100, 4 NVSwitches, asks for acme/model-key/board");
  expect(stepLine({ step: "policy", text: "allowed" })).toBe("  7  resource policy  allowed");
  expect(resultLine({ steps: [] })).toContain("the guest has its resource");
  expect(resultLine({ steps: [], refusal: { step: "token", reason: "late" } })).toBe("  ✗  refused at token: late");
  expect(attackLines(attack("refused"))).toMatch(/✔ {2}relay: .*\n {5}refused at verification: report data differs$/);
  expect(attackLines(attack("succeeded"))).toMatch(/✗ {2}relay: .* – SUCCEEDED$/);
  expect(attackLines(attack("elsewhere"))).toContain("ANOTHER CHECK");
  expect(attackLines(attack("notPlayed"))).toBe("  –  relay: not played, report data differs");
});

it("finds attacks by name, each once, and lists them where there is no such", () => {
  const names = attacks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(attackNamed(name).name).toBe(name);
  expect(() => attackNamed("magic")).toThrow("There is no attack magic.");
});

it("names the claims that a granted key stands for, with the evidence of the TEEs that were played", () => {
  const lines = claimLines(["tdx"]);
  expect(lines).toMatch(/docs\/claims\.md/);
  expect(lines).toMatch(/Firmware, kernel and kernel command line .*\n +tdx\.quote\.body\.mr_td, /);
  expect(lines).not.toContain("snp.");
  expect(claimLines(["snp", "tdx"])).toContain("snp.measurement");
});

it("says who releases keys, and how well founded that is", () => {
  expect(keyAuthorityLine(trusteeKeyAuthority("owner", "coco"))).toBe(
    "Key authority owner, verified by the owner: evidence of CPU and GPUs is compared by the owner's own service, with values that the owner computed.",
  );
  expect(keyAuthorityLine(trusteeKeyAuthority("owner", "intelTrustAuthority"))).toMatch(
    /^Key authority owner, asserted by Intel: /,
  );
});
