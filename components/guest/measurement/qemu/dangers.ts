import { expectedFirmwareConfiguration } from "../profiles/goQemuArguments";
import { normalised } from "./optionList";
import type { QemuOption } from "./splitArguments";

/** SNP guest policy: the host may decrypt the guest (bit 19), a migration agent may join it (bit 18). */
const debugPolicy = 1n << 19n;
const migrationPolicy = 1n << 18n;

/** Why a property of the guest object opens the guest; undefined where it does not. */
export function dangerousProperty(type: string, name: string, value: string): string | undefined {
  if (type === "sev-snp-guest") {
    if (name === "policy" && /^\d{1,20}$/.test(normalised(value))) {
      const policy = BigInt(normalised(value));
      if (policy & debugPolicy) return "the policy allows debugging: the host may read and write the guest's memory";
      if (policy & migrationPolicy) return "the policy allows a migration agent, which may take the guest's memory out";
    }
    if (name === "kernel-hashes" && normalised(value) !== "on")
      return "kernel, initrd and command line are then not part of the launch digest";
    if (name === "id-block" || name === "id-auth")
      return "an ID block puts an identity and policy of its own into the report; the profile has none";
  }
  if (type === "tdx-guest") {
    const debugs = name === "debug" && normalised(value) === "on";
    const attributes = name === "attributes" && /^\d{1,20}$/.test(normalised(value)) ? BigInt(normalised(value)) : 0n;
    if (debugs || attributes & 1n) return "the TD is a debug one: the host may read and write the guest's memory";
  }
  return undefined;
}

/** Options that bring code or data into the guest, or open it, beside what the profile has. */
const dangerousOptions: readonly { readonly name: string; readonly value?: RegExp; readonly why: string }[] = [
  { name: "pflash", why: "it puts another firmware in the place of -bios" },
  { name: "drive", value: /(^|,)if=pflash(,|$)/, why: "it puts another firmware in the place of -bios" },
  { name: "device", value: /^(loader|guest-loader)(,|$)/, why: "it writes into the guest's memory before it starts" },
  { name: "option-rom", why: "it gives the guest code that is not measured" },
  { name: "acpitable", why: "it gives the guest ACPI tables of the host's making" },
  { name: "smbios", why: "it gives the guest settings that systemd takes as credentials" },
  { name: "shim", why: "it starts another program before the kernel" },
  { name: "dtb", why: "it gives the guest a device tree of the host's making" },
  { name: "incoming", why: "the guest goes on from another one's state" },
  { name: "loadvm", why: "the guest goes on from a saved state" },
  { name: "gdb", why: "a debugger is attached" },
  { name: "s", why: "a debugger is attached" },
  { name: "set", why: "it changes an argument after it was read, and so what was compared" },
  {
    name: "global",
    value: /sev|tdx|cpu|host|EPYC|fw_cfg|q35/i,
    why: "it changes a property of the guest, the CPU or the machine, and so what was compared",
  },
  { name: "readconfig", why: "further options stand in a file that was not compared" },
];

/** Why an option that no profile has endangers the guest; undefined where it does not. */
export function dangerousOption({ name, value = "" }: QemuOption): string | undefined {
  if (name === "fw_cfg")
    return expectedFirmwareConfiguration.test(value)
      ? undefined
      : "it gives the firmware, or the guest, settings that are not measured";
  return dangerousOptions.find((one) => one.name === name && (one.value?.test(value) ?? true))?.why;
}

const dangerousParameters: readonly { readonly form: RegExp; readonly why: string }[] = [
  { form: /^agent\.debug_console(_vport)?(=|$)/, why: "the agent opens a root shell to the host" },
  { form: /^agent\.(devmode|config_file|policy_file)(=|$)/, why: "the agent's own rules are replaced" },
  { form: /^agent\.log=(debug|trace)$/, why: "the agent's log, with what requests hold, goes to the host" },
  { form: /^agent\.(aa_kbc_params|guest_components_\w+|image_policy_file)=/, why: "attestation is sent elsewhere" },
  { form: /^(init|rdinit)=/, why: "another program takes the place of init" },
  { form: /^systemd\.(debug[-_]shell|unit|run|wants|set_credential\w*)(=|$)/, why: "systemd starts something else" },
  { form: /^(rd\.break|rd\.shell|single|emergency|rescue)(=|$)/, why: "a shell is started" },
  { form: /^console=tty/, why: "the guest's console goes to the host" },
];

/** Why a kernel parameter that is not the profile's endangers the guest; undefined where it does not. */
export function dangerousParameter(parameter: string): string | undefined {
  return dangerousParameters.find(({ form }) => form.test(parameter))?.why;
}
