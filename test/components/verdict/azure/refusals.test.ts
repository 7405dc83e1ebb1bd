import { expect, it } from "vitest";
import fc from "fast-check";
import { examineAzure } from "../../../../components/verdict/azure/examineAzure";
import { hclHardwareBytes, hclHeaderBytes } from "../../../../components/verdict/evidence/hclReport";
import { registersDigest } from "../../../../components/verdict/evidence/tpmQuote";
import type { AzureCase } from "../../../support/azureMachine";
import { azureMachine, otherKey, question, registers, runtimeText, wholeBank } from "../../../support/azureMachine";
import { jwkOf, rsaKey } from "../../../support/signedTokens";
import { fieldsOf } from "../../../support/snp/rig";

const policy = (changes: object) => ({ policy: { ...fieldsOf("genoa").policy, ...changes } });
const at = (offset: number, value: number) => (report: Buffer) => {
  report.writeUInt32LE(value, offset);
  return report;
};
const request = hclHeaderBytes + hclHardwareBytes;
const register = (index: number, value: string) => registers.map((each, number) => (number === index ? value : each));
/** As whoever has root can have it quoted. */
const quoted = (values: readonly string[], selection = wholeBank) => ({
  registers: values,
  quote: { selection, digest: registersDigest(values) },
});
const configuration = (name: string, value: unknown) =>
  JSON.stringify({
    ...(JSON.parse(runtimeText()) as object),
    "vm-configuration": {
      ...(JSON.parse(runtimeText()) as { "vm-configuration": object })["vm-configuration"],
      [name]: value,
    },
  });
const keys = (...list: unknown[]) => runtimeText({ keys: list });
const ak = (changes: object = {}) => ({ kid: "HCLAkPub", ...jwkOf(otherKey), ...changes });
const other = "0".repeat(64);

const cases: Readonly<Record<string, AzureCase & { readonly fails: string }>> = {
  "runtime data altered": { altered: (text) => text.replace("26F8BC30", "26F8BC31"), fails: "azure-runtime-data" },
  "runtime data with another key of the TPM": {
    altered: () => runtimeText({}, otherKey),
    key: otherKey.privateKey,
    fails: "azure-runtime-data",
  },
  "runtime data of another machine": {
    fields: { fields: { reportData: "ab".repeat(32).padEnd(128, "0") } },
    fails: "azure-runtime-data",
  },
  "report data with something behind the digest": {
    fields: { bytes: (report) => void (report[0x50 + 63] = 1) },
    fails: "azure-runtime-data",
  },
  "a quote by another key": { key: otherKey.privateKey, fails: "azure-quote-signature" },
  "two keys of the TPM": { runtime: keys(ak(), ak()), fails: "azure-attestation-key" },
  "no key of the TPM": { runtime: keys({ ...ak(), kid: "HCLEkPub" }), fails: "azure-attestation-key" },
  "a key of the TPM that is short": { runtime: keys(ak(jwkOf(rsaKey(1024)))), fails: "azure-attestation-key" },
  "a key of the TPM that is symmetric": { runtime: keys(ak({ kty: "oct", k: "AA" })), fails: "azure-attestation-key" },
  "runtime data in which a name stands twice": {
    runtime: runtimeText().replace("{", '{"keys":[],'),
    fails: "azure-attestation-key",
  },
  "runtime data that are no JSON": { runtime: "no JSON", fails: "azure-attestation-key" },
  "user data of another length": { runtime: runtimeText({ "user-data": "00" }), fails: "azure-attestation-key" },
  "a replayed quote": { quote: { extraData: "ab".repeat(48) }, fails: "azure-quote-nonce" },
  "a quote for no question": { quote: { extraData: "" }, fails: "azure-quote-nonce" },
  "a quote for the beginning of the question": {
    quote: { extraData: question.slice(0, 64) },
    fails: "azure-quote-nonce",
  },
  "a question that is longer than the quote's": {
    context: (context) => ({
      ...context,
      expected: { ...context.expected, reportData: { value: "5e".repeat(64) } },
    }),
    fails: "azure-quote-nonce",
  },
  "a release for the other TEE": {
    context: (context) => ({ ...context, expected: { ...context.expected, tee: "tdx" } }),
    fails: "azure-tee",
  },
  "a replayed report": { runtime: runtimeText({ "user-data": "AB".repeat(64) }), fails: "azure-user-data" },
  "a text that no TPM made": { quote: { magic: 0x54434700 }, fails: "azure-quote" },
  "a certificate of a key instead of a quote": { quote: { type: 0x8017 }, fails: "azure-quote" },
  "a quote with something behind it": {
    message: (message) => Buffer.concat([message, Buffer.alloc(1)]),
    fails: "azure-quote",
  },
  "a quote that is cut": { message: (message) => message.subarray(0, -1), fails: "azure-quote" },
  "a quote of which a byte is another": {
    message: (message) => Buffer.concat([message.subarray(0, -1), Buffer.from([(message.at(-1) ?? 0) ^ 1])]),
    fails: "azure-quote-signature",
  },
  "a register altered beside the quote": { registers: register(4, other), fails: "azure-quote-digest" },
  "two registers in each other's place": {
    registers: registers.map((_, index) => registers[index === 4 ? 9 : index === 9 ? 4 : index] ?? ""),
    fails: "azure-quote-digest",
  },
  "a register that is no hash": { registers: register(4, "AB".repeat(32)), fails: "azure-quote-digest" },
  "registers of which one is longer": { registers: register(4, "04".repeat(33)), fails: "azure-quote-digest" },
  "a quote of 23 registers": {
    ...quoted(registers.slice(0, 23), [{ hash: 0x0b, bitmap: "ffff7f" }]),
    fails: "azure-quote-selection",
  },
  "a quote of registers that root fills at will": {
    ...quoted(registers, [
      { hash: 0x0b, bitmap: "000081" },
      { hash: 0x0b, bitmap: "ffff7e" },
    ]),
    fails: "azure-quote-selection",
  },
  "a quote of another bank": {
    ...quoted(registers, [{ hash: 0x0004, bitmap: "ffffff" }]),
    fails: "azure-quote-selection",
  },
  "a quote of the bank and of another": {
    ...quoted(registers, [...wholeBank, { hash: 0x000c, bitmap: "000001" }]),
    fails: "azure-quote-selection",
  },
  "a quote of nothing": { ...quoted([], []), fails: "azure-quote-selection" },
  "another boot loader": { ...quoted(register(4, other)), fails: "azure-register-04" },
  "another init-data": { ...quoted(register(8, other)), fails: "azure-init-data" },
  "init-data that was extended by more": { azure: { initData: { value: "2e".repeat(32) } }, fails: "azure-init-data" },
  "another kernel": { ...quoted(register(9, other)), fails: "azure-register-09" },
  "another unified kernel": { ...quoted(register(11, other)), fails: "azure-register-11" },
  "another command line": { ...quoted(register(12, other)), fails: "azure-register-12" },
  "other Secure Boot variables, where they are compared": {
    azure: { registers: { "04": ["04".repeat(32)], "07": [other] } },
    fails: "azure-register-07",
  },
  "a list of accepted values that is empty": { azure: { registers: { "04": [] } }, fails: "azure-register-04" },
  "no secure boot": { runtime: configuration("secure-boot", false), fails: "azure-secure-boot" },
  "secure boot as text": { runtime: configuration("secure-boot", "true"), fails: "azure-secure-boot" },
  "no virtual TPM": { runtime: configuration("tpm-enabled", false), fails: "azure-tpm" },
  "a serial console": { runtime: configuration("console-enabled", true), fails: "azure-console" },
  "a serial console of which nothing is said": {
    runtime: configuration("console-enabled", undefined),
    fails: "azure-console",
  },
  "another paravisor": { fields: { fields: { measurement: "c2".repeat(48) } }, fails: "azure-paravisor-measurement" },
  "no accepted paravisor": { azure: { paravisors: [] }, fails: "azure-paravisor-measurement" },
  "a paravisor that can be debugged": { fields: { fields: policy({ debugAllowed: true }) }, fails: "snp-policy-debug" },
  "a machine that can migrate": {
    fields: { fields: policy({ migrateMaAllowed: true }) },
    fails: "snp-policy-migration",
  },
  "a report that somebody below the paravisor asked for": { fields: { fields: { vmpl: 2 } }, fails: "snp-vmpl" },
  "host data that Azure does not set": { fields: { fields: { hostData: "1d".repeat(32) } }, fails: "azure-host-data" },
  "firmware too old": {
    azure: { tcb: { snp: { bootloader: 255, tee: 0, snp: 25, microcode: 84 } } },
    fails: "snp-tcb-bootloader",
  },
  "no oldest firmware named": { azure: { tcb: {} }, fails: "snp-tcb-floor" },
  "a report that another chip's key signed": {
    fields: { key: (rig) => rig.vek("genoa", undefined, { of: { chipId: "ab".repeat(64) } }) },
    fails: "snp-report-signature",
  },
  "a report of which a byte is another": {
    fields: { bytes: (report) => void (report[0x90] = (report[0x90] ?? 0) ^ 1) },
    fails: "snp-report-signature",
  },
  "something that is no report of a paravisor": { hcl: () => Buffer.from("HCLB"), fails: "azure-hcl-report" },
  "a paravisor's report of another version": { hcl: at(4, 3), fails: "azure-hcl-report" },
  "a paravisor's report about something else": { hcl: at(12, 1), fails: "azure-hcl-report" },
  "a report that the paravisor could not make": { hcl: at(16, 5), fails: "azure-hcl-report" },
  "runtime data of another version": { hcl: at(request + 4, 2), fails: "azure-hcl-report" },
  "a report of an unknown TEE": { hcl: at(request + 8, 3), fails: "azure-hcl-report" },
  "a report of TDX without a quote": { hcl: at(request + 8, 4), fails: "azure-td-quote" },
  "runtime data under another hash": { hcl: at(request + 12, 2), fails: "azure-hcl-report" },
  "lengths that do not agree": { hcl: at(request, 99), fails: "azure-hcl-report" },
  "a paravisor's report that is cut": { hcl: (report) => report.subarray(0, 1300), fails: "azure-hcl-report" },
  "something behind the runtime data": {
    hcl: (report) => {
      report[2599] = 1;
      return report;
    },
    fails: "azure-hcl-report",
  },
};

it("is a list of things that are wrong, each by itself", () => {
  expect(Object.keys(cases).length).toBeGreaterThanOrEqual(60);
});

const failed = ({ findings }: ReturnType<typeof examineAzure>) =>
  findings.filter(({ grade }) => grade === "failed").map(({ check }) => check);

it("refuses nothing of a machine of which nothing is wrong", async () => {
  const { evidence, context } = await azureMachine();
  expect(failed(examineAzure(evidence, context))).toEqual([]);
});

it.each(Object.entries(cases))("refuses %s", async (_, { fails, ...changed }) => {
  const { evidence, context } = await azureMachine(changed);
  expect(failed(examineAzure(evidence, context))).toContain(fails);
});

it("refuses any change of what is signed", async () => {
  const { evidence, context } = await azureMachine();
  const parts = {
    report: evidence.hclReport.subarray(hclHeaderBytes, hclHeaderBytes + 0x2a0),
    // Up to the end of the text: what follows is padding.
    runtime: evidence.hclReport.subarray(request + 20, request + 20 + runtimeText().length),
    quote: evidence.quote.message,
    signature: evidence.quote.signature,
  };
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(parts)), fc.nat(), fc.nat(7), (part, place, bit) => {
      const index = place % part.length;
      part[index] = (part[index] ?? 0) ^ (1 << bit);
      const refused = failed(examineAzure(evidence, context));
      part[index] = (part[index] ?? 0) ^ (1 << bit);
      expect(refused).not.toEqual([]);
    }),
    { numRuns: 120 },
  );
  expect(failed(examineAzure(evidence, context))).toEqual([]);
});
