import type { OptionList } from "./optionList";
import { parseOptionList } from "./optionList";
import type { QemuOption } from "./splitArguments";
import { splitQemuOptions } from "./splitArguments";

/** An object that makes the guest confidential. */
export interface GuestObject {
  readonly type: "sev-snp-guest" | "tdx-guest" | "sev-guest";
  readonly options: OptionList;
}

/** What a QEMU process was started with, as far as it reaches the guest's measurement or its report. */
export interface QemuCommandLine {
  readonly machine?: OptionList;
  readonly cpu?: OptionList;
  readonly smp?: OptionList;
  readonly memory?: OptionList;
  /** Paths on the host. */
  readonly bios?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  /** The kernel's command line, byte for byte. */
  readonly append?: string;
  readonly guests: readonly GuestObject[];
  /** Names of the above that stand more than once: QEMU merges some and takes the last of others. */
  readonly repeated: readonly string[];
  /** Everything, in order. */
  readonly options: readonly QemuOption[];
}

const aliases: Readonly<Record<string, string>> = { M: "machine" };
const once = ["machine", "cpu", "smp", "m", "bios", "kernel", "initrd", "append"];

/** Reads a real QEMU command line (see `splitQemuOptions` for its forms); an Error says what is not readable. */
export function parseQemuCommandLine(text: string): QemuCommandLine {
  const options = splitQemuOptions(text).map(({ name, value }) => ({ name: aliases[name] ?? name, value }));
  const all = (wanted: string) => options.filter(({ name }) => name === wanted).map(({ value = "" }) => value);
  const last = (wanted: string) => all(wanted).at(-1);
  const list = (wanted: string, implied: string) => {
    const value = last(wanted);
    return value === undefined ? undefined : parseOptionList(value, implied);
  };
  return {
    machine: list("machine", "type"),
    cpu: list("cpu", "model"),
    smp: list("smp", "cpus"),
    memory: list("m", "size"),
    bios: last("bios"),
    kernel: last("kernel"),
    initrd: last("initrd"),
    append: last("append"),
    guests: all("object").flatMap(guestObject),
    repeated: once.filter((name) => all(name).length > 1).map((name) => `-${name}`),
    options,
  };
}

function guestObject(value: string): GuestObject[] {
  const options = parseOptionList(value, "qom-type");
  const type = options.get("qom-type");
  if (type !== "sev-snp-guest" && type !== "tdx-guest" && type !== "sev-guest") return [];
  return [{ type, options: new Map([...options].filter(([name]) => name !== "qom-type")) }];
}
