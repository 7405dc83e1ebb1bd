import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { findOnPath } from "../toolchain/onPath";
import { runGroup } from "../toolchain/processGroup";
import { UserError } from "../ui";
import type { OracleContext } from "./oracle";
import { syntheticFirmware, syntheticFirmwares, withEnd } from "./syntheticFirmware";

/** A firmware to measure; `origin` says what it is. */
export interface NamedFirmware {
  readonly name: string;
  readonly origin: string;
  readonly bytes: Buffer;
}

/** Ends of published OVMF builds, kept beside the checkout where they are. */
const published = [
  { name: "ovmf-amdsev-end", file: "evidence/ovmf_AmdSev_suffix.bin" },
  { name: "ovmf-x64-end", file: "evidence/ovmf_OvmfX64_suffix.bin" },
];
const upstream = (env: NodeJS.ProcessEnv) =>
  env.TRUSTFOUNDRY_UPSTREAM ?? resolve(__dirname, "../../../shared/upstream");

/** Of Debian's package: firmware for SNP, as far as its release has it. */
const debianFiles = ["usr/share/ovmf/OVMF.fd", "usr/share/OVMF/OVMF_CODE.fd", "usr/share/ovmf/OVMF.amdsev.fd"];

/** Made-up layouts, ends of published ones, Debian's, and files named by the user; says what it could not get. */
export async function snpFirmwares(context: OracleContext): Promise<NamedFirmware[]> {
  const { env, firmware, note } = context;
  const made = syntheticFirmwares.map((each) => ({
    name: each.name,
    origin: "SIMULATED layout",
    bytes: syntheticFirmware(each),
  }));
  const ends = published.flatMap(({ name, file }) => {
    const path = join(upstream(env), file);
    if (existsSync(path))
      return [{ name, origin: `SIMULATED bytes before ${file}`, bytes: withEnd(name, 0x10000, readFileSync(path)) }];
    note(`skipped ${name}: ${path} is absent`);
    return [];
  });
  const given = firmware.map((path, index) => {
    if (!existsSync(path)) throw new UserError(`--firmware: there is no file ${path}; name an OVMF.`);
    return { name: `given-${index + 1}-${basename(path)}`, origin: path, bytes: readFileSync(path) };
  });
  return [...made, ...ends, ...(await debianFirmwares(context)), ...given];
}

/** Debian's package `ovmf`, fetched by apt and unpacked without being installed. */
async function debianFirmwares({ directory, env, signal, show, note }: OracleContext): Promise<NamedFirmware[]> {
  const [apt, dpkg] = ["apt-get", "dpkg-deb"].map((name) => findOnPath(name, env));
  if (!apt || !dpkg) {
    note("skipped Debian's ovmf: this machine has no apt-get and dpkg-deb");
    return [];
  }
  const work = join(directory, "debian-ovmf");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const run = (executable: string, ...args: string[]) => runGroup({ executable, args, directory: work, env, signal });
  show("downloading Debian's ovmf");
  // `sh` finds the name of the one file that apt left.
  for (const [executable, ...args] of [
    [apt, "download", "ovmf"],
    ["sh", "-c", `exec "${dpkg}" -x ovmf_*.deb .`],
  ] as [string, ...string[]][]) {
    const { code, output } = await run(executable, ...args);
    signal.throwIfAborted();
    if (code !== 0) {
      note(`skipped Debian's ovmf: ${output.at(-1) ?? `${executable} failed`}`);
      return [];
    }
  }
  return debianFiles.flatMap((file) => {
    const path = join(work, file);
    return existsSync(path)
      ? [{ name: `debian-${basename(file)}`, origin: `/${file} of package ovmf`, bytes: readFileSync(path) }]
      : [];
  });
}
