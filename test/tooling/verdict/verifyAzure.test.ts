import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { nodeSchema } from "../../../stacks/config/nodes";
import { parseAzureEvidence } from "../../../components/verdict/azure/azureEvidence";
import { parseHclReport } from "../../../components/verdict/evidence/hclReport";
import { parseSnpReport } from "../../../components/verdict/evidence/snpReport";
import { parseTdxQuote } from "../../../components/verdict/evidence/tdxQuote";
import type { Finding } from "../../../components/verdict/finding";
import { addVerifyAzureCommand } from "../../../tooling/commands/verifyMachine";
import type { MachineVerdictDocument } from "../../../tooling/verdict/outcome";
import { recordedSources } from "../../../tooling/verdict/collateralSources";
import type { VerifyAzureOptions } from "../../../tooling/verdict/machine/verifyAzure";
import { verifyAzure } from "../../../tooling/verdict/machine/verifyAzure";
import { now, otherKey, registers } from "../../support/azureMachine";
import { refusalOf } from "../../support/commands";
import { changed } from "../../support/signedTokens";
import { fieldsOf } from "../../support/snp/rig";
import type { AzureMessage } from "../../support/verdict/machineFiles";
import { azureExpectation, AzureMachines, nonce, ReadersFolder } from "../../support/verdict/machineFiles";

const folder = new ReadersFolder();
let machines: AzureMachines;
let options: VerifyAzureOptions;
let files = 0;

beforeAll(async () => {
  // The SYNTHETIC vendors' certificates are made by this clock, so that they hold at the machine's `now`.
  vi.useFakeTimers({ now, toFake: ["Date"] });
  machines = await AzureMachines.create();
  options = {
    evidence: folder.write("good.json", await machines.message()),
    expect: folder.write("azure.yaml", azureExpectation),
    nonce,
    collateral: folder.collateral("collateral", await machines.collateral(), now),
    roots: folder.write("roots.json", await machines.roots()),
    simulated: true,
    accept: [],
    json: true,
    all: false,
  };
});
afterAll(() => {
  vi.useRealTimers();
  folder.remove();
});

/** Of a good machine's verdict what is less than verified, by name. */
const byName = ["asserted:Microsoft", "unchecked:channel-key", "unchecked:azure-container"];
const fileOf = (content: unknown, name = "evidence.json") => folder.write(`${++files}-${name}`, content);
const run = async (changes: Partial<VerifyAzureOptions> = {}) => {
  const { text, exitCode } = await verifyAzure({ ...options, ...changes });
  return { verdict: JSON.parse(text) as MachineVerdictDocument, exitCode };
};
const checks = (findings: readonly Finding[], grade: string) =>
  findings.filter((finding) => finding.grade === grade).map(({ check }) => check);

describe("verify-azure", () => {
  it("ends with 0 where Microsoft's word, and each gap, are accepted by name, and not before", async () => {
    const { verdict, exitCode } = await run({ accept: byName });
    expect(verdict.standing).toEqual([]);
    expect([exitCode, verdict.accepted, verdict.overall]).toEqual([0, true, "notChecked"]);
    expect(verdict).toMatchObject({
      schema: "trustfoundry.dev/machine-verdict/v1",
      simulated: true,
      expectation: { source: "azure.yaml" },
    });
    expect(verdict).not.toHaveProperty("release");
    for (const left of byName) {
      const { exitCode: without } = await run({ accept: byName.filter((each) => each !== left) });
      expect([left, without]).toEqual([left, left.startsWith("asserted") ? 3 : 4]);
    }
  });

  it("requires what a guest's verdict does but the release, and never speaks of one", async () => {
    const { verdict } = await run();
    expect(verdict.claims.filter(({ required }) => required).map(({ claim, grade }) => [claim, grade])).toEqual([
      ["channel-ends-in-guest", "notChecked"],
      ["evidence-fresh", "asserted"],
      ["cpu-genuine", "verified"],
      ["cpu-firmware-current", "verified"],
      ["guest-booted-as-released", "asserted"],
      ["guest-not-debuggable", "verified"],
      ["guest-rules-bound", "asserted"],
      ["image-as-released", "notChecked"],
      ["host-kept-out", "asserted"],
      ["gpu-genuine", "verified"],
      ["gpu-confidential", "verified"],
    ]);
    const words = verdict.claims.flatMap(({ says, limit, findings }) => [says, limit, ...findings.map((f) => f.says)]);
    expect(words.filter((text) => /\brelease\b/.test(text))).toEqual([]);
  });

  it("says on a screen that the expectation is the reader's own file", async () => {
    const { text, exitCode } = await verifyAzure({ ...options, json: false, all: true });
    expect(exitCode).toBe(4);
    expect(text).toMatch(/^SIMULATED/);
    expect(text).toMatch(
      /Expectation azure\.yaml, SHA-256 [0-9a-f]{64}: the reader's own file\nNo release stands behind it/,
    );
    expect(text).toContain("azure-register-04");
    expect(text).toContain("Send no prompt");
  });

  it("takes an entry of a trust stack's nodes as it stands there, for as long as it holds", async () => {
    const entry = {
      ...changed(azureExpectation, ["initData"], undefined),
      provider: "azure",
      keys: ["acme/node-key/disk"],
      notBefore: "2026-11-01T00:00:00Z",
      notAfter: "2026-12-31T00:00:00Z",
    };
    expect(nodeSchema.safeParse(entry).success).toBe(true);
    const accept = [...byName, "unchecked:azure-init-data"];
    expect((await run({ expect: fileOf(entry, "node.yaml"), accept })).exitCode).toBe(0);
    const past = fileOf({ ...entry, notAfter: "2026-11-30T00:00:00Z" }, "past.yaml");
    await expect(run({ expect: past })).rejects.toThrow(/held until 2026-11-30T00:00:00Z/);
    const future = fileOf({ ...entry, notBefore: "2026-12-02T00:00:00Z" }, "future.yaml");
    await expect(run({ expect: future })).rejects.toThrow(/still to come/);
  });

  it("is not fresh without the reader's nonce", async () => {
    const { verdict, exitCode } = await run({ nonce: undefined, accept: byName });
    expect([exitCode, checks(verdict.standing, "notChecked")]).toEqual([4, ["question-nonce"]]);
  });

  it("binds no GPU to an attester's evidence by itself, and so refuses it where one is expected", async () => {
    const message = await machines.message();
    const evidence = fileOf(message["tee-evidence"].primary_evidence);
    const { verdict, exitCode } = await run({ evidence, nonce: `hex:${"00".repeat(48)}`, accept: byName });
    expect(exitCode).toBe(2);
    expect(checks(verdict.standing, "failed")).toEqual(expect.arrayContaining(["gpu-count", "azure-quote-nonce"]));
  });
});

interface Refusal {
  readonly message?: AzureMessage;
  /** Of the message, after it was made. */
  readonly altered?: (message: Awaited<ReturnType<AzureMachines["message"]>>) => unknown;
  readonly expectation?: (good: typeof azureExpectation) => unknown;
  readonly options?: Partial<VerifyAzureOptions>;
  readonly fails: string;
}
const expecting =
  (value: unknown, ...path: string[]) =>
  (good: typeof azureExpectation) =>
    changed(good, path, value);

const refusals: Readonly<Record<string, Refusal>> = {
  "another boot loader": {
    expectation: expecting(["44".repeat(32)], "evidence", "pcrs", "04"),
    fails: "azure-register-04",
  },
  "another kernel": { expectation: expecting(["99".repeat(32)], "evidence", "pcrs", "09"), fails: "azure-register-09" },
  "a register that only this reader compares": {
    expectation: expecting(["77".repeat(32).replace("7", "8")], "evidence", "pcrs", "07"),
    fails: "azure-register-07",
  },
  "registers that the quote is not of": {
    altered: (message) =>
      changed(
        message,
        ["tee-evidence", "primary_evidence", "tpm_quote", "pcrs"],
        [...registers.slice(0, 23), "ab".repeat(32)],
      ),
    fails: "azure-quote-digest",
  },
  "a serial console": { message: { configuration: { "console-enabled": true } }, fails: "azure-console" },
  "no secure boot": { message: { configuration: { "secure-boot": false } }, fails: "azure-secure-boot" },
  "evidence for another question": { message: { nonce: "another-reader-asked-this" }, fails: "question-nonce" },
  "a nonce that was put in afterwards": {
    message: { nonce: "another-reader-asked-this" },
    altered: (message) => changed(message, ["runtime-data", "nonce"], nonce),
    fails: "azure-quote-nonce",
  },
  "a quote of an earlier question": {
    message: { machine: { quote: { extraData: "5e".repeat(48) } } },
    fails: "azure-quote-nonce",
  },
  "a quote by another key": { message: { machine: { key: otherKey.privateKey } }, fails: "azure-quote-signature" },
  "another paravisor": {
    expectation: expecting(["c2".repeat(48)], "evidence", "measurements"),
    fails: "azure-paravisor-measurement",
  },
  "older firmware": { expectation: expecting(85, "evidence", "tcb", "microcode"), fails: "snp-tcb-microcode" },
  "a debuggable guest": {
    message: { machine: { fields: { fields: { policy: { ...fieldsOf("genoa").policy, debugAllowed: true } } } } },
    fails: "snp-policy-debug",
  },
  "another TEE": {
    expectation: (good) => {
      const { measurements, pcrs } = good.evidence;
      return { ...good, evidence: { kind: "azureTdxVtpm", measurements, pcrs, xfam: ["e742060000000000"] } };
    },
    fails: "azure-tee",
  },
  "no GPU": { message: { devices: () => [] }, fails: "gpu-count" },
  "a GPU more": { message: { devices: ([gpu]) => (gpu ? [gpu, { ...gpu, index: 1 }] : []) }, fails: "gpu-count" },
  "a GPU that nobody expects": { expectation: expecting("none", "gpu"), fails: "gpu-count" },
  "a GPU's report of another time": {
    message: { devices: (genuine) => genuine.map((spec) => ({ ...spec, nonce: "00".repeat(32) })) },
    fails: "gpu-nonce",
  },
  "a driver that is not accepted": { expectation: expecting(["1.2.3"], "gpu", "drivers"), fails: "gpu-driver" },
  "GPUs that were taken out on the way": {
    altered: (message) => changed(message, ["tee-evidence", "additional_evidence"], ""),
    fails: "azure-quote-nonce",
  },
  "genuine roots": { options: { simulated: false, roots: undefined }, fails: "snp-chain" },
};

describe("verify-azure refuses, whatever is accepted,", () => {
  it.each(Object.entries(refusals))("%s", async (_, { message, altered, expectation, options: own = {}, fails }) => {
    const made = await machines.message(message);
    const { verdict, exitCode } = await run({
      accept: [...byName, "unchecked:azure-init-data"],
      ...((message ?? altered) && { evidence: fileOf(altered ? altered(made) : made) }),
      ...(expectation && { expect: fileOf(expectation(azureExpectation), "expect.yaml") }),
      ...own,
    });
    expect(checks(verdict.standing, "failed")).toContain(fails);
    expect([exitCode, verdict.overall, verdict.accepted]).toEqual([2, "failed", false]);
  });
});

describe("verify-azure tells a reader what is wrong with", () => {
  it.each([
    ["an unknown setting", { ...azureExpectation, gpus: 1 }, /gpus: no such setting; write `gpu` instead/],
    ["GPUs left out", changed(azureExpectation, ["gpu"], undefined), /gpu: missing/],
    [
      "a required register left out",
      changed(azureExpectation, ["evidence", "pcrs", "04"], undefined),
      /pcrs\.04: missing/,
    ],
    [
      "a register that anybody resets",
      changed(azureExpectation, ["evidence", "pcrs", "16"], ["00".repeat(32)]),
      /pcrs\.16/,
    ],
    [
      "init-data that register 08 cannot hold",
      { ...azureExpectation, initData: "1e".repeat(32) },
      /pcrs\.08: .*cannot hold initData; write \["[0-9a-f]{64}"\]/,
    ],
    [
      "a guest's kind of evidence",
      changed(azureExpectation, ["evidence", "kind"], "tdx"),
      /evidence\.kind: "tdx" is not known/,
    ],
    ["a list", [1], /holds no settings by name/],
  ])("%s", async (_, content, says) => {
    await expect(run({ expect: fileOf(content, "wrong.yaml") })).rejects.toThrow(says);
  });

  it("everything at once", async () => {
    const wrong = fileOf({ ...azureExpectation, gpus: 1, consoleAllowed: "no" }, "wrong.yaml");
    const error = await run({ expect: wrong }).catch((thrown: unknown) => (thrown as Error).message);
    expect(error).toMatch(/consoleAllowed: .*gpus: /s);
  });

  it.each([
    ["a guest's evidence", { tee: "snp" }, /tee: is neither az-snp-vtpm nor az-tdx-vtpm/],
    ["no JSON", "evidence", /not JSON/],
    ["an attester's evidence without its version", { hcl_report: "AA" }, /its version is neither 1 nor 2/],
  ])("a file with %s", async (_, content, says) => {
    await expect(run({ evidence: fileOf(content) })).rejects.toThrow(says);
  });

  it("its command line", async () => {
    const args = ["verify-azure", "--evidence", options.evidence];
    expect(await refusalOf([addVerifyAzureCommand], args)).toMatch(/--expect <file>' not specified/);
    const both = [...args, "--expect", options.expect];
    expect(await refusalOf([addVerifyAzureCommand], [...both, "--simulated"])).toMatch(/--simulated needs --roots/);
    expect(await refusalOf([addVerifyAzureCommand], [...both, "--accept", "all"])).toMatch(/asserted:<who>/);
    const bare = fileOf((await machines.message())["tee-evidence"].primary_evidence);
    await expect(run({ evidence: bare, nonce: "short" })).rejects.toThrow(/5 bytes; an attester takes 8 to 64/);
  });
});

describe("a real machine on Azure", () => {
  const sample = (file: string) => join(__dirname, "../../support/hcl", file);
  const asked = "hex:982f5c6e45df0ed3f10b6f60b02f0c8390e281300f3805e2279c16168cd6ae9aa398f647caa2338748cd0fd9f5f819ef";
  const real = (file: string, changes: Partial<VerifyAzureOptions> = {}) =>
    run({
      evidence: sample(file),
      expect: observed(file),
      simulated: false,
      roots: undefined,
      collateral: undefined,
      ...changes,
    });

  /** What was on that machine, taken from its own evidence. */
  function observed(file: string): string {
    const { hclReport, quote, tdQuote } = parseAzureEvidence(JSON.parse(readFileSync(sample(file), "utf8")));
    const body = tdQuote && parseTdxQuote(tdQuote).body;
    const pcrs = Object.fromEntries(
      ["04", "08", "09", "11", "12"].map((name) => [name, [quote.registers[Number(name)]]]),
    );
    const evidence = body
      ? { kind: "azureTdxVtpm", measurements: [body.mr_td], pcrs, xfam: [body.xfam], attributes: [body.td_attributes] }
      : {
          kind: "azureSnpVtpm",
          measurements: [parseSnpReport(parseHclReport(hclReport).hardwareReport).measurement],
          pcrs,
          tcb: { bootloader: 4, tee: 0, snp: 22, microcode: 213 },
        };
    return fileOf({ evidence, gpu: "none", consoleAllowed: true }, "observed.yaml");
  }

  it.each([
    ["snp-milan-version2.json", asked, ["azure-container", "azure-init-data", "channel-key", "snp-revocation"]],
    [
      "snp-milan-version1.json",
      "challenge",
      ["azure-container", "azure-init-data", "azure-user-data", "channel-key", "snp-revocation"],
    ],
  ])("%s is accepted by name alone, under AMD's pinned root", async (file, question, open) => {
    const { verdict, exitCode } = await real(file, { nonce: question });
    expect(checks(verdict.standing, "failed")).toEqual([]);
    expect([exitCode, checks(verdict.standing, "notChecked").sort()]).toEqual([4, open]);
    const accept = open.map((check) => `unchecked:${check}`);
    expect((await real(file, { nonce: question, accept })).exitCode).toBe(3);
    expect((await real(file, { nonce: question, accept: [...accept, "asserted:Microsoft"] })).exitCode).toBe(0);
    expect(verdict.claims.map(({ claim }) => claim)).not.toContain("gpu-genuine");
  });

  it("of TDX is Intel's to verify, and its platform's firmware open without collateral", async () => {
    const { verdict, exitCode } = await real("tdx-version1.json", { nonce: "challenge" });
    expect(checks(verdict.standing, "failed")).toEqual([]);
    expect([exitCode, checks(verdict.standing, "notChecked")]).toEqual([4, expect.arrayContaining(["tdx-tcb-status"])]);
  });

  it("answers no other question, and is no other machine's", async () => {
    const replayed = await real("snp-milan-version2.json", { nonce: asked.replace("982f", "982e") });
    expect([replayed.exitCode, checks(replayed.verdict.standing, "failed")]).toEqual([
      2,
      ["azure-quote-nonce", "azure-user-data"],
    ]);
    const other = await real("snp-milan-version1.json", { nonce: "challenge", expect: observed("tdx-version1.json") });
    expect(checks(other.verdict.standing, "failed")).toContain("azure-tee");
    const withGpu = fileOf({ ...azureExpectation }, "gpu.yaml");
    const { verdict } = await real("snp-milan-version2.json", { nonce: asked, expect: withGpu });
    expect(checks(verdict.standing, "failed")).toEqual(expect.arrayContaining(["gpu-count", "gpu-mode"]));
  });

  it("says what to fetch", () => {
    const kinds = (file: string) => [...new Set(recordedSources(sample(file)).map(({ kind }) => kind))];
    expect(kinds("snp-milan-version2.json")).toEqual(["amd-vcek", "amd-certificates", "amd-crl"]);
    expect(kinds("tdx-version1.json")).toContain("intel-tcb-info");
    expect(recordedSources(options.evidence).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["amd-crl", "nvidia-ocsp"]),
    );
  });
});
