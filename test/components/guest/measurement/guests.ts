import { execFileSync } from "node:child_process";
import type { GuestImage } from "../../../../components/guest/measurement/guestImage";
import { simulatedGuestImage } from "../../../../components/guest/measurement/simulatedGuestImage";

export const rootHash = "7a".repeat(32);
export const salt = "5c".repeat(32);
export const verity = `root_hash=${rootHash},salt=${salt},data_blocks=65536,data_block_size=4096,hash_block_size=4096`;
export const extensions = { gpu: verity.replaceAll("7a", "11"), coco: verity.replaceAll("7a", "22") };

/** A guest whose root file system is known here in full; all its other digests are made up. */
export function guest(kata: string, type: "erofs" | "ext4" = kata === "3.29.0" ? "ext4" : "erofs"): GuestImage {
  return { ...simulatedGuestImage(kata), rootfs: { verity, type } };
}

export function initrdGuest(kata: string): GuestImage {
  return {
    ...simulatedGuestImage(kata),
    rootfs: undefined,
    initrd: { sha256: "ab".repeat(32), sha384: "cd".repeat(48) },
  };
}

/**
 * The command line of the Go shim at 4.0.0 and 4.1.0, written out by hand from what was read of Kata's source, and not
 * recorded from a machine.
 */
export const commandLine4 =
  "tsc=reliable no_timer_check rcupdate.rcu_expedited=1 i8042.direct=1 i8042.dumbkbd=1 i8042.nopnp=1 i8042.noaux=1 " +
  "noreplace-smp reboot=k cryptomgr.notests net.ifnames=0 pci=lastbus=0 " +
  `dm-mod.create="dm-verity,,,ro,0 524288 verity 1 /dev/vda1 /dev/vda2 4096 4096 65536 0 sha256 ${rootHash} ${salt}" ` +
  "root=/dev/dm-0 rootflags=ro rootfstype=erofs console=hvc0 console=hvc1 quiet systemd.show_status=false panic=1 " +
  "selinux=0 systemd.unit=kata-containers.target systemd.mask=systemd-networkd.service " +
  "systemd.mask=systemd-networkd.socket scsi_mod.scan=none agent.launch_process_timeout=15 cgroup_no_v1=all " +
  "pci=realloc pci=nocrs pci=assign-busses nvrc.smi.srs=1";

/**
 * CONSTRUCTED, not recorded: a QEMU command line with all that the Go shim of 4.0.0 is known to give, and some devices.
 * 17 vCPUs, 57344 MiB.
 */
export function constructedArguments(tee: "snp" | "tdx", append = commandLine4): string[] {
  const kata = "/opt/kata/share";
  const object =
    tee === "snp"
      ? "sev-snp-guest,id=snp,cbitpos=51,reduced-phys-bits=1,kernel-hashes=on,policy=196608"
      : '{"qom-type":"tdx-guest","id":"tdx","quote-generation-socket":{"type":"vsock","cid":"2","port":"4050"}}';
  return [
    `/opt/kata/bin/qemu-system-x86_64-${tee}-experimental`,
    ...["-name", "sandbox-0123,debug-threads=on", "-uuid", "9d2b7e4c-6c0b-4d55-8a27-0c4d3f8f6a10"],
    ...["-machine", `q35,accel=kvm,kernel_irqchip=split,confidential-guest-support=${tee}`],
    ...["-cpu", tee === "snp" ? "EPYC-v4,pmu=off" : "host,pmu=off"],
    ...["-qmp", "unix:fd=3,server=on,wait=off", "-m", "57344M"],
    ...[
      "-device",
      "pcie-root-port,id=rp0,bus=pcie.0,chassis=0,slot=0",
      "-device",
      "vfio-pci,host=0000:41:00.0,bus=rp0",
    ],
    ...["-object", object],
    ...["-object", "memory-backend-ram,id=dimm1,size=57344M", "-numa", "node,memdev=dimm1"],
    ...["-rtc", "base=utc,driftfix=slew,clock=host", "-global", "kvm-pit.lost_tick_policy=discard", "-vga", "none"],
    ...["-no-user-config", "-nodefaults", "-nographic", "--no-reboot"],
    ...["-kernel", `${kata}/kata-containers/vmlinuz-6.18.35-200-nvidia-gpu`, "-append", append],
    ...["-bios", `${kata}/ovmf/${tee === "snp" ? "AMDSEV.fd" : "OVMF.inteltdx.fd"}`],
    ...["-pidfile", "/run/vc/vm/0123/pid", "-fw_cfg", "name=opt/ovmf/X-PciMmio64Mb,string=262144"],
    ...["-smp", "17,cores=1,threads=1"],
  ];
}

/** As the kernel shows it in /proc/<pid>/cmdline. */
export const procForm = (args: readonly string[]) => args.map((arg) => `${arg}\0`).join("");

/** As bash quotes it. */
export const shellForm = (args: readonly string[]) =>
  execFileSync("bash", ["-c", `printf '%q ' "$@"`, "bash", ...args], { encoding: "utf8" });
