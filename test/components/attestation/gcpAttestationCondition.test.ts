import { run } from "@bufbuild/cel";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttestationConditionArgs } from "../../../components/attestation/gcpAttestationCondition";
import { attestationCondition, longestCondition } from "../../../components/attestation/gcpAttestationCondition";
import { gcpIdentityProvider, gcpUnmappedProvider } from "../../../policies/examples/gcp";
import { rules } from "../../../policies/rules";
import { imageDigest, serviceAccount, spaceToken } from "../../support/cloudTokens";
import { withValue } from "../../support/factory";

const plain: AttestationConditionArgs = { imageDigest, serviceAccount };
const full: AttestationConditionArgs = {
  ...plain,
  gpu: { model: "GCP_NVIDIA_H100", drivers: ["570.86.15", "550.127.05"] },
};

/** As Google does it: whatever is not plainly true, an error of the evaluation included, lets nobody in. */
function letsIn(condition: string, token: unknown): boolean {
  try {
    return run(condition, { assertion: token as never }) === true;
  } catch {
    return false;
  }
}

const container = ["submods", "container"];
const gpu = ["submods", "nvidia_gpu"];
type Case = readonly [string, readonly (string | number)[], unknown];

const deviations: readonly Case[] = [
  ["other software", ["swname"], "GCE"],
  ["no claim about software", ["swname"], undefined],
  ["a debug image", ["dbgstat"], "enabled"],
  ["no claim about debugging", ["dbgstat"], undefined],
  ["secure boot off", ["secboot"], false],
  ["secure boot as text", ["secboot"], "true"],
  ["no claim about secure boot", ["secboot"], undefined],
  ["plain SEV", ["hwmodel"], "GCP_AMD_SEV"],
  ["no TEE", ["hwmodel"], "GCP_SHIELDED_VM"],
  ["the other spelling of TDX, unless asked for", ["hwmodel"], "INTEL_TDX"],
  ["an image without support", ["submods", "confidential_space", "support_attributes"], ["USABLE"]],
  ["an experimental image", ["submods", "confidential_space", "support_attributes"], ["EXPERIMENTAL"]],
  ["no support attribute, as of debug images", ["submods", "confidential_space", "support_attributes"], undefined],
  ["another container image", [...container, "image_digest"], `sha256:${"b".repeat(64)}`],
  ["no digest of an image", [...container, "image_digest"], undefined],
  ["a command that was changed", [...container, "cmd_override"], ["sh", "-c", "cat /key"]],
  ["a variable that was changed", [...container, "env_override"], { UPSTREAM: "https://evil.example" }],
  ["another service account", ["google_service_accounts"], ["other@factory-nodes.iam.gserviceaccount.com"]],
  ["no service account", ["google_service_accounts"], []],
  ["a GPU out of confidential mode", [...gpu, "cc_mode"], "OFF"],
  ["a GPU open to developers", [...gpu, "cc_mode"], "DEVTOOLS"],
  ["no mode of a GPU", [...gpu, "cc_mode"], undefined],
  ["no GPU at all", gpu, undefined],
];
const gpuDeviations: readonly Case[] = [
  ["another GPU", [...gpu, "gpus", 0, "hwmodel"], "GCP_NVIDIA_B200"],
  ["no GPU in the list", [...gpu, "gpus"], []],
  ["two GPUs", [...gpu, "gpus"], [...spaceToken.submods.nvidia_gpu.gpus, ...spaceToken.submods.nvidia_gpu.gpus]],
  ["a driver that is not accepted", [...gpu, "gpus", 0, "driver_version"], "550.54.14"],
];

describe.each([
  { of: "a processor, a GPU in confidential mode and an image", args: plain, cases: deviations },
  { of: "one GPU of a model and driver, too", args: full, cases: [...deviations, ...gpuDeviations] },
])("the condition on $of", ({ args, cases }) => {
  const condition = attestationCondition(args);

  it("lets the right machine in", () => {
    expect(letsIn(condition, spaceToken)).toBe(true);
  });

  it.each(cases)("keeps out %s", (_, path, value) => {
    expect(letsIn(condition, withValue(spaceToken, path, value))).toBe(false);
  });

  it("keeps out any other value of any claim that it names", () => {
    const paths = [...new Map(cases.map(([, path]) => [path.join(), path] as const)).values()];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const deviating = withValue<unknown>(spaceToken, path, value);
        // Lists may hold more than what is asked for, and what is empty stays empty.
        const list = Array.isArray(value) ? (value as unknown[]) : [];
        fc.pre(JSON.stringify(deviating) !== JSON.stringify(spaceToken));
        fc.pre(!list.includes("STABLE") && !list.includes(serviceAccount));
        fc.pre(!(/_override$/.test(String(path.at(-1))) && isEmpty(value)));
        return !letsIn(condition, deviating);
      }),
      { numRuns: 500 },
    );
  });

  it("passes every rule about Google's attestation", () => {
    const judging = rules.filter(({ id }) => id.startsWith("gcp-attestation"));
    expect(judging.length).toBe(2);
    for (const provider of [gcpIdentityProvider, gcpUnmappedProvider])
      for (const rule of judging)
        expect(rule.evaluate([withValue(provider, ["props", "attributeCondition"], condition)]).findings).toEqual([]);
  });
});

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

describe("the condition's text", () => {
  it("is the same for the same arguments, in whatever order", () => {
    const drivers = ["550.127.05", "570.86.15", "550.127.05"];
    expect(attestationCondition({ ...full, gpu: { model: "GCP_NVIDIA_H100", drivers } })).toBe(
      attestationCondition(full),
    );
  });

  it("takes the other spelling of TDX by name", () => {
    const condition = attestationCondition({ ...plain, hardware: "INTEL_TDX" });
    expect(letsIn(condition, { ...spaceToken, hwmodel: "INTEL_TDX" })).toBe(true);
    expect(letsIn(condition, spaceToken)).toBe(false);
  });

  it("lets the image's labels decide about overrides where that was asked for", () => {
    const condition = attestationCondition({ ...plain, overrides: "asImageAllows" });
    expect(letsIn(condition, withValue(spaceToken, [...container, "cmd_override"], ["serve"]))).toBe(true);
  });

  it.each<[string, Partial<AttestationConditionArgs>]>([
    ["imageDigest", { imageDigest: `${imageDigest}' || true || '` }],
    ["imageDigest", { imageDigest: imageDigest.toUpperCase() }],
    ["imageDigest", { imageDigest: "latest" }],
    ["imageDigest", { imageDigest: `${imageDigest}\n` }],
    ["serviceAccount", { serviceAccount: `a' in ['a'] || '${serviceAccount}` }],
    ["serviceAccount", { serviceAccount: "serve@gmail.com" }],
    ["serviceAccount", { serviceAccount: `${serviceAccount}\\` }],
    ["gpu.model", { gpu: { model: "GCP_NVIDIA_H100' || '' == '" } }],
    ["gpu.drivers", { gpu: { model: "GCP_NVIDIA_H100", drivers: ["550'] || ['"] } }],
    ["gpu.drivers", { gpu: { model: "GCP_NVIDIA_H100", drivers: [] } }],
    ["overrides", { overrides: "None" as never }],
    ["hardware", { hardware: "GCP_SHIELDED_VM' || 'a' == 'a" as never }],
  ])("refuses a value of %s that could say something else", (name, part) => {
    expect(() => attestationCondition({ ...plain, ...part })).toThrow(new RegExp(`^${name}: `));
  });

  it("lets no text in any argument widen it", () => {
    const anywhere = fc.oneof(fc.string(), fc.constantFrom("'", '"', "\\", "' || true || '", "'//", "\n", "sha256:"));
    const text = fc.array(anywhere, { maxLength: 4 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.record({ imageDigest: text, serviceAccount: text }), (args) => {
        let condition: string;
        try {
          condition = attestationCondition(args);
        } catch {
          return true;
        }
        return !letsIn(condition, spaceToken);
      }),
      { numRuns: 500 },
    );
  });

  it("is never longer than Google takes", () => {
    const drivers = Array.from({ length: 400 }, (_, index) => `550.${index}.1`);
    expect(() => attestationCondition({ ...plain, gpu: { model: "GCP_NVIDIA_H100", drivers } })).toThrow(
      `Google takes ${longestCondition}; name fewer gpu.drivers`,
    );
  });
});
