import { canonicalJson } from "../../../names";

/** Options of one argument by name, with `-` for `_`; QEMU takes the last of a name. */
export type OptionList = ReadonlyMap<string, string>;

/**
 * Reads `first,name=value,flag`, in which `,,` is a comma and the first may stand without its name, or a JSON object as
 * QEMU takes it for -object.
 */
export function parseOptionList(text: string, impliedName: string): OptionList {
  if (text.startsWith("{")) return parseJson(text);
  const options = new Map<string, string>();
  // A comma that stands for itself is kept as NUL, which no argument can hold.
  text
    .replaceAll(",,", "\0")
    .split(",")
    .forEach((part, index) => {
      const item = part.replaceAll("\0", ",");
      const at = item.indexOf("=");
      if (at >= 0) options.set(nameOf(item.slice(0, at)), item.slice(at + 1));
      else if (index === 0) options.set(impliedName, item);
      // QEMU's short forms: `flag` is on, `noflag` would be off and is refused by newer ones.
      else if (item !== "") options.set(nameOf(item), "on");
    });
  return options;
}

function parseJson(text: string): OptionList {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`QEMU command line: "${short(text)}" begins like JSON and is none; give /proc/<pid>/cmdline`);
  }
  return new Map(
    Object.entries(json as Record<string, unknown>).map(([name, value]) => [
      nameOf(name),
      typeof value === "string" ? value : typeof value === "boolean" ? (value ? "on" : "off") : canonicalJson(value),
    ]),
  );
}

const nameOf = (name: string) => name.replaceAll("_", "-");

/** At most one line of an error. */
export function short(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]/gu, " ");
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

/** One spelling of what QEMU takes for the same: numbers in any base, `on`, `yes`, `true`. */
export function normalised(value: string): string {
  if (/^(0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(value)) return String(BigInt(value));
  if (/^(on|yes|true|y)$/.test(value)) return "on";
  return /^(off|no|false|n)$/.test(value) ? "off" : value;
}

/** Sizes as QEMU's -m takes them; without a unit MiB. */
export function memoryMib(size: string): string {
  const [, digits = "", unit = "M"] = /^(\d{1,12})([KMGT]?)(?:i?B)?$/i.exec(size) ?? [];
  const kib = { K: 1, M: 1024, G: 1024 ** 2, T: 1024 ** 3 }[(unit || "M").toUpperCase()];
  return digits === "" || kib === undefined ? size : String((Number(digits) * kib) / 1024);
}
