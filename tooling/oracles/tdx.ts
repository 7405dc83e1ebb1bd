import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { authenticodeSha384 } from "../../components/guest/measurement/tdx/authenticode";
import { mrTd } from "../../components/guest/measurement/tdx/mrTd";
import { parseTdvf } from "../../components/guest/measurement/tdx/tdvf";
import { findOnPath } from "../toolchain/onPath";
import { runGroup } from "../toolchain/processGroup";
import { UserError } from "../ui";
import type { Oracle, OracleContext } from "./oracle";
import { snpFirmwares } from "./snpFirmwares";
import { syntheticPe, syntheticPes, syntheticTdvf, syntheticTdvfs } from "./tdxImages";

interface Case {
  readonly mode: "mrtd" | "authenticode";
  readonly name: string;
  readonly bytes: Uint8Array;
}

const program = "trustfoundry-tdx-oracle";

/**
 * Compares MRTD in the order of upstream KVM with the crates igvm (Microsoft) and tdx (VirTEE), and digests of PE images
 * with the crate authenticode (Google). No published package computes the two-pass order, nor RTMR1 and RTMR2: these
 * have recorded values in their tests.
 */
export const tdx: Oracle = {
  name: "tdx",
  title: "TDX firmware and kernels against the crates igvm, tdx and authenticode",
  async run(context) {
    const executable = await build(context);
    const cases = [...(await firmwares(context)), ...kernels(context)];
    context.show("measuring");
    const work = mkdtempSync(join(context.directory, "work-"));
    try {
      const differing: string[] = [];
      for (const [index, each] of cases.entries())
        differing.push(...(await compare(each, join(work, `image-${index}`), executable, context)));
      if (differing.length > 0)
        throw new UserError(
          `${differing.length} of ${cases.length} digests differ.`,
          "Find out which of the two differs from what a processor reports, and mend this project if it does.",
          differing,
        );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
    context.note(`images: ${cases.map(({ name }) => name).join(", ")}`);
    const count = (mode: Case["mode"]) => cases.filter((each) => each.mode === mode).length;
    return `${count("mrtd")} MRTDs and ${count("authenticode")} digests of PE images agree`;
  },
};

async function build({ directory, env, signal, show }: OracleContext): Promise<string> {
  const cargo = findOnPath("cargo", env);
  if (!cargo)
    throw new UserError(
      "There is no cargo on PATH; this oracle needs Rust 1.86 or newer.",
      "Install Rust, or leave it out.",
    );
  show("building with cargo");
  mkdirSync(directory, { recursive: true });
  const source = join(__dirname, "tdx");
  const args = ["build", "--release", "--locked", "--target-dir", join(directory, "target")];
  const { code, output } = await runGroup({ executable: cargo, args, directory: source, env, signal });
  signal.throwIfAborted();
  if (code !== 0)
    throw new UserError("cargo could not build the oracle.", "See what it says; it needs crates.", output.slice(-10));
  return join(directory, "target", "release", program);
}

/** Made-up layouts, and of the real files those that start a TDX guest. */
async function firmwares(context: OracleContext): Promise<Case[]> {
  const real = (await snpFirmwares({ ...context, note: () => undefined })).filter(({ bytes }) => isTdvf(bytes));
  if (real.length === 0) context.note("skipped real firmware: none for TDX was found; name one by --firmware");
  return [...syntheticTdvfs.map((each) => ({ name: each.name, bytes: syntheticTdvf(each) })), ...real].map(
    ({ name, bytes }) => ({ mode: "mrtd", name, bytes }),
  );
}

function isTdvf(bytes: Uint8Array): boolean {
  try {
    return parseTdvf(bytes).length > 0;
  } catch {
    return false;
  }
}

function kernels({ note }: OracleContext): Case[] {
  const folder = "/boot";
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => /^(vmlinuz|bzImage)-/.test(name)) : [];
  if (found.length === 0) note(`skipped real kernels: ${folder} has none`);
  return [
    ...syntheticPes.map((each) => ({ name: each.name, bytes: syntheticPe(each) })),
    ...found.map((name) => ({ name: basename(name), bytes: readFileSync(join(folder, name)) })),
  ].map(({ name, bytes }) => ({ mode: "authenticode", name, bytes }));
}

/** What differs, in words; nothing where both agree. */
async function compare(
  { mode, name, bytes }: Case,
  file: string,
  executable: string,
  { directory, env, signal }: OracleContext,
): Promise<string[]> {
  writeFileSync(file, bytes);
  const { output } = await runGroup({ executable, args: [mode, file], directory, env, signal });
  const theirs = output.join(" ").trim();
  const own = mode === "mrtd" ? mrTd(bytes, "interleaved") : authenticodeSha384(bytes);
  return own === theirs ? [] : [`${mode} of ${name}: here ${own}, there ${theirs}`];
}
