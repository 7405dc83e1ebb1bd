import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { launchProfileFor } from "../../../../../components/guest/measurement/launchProfile";
import { compareWithProfile } from "../../../../../components/guest/measurement/qemu/compareWithProfile";
import { expectedLaunch } from "../../../../../components/guest/measurement/qemu/expectedLaunch";
import { parseQemuCommandLine } from "../../../../../components/guest/measurement/qemu/qemuCommandLine";
import { commandLine4, constructedArguments, guest, procForm, shellForm } from "../guests";

type Tee = "snp" | "tdx";
const digest = "0123456789abcdef".repeat(4);

function compare(tee: Tee, args: readonly string[], given: { initDataDigest?: string; vcpus?: number } = {}) {
  const profile = launchProfileFor({ kata: "4.0.0", tee });
  const expected = expectedLaunch({ image: guest("4.0.0"), profile, vcpus: 17, memoryMib: 57344, ...given });
  return compareWithProfile(parseQemuCommandLine(procForm(args)), expected);
}

/** Replaces in the one argument that holds the text. */
function change(tee: Tee, from: string, to: string): string[] {
  const args = constructedArguments(tee);
  const holders = args.filter((arg) => arg.includes(from));
  expect(holders, from).toHaveLength(1);
  return args.map((arg) => arg.replace(from, () => to));
}

const add = (tee: Tee, ...more: string[]) => [...constructedArguments(tee), ...more];
const append = (tee: Tee, text: string) => constructedArguments(tee, text);

function without(tee: Tee, option: string): string[] {
  const args = constructedArguments(tee);
  const at = args.indexOf(option);
  expect(at).toBeGreaterThan(0);
  return [...args.slice(0, at), ...args.slice(at + 2)];
}

function changeValue(tee: Tee, option: string, value: string): string[] {
  return [...without(tee, option), option, value];
}

describe("a QEMU process that was started as the profile says", () => {
  it.each(["snp", "tdx"] as const)("is equal with %s, in every form", (tee) => {
    expect(compare(tee, constructedArguments(tee))).toMatchObject({ equal: true, differences: [] });
    const profile = launchProfileFor({ kata: "4.0.0", tee });
    const expected = expectedLaunch({ image: guest("4.0.0"), profile, vcpus: 17 });
    for (const text of [shellForm(constructedArguments(tee)), constructedArguments(tee).join(" ")])
      expect(compareWithProfile(parseQemuCommandLine(text), expected).differences).toEqual([]);
  });

  it("is equal in other spellings of the same", () => {
    for (const args of [
      changeValue("snp", "-m", "56G"),
      change("snp", "policy=196608", "policy=0x30000"),
      change("snp", "kernel-hashes=on", "kernel-hashes=true"),
      change("snp", "kernel_irqchip=split,confidential", "kernel-irqchip=split,confidential"),
      change("snp", "id=snp,cbitpos=51", "cbitpos=47,id=snp"),
    ])
      expect(compare("snp", args).differences).toEqual([]);
  });

  it("says what was not compared", () => {
    const profile = launchProfileFor({ kata: "4.0.0", tee: "snp" });
    const expected = expectedLaunch({ image: guest("4.0.0"), profile, vcpus: 17 });
    const { notes } = compareWithProfile(parseQemuCommandLine(procForm(constructedArguments("snp"))), expected);
    expect(notes.join("\n")).toMatch(/compared by name; .*AMDSEV\.fd, .*vmlinuz/);
    expect(notes.join("\n")).toMatch(/-m was not compared/);
    expect(notes.join("\n")).toMatch(/init-data's digest was not compared/);
  });

  it.each([
    ["snp", Buffer.from(digest, "hex").toString("base64")],
    ["tdx", Buffer.from(digest.padEnd(96, "0"), "hex").toString("base64")],
  ] as const)("carries the init-data's digest with %s", (tee, base64) => {
    const withData = (value: string) =>
      tee === "snp"
        ? change(tee, "policy=196608", `policy=196608,host-data=${value}`)
        : change(tee, '"id":"tdx"', `"id":"tdx","mrconfigid":"${value}"`);
    const given = { initDataDigest: digest };
    expect(compare(tee, withData(base64), given).differences).toEqual([]);
    const [other] = compare(tee, withData(base64.replace("A", "B")), given).differences;
    expect(other).toMatchObject({ measuredIn: tee === "snp" ? "HOST_DATA" : "MRCONFIGID" });
    const [missing] = compare(tee, constructedArguments(tee), given).differences;
    expect(missing?.sentence).toMatch(/(host-data|mrconfigid) is missing, the profile has /);
  });
});

/** One change each: what was changed, the arguments, the first difference, and the danger if it is one. */
const changes: [string, Tee, string[], RegExp, RegExp?][] = [
  ["machine type", "snp", change("snp", "q35,accel", "pc,accel"), /^-machine: type is pc, the profile has q35$/],
  ["irqchip", "snp", change("snp", "irqchip=split", "irqchip=on"), /^-machine: kernel-irqchip is on, .* has split$/],
  [
    "another machine option",
    "tdx",
    change("tdx", "guest-support=tdx", "guest-support=tdx,mem-merge=off"),
    /^-machine: mem-merge=off is not the profile's$/,
  ],
  [
    "no confidential guest",
    "snp",
    change("snp", ",confidential-guest-support=snp", ""),
    /^-machine: confidential-guest-support is missing, the profile has snp$/,
  ],
  ["CPU model", "snp", change("snp", "EPYC-v4", "EPYC-Milan"), /^-cpu: model is EPYC-Milan, the profile has EPYC-v4$/],
  ["CPU feature", "tdx", change("tdx", "host,pmu=off", "host,pmu=on"), /^-cpu: pmu is on, the profile has off$/],
  ["vCPUs", "snp", change("snp", "17,cores", "18,cores"), /^-smp: cpus is 18, the profile has 17$/],
  ["threads", "snp", change("snp", "threads=1", "threads=2"), /^-smp: threads is 2, the profile has 1$/],
  [
    "hot-pluggable vCPUs",
    "snp",
    change("snp", "threads=1", "threads=1,maxcpus=64"),
    /^-smp: maxcpus=64 is not the profile's$/,
  ],
  ["no vCPUs", "snp", without("snp", "-smp"), /^-smp is missing$/],
  ["firmware", "snp", change("snp", "AMDSEV.fd", "OVMF.fd"), /^-bios is ".*OVMF\.fd", the profile has AMDSEV\.fd$/],
  ["firmware of the other TEE", "tdx", change("tdx", "OVMF.inteltdx.fd", "AMDSEV.fd"), /^-bios is ".*AMDSEV\.fd"/],
  ["no firmware", "snp", without("snp", "-bios"), /^-bios is missing$/],
  ["kernel", "snp", change("snp", "-nvidia-gpu", "-debug"), /^-kernel is ".*-debug", the profile has vmlinuz-nvidia/],
  ["no kernel", "tdx", without("tdx", "-kernel"), /^-kernel is missing$/],
  ["an initrd", "snp", add("snp", "-initrd", "/tmp/initrd"), /^-initrd is "\/tmp\/initrd", the profile has none$/],
  ["no command line", "snp", without("snp", "-append"), /^-append is missing$/],
  [
    "a debug console",
    "snp",
    append("snp", commandLine4.replace("agent.launch", "agent.debug_console agent.launch")),
    /^-append, parameter 27: it is "agent\.debug_console", the profile has "agent\.launch_process_timeout=15"$/,
    /root shell/,
  ],
  [
    "another root hash",
    "tdx",
    append("tdx", commandLine4.replace("7a7a", "7b7a")),
    /^-append, parameter 13: it is "dm-mod\.create="dm-verity.*, the profile has "dm-mod\.create=/,
  ],
  [
    "a parameter at the end",
    "snp",
    append("snp", `${commandLine4} init=/bin/sh`),
    /^-append, parameter 33: "init=\/bin\/sh" follows where the profile's line ends$/,
    /place of init/,
  ],
  [
    "a parameter less at the end",
    "snp",
    append("snp", commandLine4.replace(" nvrc.smi.srs=1", "")),
    /^-append, parameter 32: "nvrc\.smi\.srs=1" is missing, the line ends before it$/,
  ],
  [
    "two parameters in another order",
    "snp",
    append("snp", commandLine4.replace("console=hvc0 console=hvc1", "console=hvc1 console=hvc0")),
    /^-append, parameter 17: it is "console=hvc1", the profile has "console=hvc0"; the parameters are the same in ano/,
  ],
  [
    "more white space",
    "tdx",
    append("tdx", commandLine4.replace(" quiet", "  quiet")),
    /^-append has the profile's parameters with other white space; the bytes are measured$/,
  ],
  [
    "a command line given twice",
    "snp",
    add("snp", "-append", commandLine4),
    /^-append is given more than once, the profile has it once$/,
  ],
  [
    "a debug policy",
    "snp",
    change("snp", "policy=196608", "policy=720896"),
    /^-object sev-snp-guest: policy is 720896, the profile has 196608$/,
    /read and write the guest's memory/,
  ],
  [
    "a migration policy",
    "snp",
    change("snp", "policy=196608", "policy=0x70000"),
    /policy is 0x70000, the profile has 196608$/,
    /migration agent/,
  ],
  [
    "no kernel hashes",
    "snp",
    change("snp", "kernel-hashes=on", "kernel-hashes=off"),
    /^-object sev-snp-guest: kernel-hashes is off, the profile has on$/,
    /not part of the launch digest/,
  ],
  [
    "an ID block",
    "snp",
    change("snp", "policy=196608", "policy=196608,id-block=AAAA"),
    /^-object sev-snp-guest: id-block=AAAA is not the profile's$/,
    /ID block/,
  ],
  [
    "a debug TD",
    "tdx",
    change("tdx", '"id":"tdx"', '"id":"tdx","debug":true'),
    /^-object tdx-guest: debug=on is not the profile's$/,
    /debug one/,
  ],
  [
    "an owner of the TD",
    "tdx",
    change("tdx", '"id":"tdx"', '"id":"tdx","mrowner":"AAAA"'),
    /^-object tdx-guest: mrowner=AAAA is not the profile's$/,
  ],
  ["memory", "snp", changeValue("snp", "-m", "8192M"), /^-m: size is 8192M, the profile has 57344M$/],
  [
    "firmware configuration",
    "snp",
    add("snp", "-fw_cfg", "name=opt/io.systemd.credentials/x,string=y"),
    /^-fw_cfg name=opt\/io\.systemd\.credentials\/x,string=y is not the profile's$/,
    /not measured/,
  ],
  [
    "flash",
    "snp",
    add("snp", "-drive", "if=pflash,file=/x"),
    /^-drive if=pflash,file=\/x is not/,
    /in the place of -bios/,
  ],
  ["a loader", "tdx", add("tdx", "-device", "loader,file=/x"), /^-device loader,file=\/x is not/, /before it starts/],
  [
    "a setting behind the argument",
    "snp",
    add("snp", "-set", "object.snp.policy=0xb0000"),
    /^-set object\.snp\.policy=0xb0000 is not the profile's$/,
    /after it was read/,
  ],
  [
    "a property for all guest objects",
    "snp",
    add("snp", "-global", "sev-snp-guest.policy=0xb0000"),
    /^-global sev-snp-guest\.policy=0xb0000 is not/,
    /what was compared/,
  ],
  ["a debugger", "snp", add("snp", "-s"), /^-s is not the profile's$/, /debugger/],
  [
    "a second guest object",
    "snp",
    add("snp", "-object", "sev-guest,id=x"),
    /^-object sev-guest is there, the profile has one sev-snp-guest$/,
  ],
  [
    "the other TEE's guest object",
    "snp",
    change("snp", "sev-snp-guest,id=snp", "tdx-guest,id=snp"),
    /^-object tdx-guest is there, the profile has one sev-snp-guest$/,
  ],
];

describe("a QEMU process that was started otherwise", () => {
  it.each(changes)("is told by its first difference: %s (%s)", (_, tee, args, sentence, danger) => {
    const { equal, differences } = compare(tee, args);
    expect(equal).toBe(false);
    expect(differences[0]?.sentence).toMatch(sentence);
    if (danger) expect(differences[0]?.danger).toMatch(danger);
    else expect(differences[0]?.danger).toBeUndefined();
    expect(new Set(differences.map((one) => one.sentence)).size).toBe(differences.length);
  });

  it("names later differences, and dangerous ones wherever they stand", () => {
    const line = `${commandLine4.replace("tsc=reliable", "tsc=unstable")} agent.log=debug`;
    const args = constructedArguments("snp", line).map((arg) => arg.replace("17,cores", "2,cores"));
    const { differences } = compare("snp", args);
    expect(differences.map(({ argument, measuredIn }) => [argument, measuredIn])).toEqual([
      ["-smp", "launch digest"],
      ["-append", "launch digest"],
      ["-append", "launch digest"],
    ]);
    expect(differences[1]?.sentence).toMatch(/^-append, parameter 1: it is "tsc=unstable"/);
    expect(differences[2]).toMatchObject({
      sentence: '-append: "agent.log=debug" is not the profile\'s',
      danger: expect.stringMatching(/goes to the host/) as string,
    });
  });

  it("is never equal when one character of a measured argument changes", () => {
    const at = constructedArguments("snp").indexOf(commandLine4);
    fc.assert(
      fc.property(fc.nat(commandLine4.length - 1), fc.stringMatching(/^[!-~]$/), (index, character) => {
        fc.pre(commandLine4[index] !== character);
        const args = constructedArguments("snp");
        args[at] = commandLine4.slice(0, index) + character + commandLine4.slice(index + 1);
        const { equal, differences } = compare("snp", args);
        expect(equal).toBe(false);
        expect(differences[0]?.argument).toBe("-append");
      }),
    );
  });
});
