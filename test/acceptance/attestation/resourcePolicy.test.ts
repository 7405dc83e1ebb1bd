import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Release } from "../../../components/workload/release";
import { Decisions } from "../../support/attestationService";
import type { Token } from "../../support/ear";
import { withValue } from "../../support/factory";
import { genuineClaims, sampleEvidence } from "../../support/evidence";
import { sampleRelease } from "../../support/release";
import { absence, upstream } from "../../support/upstream";

const accepted = sampleEvidence();

const snp = sampleRelease({ name: "llama-8b", resources: ["acme/model-key/llama-8b", "acme/registry/nvcr"] });
/** Another model with the same guest: only its init-data tells the two apart. */
const sibling = sampleRelease({
  name: "llama-70b",
  initData: { ...snp.initData, digest: "d".repeat(64) },
  resources: ["acme/model-key/llama-70b"],
});
const tdx = sampleRelease({
  name: "frontier",
  tee: "tdx",
  gpu: { model: "B200", count: 8, nvSwitches: 0 },
  launchMeasurement: "1".repeat(96),
  rtmrs: { rtmr1: "2".repeat(96), rtmr2: "3".repeat(96) },
  initData: { ...snp.initData, digest: "e".repeat(64) },
  resources: ["acme/model-key/frontier"],
});
const hopperBoard = sampleRelease({
  name: "board",
  gpu: { model: "H100", count: 8, nvSwitches: 4 },
  launchMeasurement: "4".repeat(96),
  initData: { ...snp.initData, digest: "f".repeat(64) },
  resources: ["acme/model-key/board"],
});
const releases = [snp, sibling, tdx, hopperBoard];

let decisions: Decisions;
const tokens = new Map<string, Token>();
const tokenFor = (release: Release) => tokens.get(release.name) as Token;

beforeAll(async () => {
  decisions = new Decisions(inject("toolchain").binDir, releases, accepted);
  for (const release of releases) tokens.set(release.name, await decisions.token(genuineClaims(release, accepted)));
});
afterAll(() => decisions.remove());

it("is Rego that OPA finds nothing to object to", async () => {
  const fresh = new Decisions(inject("toolchain").binDir, releases, accepted);
  await fresh.check();
  fresh.remove();
});

describe("a genuine guest", () => {
  it.each(releases.map((release) => [release.name, release] as const))(
    "%s gets each of its own keys, and nobody else's",
    async (_, release) => {
      for (const owner of releases)
        for (const path of owner.resources)
          expect(await decisions.allows(tokenFor(release), path), `${release.name} asks for ${path}`).toBe(
            owner === release,
          );
    },
  );

  it.each([
    ["a path that starts with its own", "acme/model-key/llama-8b/more", {}],
    ["a part of its own path", "acme/model-key", {}],
    ["a resource that no release names", "acme/model-key/other", {}],
    ["its own path at another plugin", "acme/model-key/llama-8b", { plugin: "pkcs11" }],
    ["its own path with a query", "acme/model-key/llama-8b", { query: { version: "1" } }],
    ["no path at all", "", { "resource-path": [] }],
  ])("is refused %s", async (_, path, request) => {
    expect(await decisions.allows(tokenFor(snp), path, request)).toBe(false);
  });
});

type Path = readonly (string | number)[];
const evidence = (submodule: string, ...path: Path): Path => [
  "submods",
  submodule,
  "ear.veraison.annotated-evidence",
  ...path,
];

/** A token of the attestation service as it is, but for one thing. What the service itself made of it stays. */
describe("a guest that differs in one thing", () => {
  it.each<[what: string, release: Release, path: Path, value: unknown]>([
    ["another launch measurement", snp, evidence("cpu0", "snp", "measurement"), "9".repeat(96)],
    ["another release's measurement", snp, evidence("cpu0", "snp", "measurement"), hopperBoard.launchMeasurement],
    ["debug allowed", snp, evidence("cpu0", "snp", "policy_debug_allowed"), true],
    ["no word about debug", snp, evidence("cpu0", "snp", "policy_debug_allowed"), undefined],
    ["migration allowed", snp, evidence("cpu0", "snp", "policy_migrate_ma"), true],
    ["other init-data", snp, evidence("cpu0", "init_data"), "9".repeat(64)],
    ["no init-data", snp, evidence("cpu0", "init_data"), undefined],
    ["an older bootloader", snp, evidence("cpu0", "snp", "reported_tcb_bootloader"), 3],
    ["older microcode", snp, evidence("cpu0", "snp", "reported_tcb_microcode"), 83],
    ["older SNP firmware", snp, evidence("cpu0", "snp", "reported_tcb_snp"), 8],
    ["another TEE version", snp, evidence("cpu0", "snp", "reported_tcb_tee"), 1],
    ["a TCB version as text", snp, evidence("cpu0", "snp", "reported_tcb_microcode"), "84"],
    ["no evidence of its CPU", snp, evidence("cpu0", "snp"), undefined],
    ["a CPU that only warns", snp, ["submods", "cpu0", "ear.status"], "warning"],
    ["a GPU that only warns", snp, ["submods", "gpu0", "ear.status"], "warning"],
    ["a GPU without status", snp, ["submods", "gpu0", "ear.status"], undefined],
    ["no GPU", snp, ["submods", "gpu0"], undefined],
    ["no CPU", snp, ["submods", "cpu0"], undefined],
    ["nothing attested", snp, ["submods"], {}],
    ["no submodules", snp, ["submods"], undefined],
    ["another driver", snp, evidence("gpu0", "nvidia", "x-nvidia-gpu-driver-version"), "550.54.15"],
    ["another VBIOS", snp, evidence("gpu0", "nvidia", "x-nvidia-gpu-vbios-version"), "96.00.5E.00.01"],
    ["a GPU in development mode", snp, evidence("gpu0", "nvidia", "dbgstat"), "enabled"],
    ["a GPU without secure boot", snp, evidence("gpu0", "nvidia", "secboot"), false],
    ["measurements that do not match", snp, evidence("gpu0", "nvidia", "measres"), "fail"],
    ["a verdict of NVIDIA against it", snp, evidence("gpu0", "nvidia", "x-nvidia-overall-att-result"), false],
    ["a GPU without an identity", snp, evidence("gpu0", "nvidia", "ueid"), undefined],
    ["another MRTD", tdx, evidence("cpu0", "tdx", "quote", "body", "mr_td"), "9".repeat(96)],
    ["another kernel", tdx, evidence("cpu0", "tdx", "quote", "body", "rtmr_1"), "9".repeat(96)],
    ["another command line", tdx, evidence("cpu0", "tdx", "quote", "body", "rtmr_2"), "9".repeat(96)],
    ["other CPU features", tdx, evidence("cpu0", "tdx", "quote", "body", "xfam"), "0000000000000000"],
    ["a debuggable TD", tdx, evidence("cpu0", "tdx", "td_attributes", "debug"), true],
    ["an outdated TDX module", tdx, evidence("cpu0", "tdx", "tcb_status"), "OutOfDate"],
    ["the init-data's digest cut to SNP's size", tdx, evidence("cpu0", "init_data"), tdx.initData.digest],
    ["seven GPUs", tdx, ["submods", "gpu7"], undefined],
    ["three NVSwitches", hopperBoard, ["submods", "switch3"], undefined],
    ["no protected PCIe", hopperBoard, ["submods", "ppcie0"], undefined],
    ["another switch BIOS", hopperBoard, evidence("switch0", "nvidia", "x-nvidia-switch-bios-version"), "96.10.00"],
    ["a switch in development mode", hopperBoard, evidence("switch2", "nvidia", "dbgstat"), "enabled"],
  ])("%s", async (_, release, path, value) => {
    expect(await decisions.allows(tokenFor(release), release.resources[0] ?? "")).toBe(true);
    expect(await decisions.allows(withValue(tokenFor(release), path, value), release.resources[0] ?? "")).toBe(false);
  });

  it.each([
    ["GPU", "gpu0", "gpu5", tdx],
    ["NVSwitch", "switch0", "switch3", hopperBoard],
  ])("one %s reported twice", async (_, one, other, release) => {
    const device = tokenFor(release).submods[one]?.["ear.veraison.annotated-evidence"].nvidia as { ueid: string };
    const doubled = withValue(tokenFor(release), evidence(other, "nvidia", "ueid"), device.ueid);
    expect(await decisions.allows(doubled, release.resources[0] ?? "")).toBe(false);
  });

  it("a part more than the release names, though it affirms", async () => {
    const more = withValue(tokenFor(snp), ["submods", "gpu1"], tokenFor(tdx).submods.gpu1);
    expect(await decisions.allows(more, "acme/model-key/llama-8b")).toBe(false);
    const strange = withValue(tokenFor(snp), ["submods", "tpm0"], tokenFor(snp).submods.gpu0);
    expect(await decisions.allows(strange, "acme/model-key/llama-8b")).toBe(false);
  });

  it("one release's CPU with another's devices", async () => {
    const mixed = withValue(tokenFor(snp), ["submods", "cpu0"], tokenFor(hopperBoard).submods.cpu0);
    for (const path of ["acme/model-key/llama-8b", "acme/model-key/board"])
      expect(await decisions.allows(mixed, path)).toBe(false);
  });
});

it("pins the TDX module where the owner names one", async () => {
  const pinned = sampleEvidence({ tdxTcb: { xfam: ["e742060000000000"], mrSeam: ["7".repeat(96)] } });
  const strict = new Decisions(inject("toolchain").binDir, releases, pinned);
  const key = "acme/model-key/frontier";
  expect(await strict.allows(tokenFor(tdx), key)).toBe(false);
  const body = evidence("cpu0", "tdx", "quote", "body", "mr_seam");
  expect(await strict.allows(withValue(tokenFor(tdx), body, "7".repeat(96)), key)).toBe(true);
  strict.remove();
});

describe("the local verifier", () => {
  const local = sampleEvidence({ nvidiaVerifier: "local" });
  let locally: Decisions;
  let token: Token;
  beforeAll(async () => {
    locally = new Decisions(inject("toolchain").binDir, [snp], local);
    token = await locally.token(genuineClaims(snp, local));
  });
  afterAll(() => locally.remove());

  it("affirms one Hopper GPU, and says nothing of its executables", async () => {
    expect(token.submods.gpu0?.["ear.status"]).toBe("affirming");
    expect(token.submods.gpu0?.["ear.trustworthiness-vector"].executables).toBe(0);
    expect(await locally.allows(token, "acme/model-key/llama-8b")).toBe(true);
  });

  it.each<[string, Path, unknown]>([
    ["another driver", evidence("gpu0", "nvidia", "config", "driver_version"), "550.54.15"],
    ["another VBIOS", evidence("gpu0", "nvidia", "config", "vbios_version"), "96.00.5E.00.01"],
    ["another architecture", evidence("gpu0", "nvidia", "arch"), "Blackwell"],
  ])("refuses %s", async (_, path, value) => {
    expect(await locally.allows(withValue(token, path, value), "acme/model-key/llama-8b")).toBe(false);
  });
});

const example = "trustee/example-ear-token.json";
it.skipIf(!upstream(example))(`refuses Trustee's published example token${absence(example)}`, async () => {
  const token = JSON.parse(readFileSync(upstream(example) as string, "utf8")) as Token;
  // The shape that the policies read is the published one.
  const cpu = token.submods.cpu0;
  expect(Object.keys(cpu ?? {})).toEqual(
    expect.arrayContaining(["ear.status", "ear.trustworthiness-vector", "ear.veraison.annotated-evidence"]),
  );
  expect(cpu?.["ear.veraison.annotated-evidence"]).toHaveProperty("init_data");
  for (const path of releases.flatMap(({ resources }) => resources))
    expect(await decisions.allows(token, path)).toBe(false);
});
