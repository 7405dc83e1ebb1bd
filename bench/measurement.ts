import { createHash, hash } from "node:crypto";
import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuSignature } from "../components/guest/measurement/snp/cpuTypes";
import { snpLaunchDigest } from "../components/guest/measurement/snp/launchDigest";
import type { SnpFirmware } from "../components/guest/measurement/snp/snpFirmware";
import { snpFirmware, snpFirmwareFrom } from "../components/guest/measurement/snp/snpFirmware";
import { pythonEnvironment } from "../tooling/oracles/pythonEnvironment";
import { askPython, requirement } from "../tooling/oracles/sevSnpMeasure";
import { syntheticFirmware, syntheticFirmwares } from "../tooling/oracles/syntheticFirmware";
import { cacheRoot } from "../tooling/toolchain/cache";
import { runMain, UserError } from "../tooling/ui";
import { publish, ratio, roundsOf, spread } from "./report";

const rounds = roundsOf(5);
/** Size of Kata's AMDSEV.fd. */
const firmwareBytes = 4 * 2 ** 20;
const page = 4096;
const types = ["EPYC-v4", "EPYC-Rome", "EPYC-Milan", "EPYC-Genoa"];

interface Shape {
  readonly vcpus: number;
  readonly cpuType: string;
}
/** 1,000 shapes: 1 to 250 vCPUs of four CPU types; of fewer, the largest first, which is the most work. */
const shapes = types.flatMap((cpuType) =>
  Array.from({ length: 250 }, (_, index): Shape => ({ vcpus: 250 - index, cpuType })),
);
const [largest] = shapes as [Shape];

const kernelBytes = Buffer.from("SIMULATED kernel");
const kernel = { sha256: createHash("sha256").update(kernelBytes).digest("hex"), commandLine: "console=hvc0" };

function measure(firmware: SnpFirmware, { vcpus, cpuType }: Shape, commandLine = kernel.commandLine): string {
  return snpLaunchDigest({ firmware, kernel: { ...kernel, commandLine }, vcpus, cpuSignature: cpuSignature(cpuType) });
}

/** What sev-snp-measure does, too: every page's content, and a link of the chain for each. */
function plainPages(bytes: Buffer): void {
  const link = Buffer.alloc(0x70);
  for (let offset = 0; offset < bytes.length; offset += page) {
    hash("sha384", bytes.subarray(offset, offset + page), "buffer");
    hash("sha384", link, "buffer");
  }
}

/** `npm run bench -- measurement`: one shape, a few and 1,000, beside sev-snp-measure and plain SHA-384, in one run. */
void runMain(async (signal) => {
  const directory = join(cacheRoot(), "oracles", "sev-snp-measure");
  mkdirSync(directory, { recursive: true });
  const show = (line: string) => console.log(line);
  const context = { directory, env: process.env, signal, show, note: show, record: false, firmware: [] };
  const ask = askPython(await pythonEnvironment(requirement, context), context);
  const work = mkdtempSync(join(tmpdir(), "trustfoundry-bench-"));
  const file = join(work, "firmware");
  const times = new Map<string, number[]>();
  const time = async <T>(what: string, action: () => T | Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const started = performance.now();
    const result = await action();
    times.set(what, [...(times.get(what) ?? []), performance.now() - started]);
    return result;
  };
  try {
    writeFileSync(join(work, "kernel"), kernelBytes);
    // The first round warms up and does not count.
    for (let round = 0; round <= rounds; round++) {
      // Another firmware for each figure: nothing is remembered from the one before.
      const fresh = (name: string) =>
        syntheticFirmware({ ...syntheticFirmwares[0]!, name: `${name} ${round}`, sizeBytes: firmwareBytes });
      const bytes = fresh("plain");
      await time("plain SHA-384 over the firmware, as one piece", () => hash("sha384", bytes, "buffer"));
      await time("plain SHA-384 over its pages and the chain's links", () => plainPages(bytes));
      for (const count of [1, 5, 1000]) {
        const firmware = fresh(`${count}`);
        await time(`firmware read, ${count.toLocaleString("en")} shape${count > 1 ? "s" : ""}`, () => {
          const read = snpFirmware(firmware);
          for (const shape of shapes.slice(0, count)) measure(read, shape);
        });
      }
      const summary = snpFirmware(fresh("summary"));
      await time("1,000 shapes of a guest image file (firmware already read)", () => {
        for (const shape of shapes) measure(summary, shape);
      });
      await time("1,000 shapes, each with a command line of its own", () => {
        shapes.forEach((shape, index) => measure(summary, shape, `nr_cpus=${index}`));
      });
      writeFileSync(file, fresh("file"));
      const streamed = await time("firmware streamed from a file, 1 shape", async () => {
        const read = await snpFirmwareFrom(createReadStream(file), firmwareBytes);
        return measure(read, largest);
      });
      const command = [
        ...["sev-snp-measure", "--mode", "snp", "--ovmf", file, "--kernel", join(work, "kernel")],
        ...["--append", kernel.commandLine, "--vcpus", String(largest.vcpus), "--vcpu-type", largest.cpuType],
      ];
      const [answer] = await time("sev-snp-measure, 1 shape, start of Python included", () => ask([command]));
      await time("sev-snp-measure, 5 shapes, start of Python included", () =>
        ask(new Array<string[]>(5).fill(command)),
      );
      await time("start of Python alone", () => ask([]));
      if (answer?.out !== streamed)
        throw new UserError(`The digests differ: here ${streamed}, there ${answer?.out || answer?.error}.`);
      if (round === 0) times.clear();
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const of = (what: string) => times.get(what) ?? [];
  const plain = "plain SHA-384 over its pages and the chain's links";
  console.log(
    `\nSIMULATED firmware of 4 MiB, up to ${largest.vcpus} vCPUs; milliseconds; digests equal ${requirement}'s.`,
  );
  publish({
    part: "measurement",
    tables: [{ columns: ["what", "ms"], rows: [...times].map(([what, values]) => [what, spread(values)]) }],
    ratios: [
      ratio("1 shape / plain SHA-384 of pages and links", of("firmware read, 1 shape"), of(plain)),
      ratio("1,000 shapes / 1 shape", of("firmware read, 1,000 shapes"), of("firmware read, 1 shape")),
      ratio(
        "1 shape / sev-snp-measure with Python's start",
        of("firmware read, 1 shape"),
        of("sev-snp-measure, 1 shape, start of Python included"),
      ),
    ],
  });
});
