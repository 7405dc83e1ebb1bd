import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { execa } from "execa";
import type { CollateralFile } from "../../components/verdict/context";
import type { DeviceArchitecture, DeviceEvidence } from "../../components/verdict/evidence/attestRequest";
import { nvidiaDeviceRoot, nvidiaManifestRoot } from "../../components/verdict/roots/nvidia";
import { deviceReport } from "../attestation/collect";
import type { DeviceSpec } from "../attestation/deviceSpecs";
import { TestMachine } from "../attestation/hardware";
import { nvidiaCollateral } from "../attestation/nvidiaCollateral";
import { TestVendors } from "../attestation/vendors";
import { UserError } from "../ui";
import type { NvidiaQuestion } from "./nvidiaQuestions";
import { manifestQuestion, measurementQuestion, reportQuestion } from "./nvidiaQuestions";
import type { Oracle, OracleContext } from "./oracle";
import { pythonEnvironment } from "./pythonEnvironment";

export const requirement = "nv-local-gpu-verifier==2.7.3";

interface Answer {
  readonly answer: unknown;
  readonly why?: string;
}

/** Compares verdicts on reports, chains, manifests and measurements with NVIDIA's own verifier, without revocation. */
export const nvidia: Oracle = {
  name: "nvidia",
  title: `GPU reports and manifests against ${requirement}`,
  async run(context) {
    const python = await pythonEnvironment(requirement, context);
    const ask = (questions: readonly unknown[]) => askPython(python, questions, context);
    context.show("reading what it brings");
    const [brought] = await ask([{ kind: "files" }]);
    const files = Object.entries(brought?.answer as Record<string, string>).map(
      ([name, content]) => [name, Buffer.from(content, "base64")] as const,
    );
    compareRoots(new Map(files));
    context.show("making devices");
    const questions = [...publishedQuestions(files), ...(await simulatedQuestions())];
    context.show(`asking ${questions.length} questions`);
    const answers = await ask(questions.map(({ question }) => question));
    const differing = questions.flatMap(({ name, own }, index) => {
      const { answer, why } = answers[index] ?? { answer: undefined };
      return answer === own
        ? []
        : [`${name}: ${own ? "accepted" : "refused"} here, there ${JSON.stringify(answer)} ${why ?? ""}`];
    });
    if (differing.length > 0)
      throw new UserError("NVIDIA's verifier judges otherwise.", "Find out which of the two is wrong.", differing);
    const accepted = questions.filter(({ own }) => own).length;
    return `both roots; ${accepted} accepted and ${questions.length - accepted} refused by both`;
  },
};

async function askPython(python: string, questions: readonly unknown[], { directory, signal }: OracleContext) {
  // It writes a log where it runs.
  mkdirSync(directory, { recursive: true });
  const { stdout } = await execa(python, [join(__dirname, "nvidia.py")], {
    input: JSON.stringify(questions),
    cwd: directory,
    signal,
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout) as Answer[];
}

function compareRoots(files: ReadonlyMap<string, Buffer>): void {
  for (const [name, pinned] of [
    ["verifier_device_root.pem", nvidiaDeviceRoot],
    ["verifier_RIM_root.pem", nvidiaManifestRoot],
  ] as const)
    if (!new X509Certificate(files.get(name) ?? "").raw.equals(new X509Certificate(pinned).raw))
      throw new UserError(`The root ${name} is not the pinned one.`, "Find out why before anything else.");
}

/** What the package brings: a real report with its chain, and manifests of real versions. */
function publishedQuestions(files: readonly (readonly [string, Buffer])[]): NvidiaQuestion[] {
  const text = (name: string) => files.find(([each]) => each === name)?.[1].toString("utf8") ?? "";
  const report = Buffer.from(text("hopperAttestationReport.txt").trim(), "hex");
  const device = evidenceOf(report, text("hopperCertChain.txt"), "HOPPER");
  const manifests = files.filter(([name]) => name.endsWith(".swidtag"));
  return [
    reportQuestion("the published H100 report", device, nvidiaDeviceRoot, report.subarray(4, 36).toString("hex")),
    reportQuestion("the published H100 report, another nonce", device, nvidiaDeviceRoot, "00".repeat(32)),
    reportQuestion(
      "the published H100 report, another root",
      device,
      nvidiaManifestRoot,
      report.subarray(4, 36).toString("hex"),
    ),
    ...manifests.flatMap(([name, bytes]) => [
      manifestQuestion(`${name}, signature`, bytes),
      manifestQuestion(`${name}, chain today`, bytes, nvidiaManifestRoot),
      manifestQuestion(
        `${name}, altered`,
        Buffer.from(bytes.toString("utf8").replace('active="True"', 'active="False"')),
      ),
    ]),
  ];
}

const specs: readonly DeviceSpec[] = [
  { arch: "HOPPER", index: 0, driver: "595.58.03", vbios: "96.00.cf.00.02", mode: "spt" },
  { arch: "BLACKWELL", index: 0, driver: "595.58.03", vbios: "97.00.88.00.0f", mode: "mpt" },
];
const nonce = "5a".repeat(32);
const flips = 60;

/** SIMULATED devices, whole and with one thing changed. */
async function simulatedQuestions(): Promise<NvidiaQuestion[]> {
  const [vendors, strangers] = await Promise.all([TestVendors.create(), TestVendors.create()]);
  const machine = new TestMachine(vendors, "host-a");
  const questions: NvidiaQuestion[] = [];
  for (const spec of specs) {
    const { nvidia: root, nvidiaManifests } = vendors.roots;
    const made = (changes: Partial<DeviceSpec>, on = machine) => make({ ...spec, ...changes }, on);
    const [genuine, other, stranger] = await Promise.all([
      made({}),
      made({ index: 1 }),
      made({}, new TestMachine(strangers, "at-home")),
    ]);
    const ask = (name: string, device: DeviceEvidence) =>
      questions.push(reportQuestion(`${spec.arch}, ${name}`, device, root, nonce));
    ask("whole", genuine);
    ask("another nonce", await made({ nonce: "11".repeat(32) }));
    ask("another's report", { ...other, certificate: genuine.certificate });
    ask("made at home", stranger);
    const bytes = Buffer.from(genuine.evidence, "base64");
    for (let count = 0; count < flips; count++) {
      const changed = Buffer.from(bytes);
      const at = Math.floor((count * bytes.length) / flips);
      changed[at] = (changed[at] ?? 0) ^ (1 << (count % 8));
      ask(`byte ${at} changed`, { ...genuine, evidence: changed.toString("base64") });
    }
    const { manifests } = await nvidiaCollateral(vendors, machine, [spec], new Date());
    const [driver, vbios] = manifests as [CollateralFile, CollateralFile];
    for (const { source, bytes: xml } of manifests) questions.push(manifestQuestion(source, xml, nvidiaManifests));
    questions.push(measurementQuestion(`${spec.arch}, measurements`, genuine, [driver, vbios], nvidiaManifests));
    const altered = await made({ altered: { "10": "0".repeat(96) } });
    questions.push(
      measurementQuestion(`${spec.arch}, one measurement changed`, altered, [driver, vbios], nvidiaManifests),
    );
  }
  return questions;
}

async function make(spec: DeviceSpec, machine: TestMachine): Promise<DeviceEvidence> {
  const device = await machine.device(spec.arch, spec.index, spec.chip);
  return evidenceOf(await deviceReport(spec, device, machine, nonce), device.identity.chain.join("\n"), spec.arch);
}

function evidenceOf(report: Buffer, chain: string, arch: DeviceArchitecture): DeviceEvidence {
  return {
    arch,
    uuid: "GPU-SIMULATED",
    evidence: report.toString("base64"),
    certificate: Buffer.from(chain).toString("base64"),
  };
}
