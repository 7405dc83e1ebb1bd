import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandLine } from "../../../../components/guest/measurement/commandLine";
import { launchProfileFor } from "../../../../components/guest/measurement/launchProfile";
import { commandLine4, extensions, guest, initrdGuest, rootHash, salt, verity } from "./guests";

const profile = (kata: string, tee: "snp" | "tdx" = "snp", shim: "go" | "runtime-rs" = "go") =>
  launchProfileFor({ kata, tee, shim });

describe("the kernel's command line", () => {
  it.each([
    ["4.0.0", "snp"],
    ["4.0.0", "tdx"],
    ["4.1.0", "snp"],
    ["4.1.0", "tdx"],
  ] as const)("of Kata %s with %s is the one read from source, whatever the vCPUs", (kata, tee) => {
    for (const vcpus of [1, 17, 255]) expect(commandLine(profile(kata, tee), guest(kata), vcpus)).toBe(commandLine4);
  });

  it("of Kata 3.29.0 has ext4 and names the vCPUs", () => {
    expect(commandLine(profile("3.29.0"), guest("3.29.0"), 17)).toBe(
      commandLine4
        .replace("rootflags=ro rootfstype=erofs", "rootflags=data=ordered,errors=remount-ro ro rootfstype=ext4")
        .replace("panic=1 selinux=0", "panic=1 nr_cpus=17 selinux=0"),
    );
  });

  it("of runtime-rs has its own order and names the extensions", () => {
    const image = { ...guest("4.0.0"), extensions };
    expect(commandLine(profile("4.0.0", "tdx", "runtime-rs"), image, 3)).toBe(
      "reboot=k panic=1 systemd.unit=kata-containers.target systemd.mask=systemd-networkd.service " +
        "systemd.mask=systemd-networkd.socket " +
        `dm-mod.create="dm-verity,,,ro,0 524288 verity 1 /dev/vda1 /dev/vda2 4096 4096 65536 0 sha256 ${rootHash} ${salt}" ` +
        "root=/dev/dm-0 rootflags=ro rootfstype=erofs agent.launch_process_timeout=15 cgroup_no_v1=all pci=realloc " +
        "pci=nocrs pci=assign-busses nvrc.smi.srs=1 selinux=0 " +
        `kata.extension.gpu.verity_params=${extensions.gpu} kata.extension.coco.verity_params=${extensions.coco} ` +
        "console=hvc0",
    );
  });

  it("of an initrd names no root file system and no systemd", () => {
    const line = commandLine(profile("4.1.0"), initrdGuest("4.1.0"), 2);
    expect(line).not.toMatch(/root|dm-mod|systemd/);
    expect(line).toContain("console=hvc1 quiet panic=1 selinux=0 scsi_mod.scan=none");
  });

  it("opens the guest where debugging is asked for", () => {
    const debug = commandLine(profile("4.0.0"), guest("4.0.0"), 2, { debug: true });
    expect(debug).toBe(
      commandLine4
        .replace("quiet systemd.show_status=false", "debug systemd.show_status=true systemd.log_level=debug")
        .replace("agent.launch", "agent.log=debug agent.debug_console agent.debug_console_vport=1026 agent.launch") +
        " agent.log=debug initcall_debug",
    );
  });

  it("ends with proxies and FIPS where the installation has them", () => {
    const options = { httpsProxy: "http://proxy.example:3128", noProxy: "10.0.0.0/8,.example", fips: true };
    expect(commandLine(profile("4.1.0"), guest("4.1.0"), 2, options)).toBe(
      `${commandLine4} agent.https_proxy=http://proxy.example:3128 agent.no_proxy=10.0.0.0/8,.example fips=1`,
    );
  });

  it("has single spaces and every field filled, for every profile and option", () => {
    const option = <T>(value: T) => fc.constantFrom(undefined, value);
    fc.assert(
      fc.property(
        fc.constantFrom("3.29.0", "4.0.0", "4.1.0"),
        fc.constantFrom<"snp" | "tdx">("snp", "tdx"),
        fc.constantFrom<"erofs" | "ext4">("erofs", "ext4"),
        fc.integer({ min: 1, max: 512 }),
        fc.record({ debug: option(true), fips: option(true), httpsProxy: option("http://p"), noProxy: option("a,b") }),
        (kata, tee, type, vcpus, options) => {
          const line = commandLine(profile(kata, tee), guest(kata, type), vcpus, options);
          expect(line).not.toMatch(/ {2}|^ | $|[{}]|undefined/);
        },
      ),
    );
  });

  it.each([
    [() => commandLine(profile("4.0.0"), guest("4.1.0"), 2), /is of Kata 4\.1\.0 and the launch profile of 4\.0\.0/],
    [() => commandLine(profile("4.1.0"), guest("4.1.0"), 0), /vCPUs: 0 is no count/],
    [() => commandLine(profile("4.1.0"), guest("4.1.0"), 1.5), /vCPUs: 1\.5 is no count/],
    [() => commandLine(profile("4.1.0"), guest("4.1.0"), 1e6), /whole number from 1 to 4096/],
    [() => commandLine(profile("4.0.0", "snp", "runtime-rs"), guest("4.0.0"), 2), /has no extensions/],
    [() => commandLine(profile("4.0.0"), { ...guest("4.0.0"), extensions }, 2), /write shim runtime-rs/],
    [
      () => commandLine(profile("4.0.0", "snp", "runtime-rs"), { ...guest("4.0.0"), extensions }, 2, { debug: true }),
      /read of the Go shim alone/,
    ],
    [
      () => commandLine(profile("4.1.0"), guest("4.1.0"), 2, { httpsProxy: "http://p init=/bin/sh" }),
      /httpsProxy "http:\/\/p init=\/bin\/sh" would not stay one kernel parameter/,
    ],
    [
      () =>
        commandLine(profile("4.1.0"), { ...guest("4.1.0"), rootfs: { verity: verity.slice(10), type: "erofs" } }, 2),
      /verity parameters/,
    ],
  ])("is refused for what would measure another guest: %s", (make, message) => {
    expect(make).toThrow(message);
  });
});
