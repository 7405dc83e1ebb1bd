import { describe, expect, it } from "vitest";
import { emptyRegister, extend, rtmr1, rtmr2 } from "../../../../../components/guest/measurement/tdx/rtmr";

const kataCommandLine =
  "tsc=reliable no_timer_check rcupdate.rcu_expedited=1 i8042.direct=1 i8042.dumbkbd=1 i8042.nopnp=1 i8042.noaux=1 " +
  "noreplace-smp reboot=k cryptomgr.notests net.ifnames=0 pci=lastbus=0 " +
  'dm-mod.create="dm-verity,,,ro,0 772096 verity 1 /dev/vda1 /dev/vda2 4096 4096 96512 0 sha256 ' +
  "768cd7e848f6cb7eb4f59467b26ee5c5e45ece570cb96a5c952d97dbc89bb150 " +
  '63f8dacc786bd19f307be8668c7792a8fe07818df4aae55b63e76c4931d35c76" root=/dev/dm-0 ' +
  "rootflags=data=ordered,errors=remount-ro ro rootfstype=ext4 console=hvc0 console=hvc1 quiet " +
  "systemd.show_status=false panic=1 nr_cpus=1 selinux=0 systemd.unit=kata-containers.target " +
  "systemd.mask=systemd-networkd.service systemd.mask=systemd-networkd.socket scsi_mod.scan=none " +
  "agent.launch_process_timeout=6 cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1";

describe("rtmr1", () => {
  // Event log and quote of a Phala dstack guest, direct boot, published in tests of NEAR's solver registry
  // (contracts/solver-registry): the digest of its EV_EFI_BOOT_SERVICES_APPLICATION event and the register.
  it("is what TDX hardware reported for a kernel's digest", () => {
    expect(
      rtmr1("f51c5215e1ae1e5202fb0a710248e13c2bf2824b7f0b2a1675f63e9fd37befb93fbb97a4f8630879168b76aee3b198e2"),
    ).toBe("4a7db64a609c77e85f603c23e9a9fd03bfd9e6b52ce527f774a598e66d58386026cea79b2aea13b81a0b70cfacdec0ca");
  });

  it("changes with the kernel", () => {
    expect(rtmr1("0".repeat(96))).not.toBe(rtmr1("1".repeat(96)));
  });
});

describe("rtmr2", () => {
  // A TDX quote of a Kata guest without initrd, 2026-07-08: confidential-dot-ai/confidential-os-builder,
  // crates/tdx-measure/src/rtmr.rs.
  it("is what TDX hardware reported for a guest of Kata without an initrd", () => {
    expect(rtmr2({ commandLine: kataCommandLine })).toBe(
      "b595f9f179d8b699d1420000d36c1fba82e9853545e719caa6ddbb82fa2041a23b4459876af4a253a1c20c5956529b9a",
    );
  });

  // QEMU 10.2.4, edk2-stable202602, Linux 7.0: aleph-vm, hardware vectors of its tdx_measurement.
  it("is what TDX hardware reported for a guest with an initrd", () => {
    expect(
      rtmr2({
        commandLine: "root=LABEL=cloudimg-rootfs ro console=ttyS0",
        initrdSha384:
          "88de90bedcc560064688c74ccd6609a25ed9d48b0a0e13d8b2a558212724d8755b2c8114dcf04b8d51ea4cf7782e3091",
      }),
    ).toBe("972547466cb6bcb8a23cd479e9258c3affbbc4f0ba2805d732477200d0dff8432447c7a775e70453cdb51f018a306ece");
  });

  // Recorded from the crate mosaik 0.4.2 (compute_rtmr2), for an initrd of the bytes "initrd bytes".
  it("puts the firmware's own initrd parameter last for older firmware", () => {
    expect(
      rtmr2({
        commandLine: "console=ttyS0 root=/dev/vda",
        initrdSha384:
          "093767035fa44d795ade7929811a560dd520a25adf817ffb202ce22924e78214d2d1868332352fc9cc0bdf81480e92f8",
        initrdToken: "after",
      }),
    ).toBe("ce66ac001222fb3a17b24c74901b95750b148df21ad9275f9c1f3aafa5947f76b8b10c2d525220803afbd5734b9ca38c");
  });

  it.each(["", "console=ttyS0\n", "model=größe", "one\0two"])("refuses the command line %j", (commandLine) => {
    expect(() => rtmr2({ commandLine })).toThrow(/^RTMR2: the kernel command line /);
  });

  it("takes an empty command line where there is an initrd", () => {
    expect(rtmr2({ commandLine: "", initrdSha384: "0".repeat(96) })).toMatch(/^[0-9a-f]{96}$/);
  });
});

describe("extend", () => {
  // The two events of RTMR2 in the event log named above.
  it("chains the digests of an event log to the register in the quote", () => {
    const events = [
      "a68ac6d65dd62f392826c2ae44f6846363ced3418c96574b3e168de9205c8553b8198c3b9d206bc432d70a923c25b098",
      "21a1d39f7395e15c35b91dacf14714cf2e9ead77e69f076ce164798272c1838312b2d82b3307b91929a4d7dbc6f1e48b",
    ];
    expect(events.reduce(extend, emptyRegister)).toBe(
      "8a4fe048fea22663152ef128853caa5c033cbe66baf32ba1ff7f6b1afc1624c279f50a4cbc522a735ca6f69551e61ef2",
    );
  });

  it.each(["", "0".repeat(95), "0".repeat(98), "G".repeat(96), "A".repeat(96)])("refuses %j", (value) => {
    expect(() => extend(emptyRegister, value)).toThrow(/^RTMR: the digest .* is no SHA-384/);
    expect(() => extend(value, emptyRegister)).toThrow(/^RTMR: the register .* is no SHA-384/);
  });
});
