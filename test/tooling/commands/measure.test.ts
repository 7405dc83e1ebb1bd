import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { boundDigest, initDataDigest } from "../../../components/guest/initData";
import { guestImageDigest, guestImageText, parseGuestImage } from "../../../components/guest/measurement/guestImage";
import { launchProfileFor } from "../../../components/guest/measurement/launchProfile";
import { measureGuest } from "../../../components/guest/measurement/measureGuest";
import { snpFirmware } from "../../../components/guest/measurement/snp/snpFirmware";
import { authenticodeSha384 } from "../../../components/guest/measurement/tdx/authenticode";
import { tdxFirmware } from "../../../components/guest/measurement/tdx/mrTd";
import { sha256 } from "../../../components/names";
import { addGuestCommands } from "../../../tooling/commands/guest";
import { addMeasureCommand } from "../../../tooling/commands/measure";
import { syntheticFirmware, syntheticFirmwares } from "../../../tooling/oracles/syntheticFirmware";
import { syntheticPe, syntheticPes, syntheticTdvf, syntheticTdvfs } from "../../../tooling/oracles/tdxImages";
import { commandLine4, constructedArguments, guest, procForm, verity } from "../../components/guest/measurement/guests";
import { refusalOf } from "../../support/commands";
import { root } from "../../support/factory";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const snpBytes = syntheticFirmware(syntheticFirmwares.find(({ hashesTableGpa }) => hashesTableGpa)!);
const tdxBytes = syntheticTdvf(syntheticTdvfs[0]!);
const kernelBytes = syntheticPe(syntheticPes[0]!);

let directory = "";
const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "measure-"));
  writeFileSync(at("AMDSEV.fd"), snpBytes);
  writeFileSync(at("OVMF.inteltdx.fd"), tdxBytes);
  writeFileSync(at("vmlinuz"), kernelBytes);
  writeFileSync(at("initrd"), "an initrd");
  writeFileSync(at("empty"), "");
  writeFileSync(at("sha384.toml"), 'version = "0.1.0"\nalgorithm = "sha384"\n[data]\n');
  writeFileSync(at("data.toml"), 'version = "0.1.0"\nalgorithm = "sha256"\n');
  writeFileSync(at("not-firmware"), Buffer.alloc(8192, 1));
  writeFileSync(at("guest.json"), guestImageText({ ...guest("4.0.0"), simulated: false, name: "known" }));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (args: readonly string[], input = "") =>
  execa(process.execPath, ["--import", "tsx", "tooling/commands/cli.ts", ...args], { cwd: root, reject: false, input });

const described = (out: string, ...more: string[]) =>
  run(["guest", "describe", "--name", "g", "--kata", "4.1.0", "--out", at(out), ...more]);

async function refused(args: readonly string[], reason: RegExp, input?: string) {
  const { stderr, exitCode } = await run(args, input);
  expect(stderr).toMatch(reason);
  expect(stderr).not.toMatch(/\n {4}at |This is a defect/);
  expect(exitCode).toBe(1);
}

/** The same without a process of its own. */
async function refusedHere(args: readonly string[], reason: RegExp) {
  expect(await refusalOf([addGuestCommands, addMeasureCommand], args)).toMatch(reason);
}

describe("guest describe", () => {
  it("writes what of large files is measured, the same each time", async () => {
    const files = [
      "--firmware-snp",
      at("AMDSEV.fd"),
      "--firmware-tdx",
      at("OVMF.inteltdx.fd"),
      "--kernel",
      at("vmlinuz"),
    ];
    const { stdout, exitCode } = await described("both.json", ...files, "--verity", verity);
    expect(exitCode).toBe(0);
    const text = readFileSync(at("both.json"), "utf8");
    const image = parseGuestImage(text);
    expect(image).toEqual({
      specVersion: "trustfoundry.dev/guest-image/v1",
      name: "g",
      simulated: false,
      kata: "4.1.0",
      kernel: { sha256: sha256(kernelBytes), authenticodeSha384: authenticodeSha384(kernelBytes) },
      rootfs: { verity, type: "erofs" },
      firmware: { snp: snpFirmware(snpBytes), tdx: tdxFirmware(tdxBytes) },
    });
    expect(stdout).toContain(guestImageDigest(image));
    expect(statSync(at("both.json")).size).toBeLessThan(4096);

    // The same once more is no mistake; another content under the same name most likely is one.
    expect((await described("both.json", ...files, "--verity", verity)).exitCode).toBe(0);
    const other = ["guest", "describe", "--name", "g2", "--kata", "4.1.0", "--out", at("both.json"), ...files];
    await refusedHere([...other, "--verity", verity], /both\.json exists with other content; .* --force/);
    expect(readFileSync(at("both.json"), "utf8")).toBe(text);
    expect((await run([...other, "--verity", verity, "--force"])).exitCode).toBe(0);
    expect(parseGuestImage(readFileSync(at("both.json"), "utf8")).name).toBe("g2");
  });

  it("takes the root file system out of Kata's configuration, and checks what profiles take for given", async () => {
    const files = ["--firmware-snp", at("AMDSEV.fd"), "--kernel", at("vmlinuz")];
    const own = "cgroup_no_v1=all pci=realloc pci=nocrs pci=assign-busses nvrc.smi.srs=1";
    const toml = (parameters: string, more = "") =>
      `[hypervisor.qemu]\nkernel_params = "${parameters}"\nkernel_verity_params = "${verity}"\nrootfs_type = "ext4"\n${more}`;
    writeFileSync(at("kata.toml"), toml(`${own} agent.https_proxy=http://p`, "default_vcpus = 1\n"));
    const { stdout, exitCode } = await described("toml.json", ...files, "--kata-config", at("kata.toml"));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/⚠ .*kata\.toml adds "agent\.https_proxy=http:\/\/p" to the kernel's command line/);
    expect(parseGuestImage(readFileSync(at("toml.json"), "utf8")).rootfs).toEqual({ verity, type: "ext4" });

    const base = ["guest", "describe", "--name", "g", "--kata", "4.1.0", ...files, "--out", at("never.json")];
    for (const [text, reason] of [
      [toml("pci=realloc"), /kernel_params is "pci=realloc", the launch profiles have "cgroup_no_v1=all/],
      [toml(own, "default_vcpus = 2\n"), /default_vcpus is 2, the launch profiles have 1; the number of vCPUs/],
      ["[hypervisor.clh]\n", /kata\.toml: has no section \[hypervisor\.qemu\]/],
      ["= no toml", /kata\.toml: not TOML/],
    ] as const) {
      writeFileSync(at("kata.toml"), text);
      await refusedHere([...base, "--kata-config", at("kata.toml")], reason);
    }
  });

  it.each<[string, string[], RegExp]>([
    ["no firmware", ["--kernel", "vmlinuz", "--verity", verity], /No firmware is given; add --firmware-snp/],
    ["no root", ["--firmware-snp", "AMDSEV.fd", "--kernel", "vmlinuz"], /Give one of --verity/],
    [
      "a file that is none",
      ["--firmware-snp", "absent.fd", "--kernel", "vmlinuz", "--verity", verity],
      /absent\.fd cannot be read \(ENOENT\); name an OVMF built for SEV-SNP/,
    ],
    [
      "a firmware that is none",
      ["--firmware-snp", "not-firmware", "--kernel", "vmlinuz", "--verity", verity],
      /not-firmware: firmware: /,
    ],
    [
      "a kernel that is no PE image, for TDX",
      ["--firmware-tdx", "OVMF.inteltdx.fd", "--kernel", "not-firmware", "--verity", verity],
      /not-firmware: /,
    ],
    [
      "verity parameters that are none",
      ["--firmware-snp", "AMDSEV.fd", "--kernel", "vmlinuz", "--verity", "root_hash=00"],
      /guest image: rootfs\.verity: verity parameters "root_hash=00": root_hash is not 32 bytes/,
    ],
    [
      "one extension",
      ["--firmware-snp", "AMDSEV.fd", "--kernel", "vmlinuz", "--verity", verity, "--extension-gpu", verity],
      /runtime-rs has two extensions/,
    ],
  ])("refuses %s in one message", async (_, given, reason) => {
    const files = given.map((arg, index) => (/^--(firmware|kernel)/.test(given[index - 1] ?? "") ? at(arg) : arg));
    await refusedHere(
      ["guest", "describe", "--name", "g", "--kata", "4.1.0", "--out", at("never.json"), ...files],
      reason,
    );
  });
});

describe("measure", () => {
  const base = ["measure", "--tee", "snp", "--cpu", "16"];

  it("says what is measured, what is not, and that no profile is verified", async () => {
    const { stdout, exitCode } = await run([...base, "--guest", at("guest.json"), "--memory", "48Gi"]);
    const image = guest("4.0.0");
    const measured = measureGuest({ image, profile: launchProfileFor({ kata: "4.0.0", tee: "snp" }), vcpus: 17 });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(measured.tee === "snp" ? measured.launchDigest : "-");
    expect(stdout).toContain(commandLine4);
    expect(stdout).toMatch(/17 EPYC-v4, for a CPU limit of 16/);
    expect(stdout).toMatch(/NOT VERIFIED yet/);
    expect(stdout).toMatch(/57344 MiB/);
    expect(stdout).not.toMatch(/SIMULATED/);
  });

  it("gives a program everything, for TDX", async () => {
    const toml = 'version = "0.1.0"\nalgorithm = "sha256"\n[data]\n';
    writeFileSync(at("initdata.toml"), toml);
    const args = ["measure", "--simulated", "--kata", "4.1.0", "--tee", "tdx", "--cpu", "500m", "--json"];
    const { stdout } = await run([...args, "--init-data", at("initdata.toml")]);
    expect(JSON.parse(stdout)).toMatchObject({
      simulated: true,
      kata: "4.1.0",
      tee: "tdx",
      vcpus: 2,
      verified: false,
      measurement: { tee: "tdx", mrTd: expect.stringMatching(/^[0-9a-f]{96}$/) as string },
      initDataDigest: initDataDigest(toml),
    });
    const text = await run([...args.slice(0, -1), "--init-data", at("initdata.toml")]);
    expect(text.stdout).toMatch(/^SIMULATED: a made-up guest image/);
    expect(text.stdout).toContain(boundDigest("tdx", initDataDigest(toml)));
  });

  it("ends with 0 where QEMU was started as the profile says, read from a file or the input", async () => {
    const line = procForm(constructedArguments("snp"));
    writeFileSync(at("cmdline"), line);
    const args = [...base, "--guest", at("guest.json"), "--memory", "48Gi", "--against"];
    for (const { stdout, stderr, exitCode } of [await run([...args, at("cmdline")]), await run([...args, "-"], line)]) {
      expect(stderr).toBe("");
      expect(stdout).toMatch(/✓ QEMU was started as the launch profile says/);
      expect(exitCode).toBe(0);
    }
  });

  it("ends with 1 and the first difference where it was not", async () => {
    const args = constructedArguments("snp", commandLine4.replace("quiet", "agent.debug_console quiet"));
    const line = procForm(args.map((arg) => arg.replace("policy=196608", "policy=720896")));
    const given = [...base, "--guest", at("guest.json"), "--against", "-"];
    await refused(
      given,
      /✗ QEMU was not started as the launch profile says\. First difference: -append, parameter 19: it is "agent\.debug_console", the profile has "quiet": the agent opens a root shell to the host\.\n {2}\| -object sev-snp-guest: policy is 720896/,
      line,
    );
    const { stdout, exitCode } = await run([...given, "--json"], line);
    expect(exitCode).toBe(1);
    expect((JSON.parse(stdout) as { comparison: object }).comparison).toMatchObject({ equal: false });
  });

  it.each<[string, string[], RegExp]>([
    ["neither a guest nor --simulated", ["--tee", "snp"], /give either --guest <file> or --simulated/],
    ["a guest that is not there", ["--tee", "snp", "--guest", "absent.json"], /cannot be read \(ENOENT\)/],
    ["a file that is no guest", ["--tee", "snp", "--guest", "initrd"], /initrd: guest image: not JSON/],
    [
      "a limit that is none",
      ["--tee", "snp", "--guest", "guest.json", "--cpu", "many"],
      /CPU limit "many" is no quantity/,
    ],
    [
      "another Kata",
      ["--tee", "snp", "--guest", "guest.json", "--kata", "4.1.0"],
      /--kata is 4\.1\.0, and .* for 4\.0\.0/,
    ],
    ["an unknown TEE", ["--tee", "sgx", "--guest", "guest.json"], /Allowed choices are snp, tdx/],
    [
      "runtime-rs without extensions",
      ["--tee", "snp", "--guest", "guest.json", "--shim", "runtime-rs"],
      /no extensions/,
    ],
    ["init-data that is not TOML", ["--tee", "snp", "--simulated", "--init-data", "initrd"], /it is not TOML/],
    [
      "init-data with another digest",
      ["--tee", "snp", "--simulated", "--init-data", "sha384.toml"],
      /its algorithm is "sha384", not "sha256"/,
    ],
    ["TOML that is no init-data", ["--tee", "snp", "--simulated", "--init-data", "data.toml"], /no table \[data\]/],
    ["a comparison with nothing", ["--tee", "snp", "--guest", "guest.json", "--against", "empty"], /it is empty/],
  ])("refuses %s in one message", async (_, given, reason) => {
    await refusedHere(
      [
        "measure",
        ...given.map((arg, index) => (/^--(guest|against|init-data)$/.test(given[index - 1] ?? "") ? at(arg) : arg)),
      ],
      reason,
    );
  });
});
