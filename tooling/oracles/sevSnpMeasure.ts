import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { cpuSignature } from "../../components/guest/measurement/snp/cpuTypes";
import type { SnpKernel } from "../../components/guest/measurement/snp/hashesTable";
import { snpLaunchDigest } from "../../components/guest/measurement/snp/launchDigest";
import type { SnpFirmware } from "../../components/guest/measurement/snp/snpFirmware";
import { snpFirmware } from "../../components/guest/measurement/snp/snpFirmware";
import { UserError } from "../ui";
import { compareIdBlocks } from "./idBlocks";
import type { Oracle, OracleContext } from "./oracle";
import { pythonEnvironment } from "./pythonEnvironment";
import type { SnpCombination } from "./snpCombinations";
import { initrds, kernels, snpCombinations, someSeed } from "./snpCombinations";
import type { NamedFirmware } from "./snpFirmwares";
import { snpFirmwares } from "./snpFirmwares";
import { writeGolden } from "./snpGolden";

export const requirement = "sev-snp-measure==0.0.13";
const combinations = 280;

/** What a command of sev-snp-measure answered. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs commands of sev-snp-measure in one Python. */
export type AskPython = (commands: readonly (readonly string[])[]) => Promise<Answer[]>;

/** Compares launch digests, firmware digests and ID blocks with sev-snp-measure, which is what Kata's own CI uses. */
export const sevSnpMeasure: Oracle = {
  name: "sev-snp-measure",
  title: `SNP launch digests against ${requirement}`,
  async run(context) {
    const ask = askPython(await pythonEnvironment(requirement, context), context);
    const firmwares = await snpFirmwares(context);
    mkdirSync(context.directory, { recursive: true });
    const work = mkdtempSync(join(context.directory, "work-"));
    try {
      context.show("measuring");
      const { text, cases } = await compareDigests(firmwares, work, ask);
      const idBlocks = await compareIdBlocks(
        cases
          .map(({ answer }) => answer.out)
          .filter(Boolean)
          .slice(0, 3),
        work,
        ask,
      );
      if (context.record) context.note(`recorded ${writeGolden(cases)}`);
      context.note(`firmwares: ${firmwares.map(({ name, origin }) => `${name} (${origin})`).join(", ")}`);
      return `${text}, ${idBlocks}`;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  },
};

export function askPython(python: string, { signal }: Pick<OracleContext, "signal">): AskPython {
  return async (commands) => {
    const { stdout } = await execa(python, [join(__dirname, "sevSnpMeasure.py")], {
      input: JSON.stringify(commands),
      signal,
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(stdout) as Answer[];
  };
}

/** A combination with what both said of it. */
export interface Compared {
  readonly combination: SnpCombination;
  readonly kernel?: SnpKernel;
  readonly answer: Answer;
  readonly own: string;
}

async function compareDigests(firmwares: readonly NamedFirmware[], work: string, ask: AskPython) {
  const parsed = new Map(firmwares.map((firmware) => [firmware.name, readFirmware(firmware)]));
  for (const { name, bytes } of firmwares) writeFileSync(join(work, name), bytes);
  kernels.forEach((bytes, index) => writeFileSync(join(work, `kernel-${index}`), bytes));
  initrds.forEach((bytes, index) => writeFileSync(join(work, `initrd-${index}`), bytes));
  const all = snpCombinations({
    count: combinations,
    firmwares: [...parsed].map(([name, { sections }]) => ({
      name,
      kernelHashes: sections.some(({ type }) => type === 0x10),
    })),
  });
  const answers = await ask([
    ...firmwares.map(({ name }) => ["sev-snp-measure", "--mode", "snp:ovmf-hash", "--ovmf", join(work, name)]),
    ...all.map((combination) => commandOf(combination, work)),
  ]);
  const seeds = firmwares.map(({ name }, index) => ({ name, own: parsed.get(name)!.seed, answer: answers[index]! }));
  const cases = all.map((combination, index): Compared => {
    const kernel = kernelOf(combination);
    const own = ownDigest(combination, parsed.get(combination.firmware)!, kernel);
    return { combination, kernel, answer: answers[firmwares.length + index]!, own };
  });
  const refused = cases.filter(({ own, answer }) => own.startsWith("refused") && answer.code === 1);
  const differing = [
    ...seeds.filter(({ own, answer }) => own !== answer.out).map(({ name, own, answer }) => line(name, own, answer)),
    ...cases
      .filter((each) => each.own !== each.answer.out && !refused.includes(each))
      .map(({ combination, own, answer }) => line(commandOf(combination, "").join(" "), own, answer)),
  ];
  if (differing.length > 0)
    throw new UserError(
      `${differing.length} of ${seeds.length + cases.length} measurements differ from ${requirement}.`,
      "Find out which of the two differs from what a processor reports, and mend this project if it does.",
      differing.slice(0, 20),
    );
  const text =
    `${cases.length - refused.length} launch digests and ${seeds.length} firmware digests agree, ` +
    `${refused.length} kernels without a place for hashes are refused by both`;
  return { text, cases };
}

function readFirmware({ name, bytes }: NamedFirmware): SnpFirmware {
  try {
    return snpFirmware(bytes);
  } catch (error) {
    throw new UserError(`${name}: ${(error as Error).message}.`);
  }
}

function line(what: string, own: string, { out, error }: Answer): string {
  return `${what}: here ${own}, there ${out || error}`;
}

function kernelOf({ kernel }: SnpCombination): SnpKernel | undefined {
  if (!kernel) return undefined;
  const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  const initrdSha256 = kernel.initrd === undefined ? undefined : sha256(initrds[kernel.initrd]!);
  return { sha256: sha256(kernels[kernel.kernel]!), initrdSha256, commandLine: kernel.commandLine };
}

function ownDigest(combination: SnpCombination, firmware: SnpFirmware, kernel: SnpKernel | undefined): string {
  const { from, cpuType, ...shape } = combination;
  const seed = from === "seed" ? someSeed(combination.firmware) : firmware.seed;
  try {
    return snpLaunchDigest({ ...shape, firmware: { ...firmware, seed }, kernel, cpuSignature: cpuSignature(cpuType) });
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}

function commandOf({ firmware, from, kernel, ...shape }: SnpCombination, work: string): string[] {
  return [
    "sev-snp-measure",
    ...["--mode", "snp", "--ovmf", join(work, firmware), "--vcpus", String(shape.vcpus), "--vcpu-type", shape.cpuType],
    ...["--guest-features", `0x${shape.guestFeatures.toString(16)}`],
    ...["--vmm-type", shape.vmm === "qemu" ? "QEMU" : shape.vmm],
    ...(from === "seed" ? ["--snp-ovmf-hash", someSeed(firmware)] : []),
    ...(kernel ? ["--kernel", join(work, `kernel-${kernel.kernel}`), `--append=${kernel.commandLine}`] : []),
    ...(kernel?.initrd === undefined ? [] : ["--initrd", join(work, `initrd-${kernel.initrd}`)]),
  ];
}
