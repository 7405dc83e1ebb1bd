import type { CpuTee } from "../../../host/hardware";
import type { Register } from "../launchProfile";
import { compareCommandLine } from "./compareCommandLine";
import { dangerousOption, dangerousProperty } from "./dangers";
import type { ExpectedArgument, ExpectedLaunch } from "./expectedLaunch";
import { any } from "./expectedLaunch";
import type { OptionList } from "./optionList";
import { memoryMib, normalised, parseOptionList, short } from "./optionList";
import type { QemuCommandLine } from "./qemuCommandLine";

export interface Difference {
  /** `-smp`, `-append`, `-object sev-snp-guest`. */
  readonly argument: string;
  /** The argument, what was expected, what was found. */
  readonly sentence: string;
  /** What of the guest's measurement shows it; nothing does where absent. */
  readonly measuredIn?: Register;
  /** Why it endangers the guest. */
  readonly danger?: string;
}

export interface Comparison {
  readonly equal: boolean;
  /** The first one first. */
  readonly differences: readonly Difference[];
  /** What was not compared. */
  readonly notes: readonly string[];
}

const guestTypes = { snp: "sev-snp-guest", tdx: "tdx-guest" } as const;

/** Compares a real QEMU command line with what the profile says, argument by argument. */
export function compareWithProfile(found: QemuCommandLine, expected: ExpectedLaunch): Comparison {
  const wanted = guestTypes[expected.tee];
  const differences: Difference[] = [];
  for (const argument of found.repeated)
    differences.push({ argument, sentence: `${argument} is given more than once, the profile has it once` });
  const others = found.guests
    .map(({ type }) => type)
    .filter((type, index, all) => type !== wanted || all.indexOf(type) < index);
  for (const type of others)
    differences.push({
      argument: `-object ${type}`,
      sentence: `-object ${type} is there, the profile has one ${wanted}`,
    });
  if (!expected.arguments.some(({ argument }) => argument === "-initrd") && found.initrd !== undefined)
    differences.push({ argument: "-initrd", sentence: `-initrd is "${short(found.initrd)}", the profile has none` });
  for (const row of expected.arguments) differences.push(...compareArgument(row, found, expected));
  for (const option of found.options) {
    const danger = dangerousOption(option);
    const shown = short([`-${option.name}`, option.value].filter(Boolean).join(" "));
    if (danger) differences.push({ argument: `-${option.name}`, sentence: `${shown} is not the profile's`, danger });
  }
  return { equal: differences.length === 0, differences, notes: notesOf(found, expected) };
}

function compareArgument(row: ExpectedArgument, found: QemuCommandLine, { tee }: ExpectedLaunch): Difference[] {
  const { argument } = row;
  const measuredIn = row.measuredIn?.[tee];
  const differ = (sentence: string, danger?: string): Difference => ({ argument, sentence, measuredIn, danger });
  if (argument === "-append") {
    if (found.append === undefined) return [differ("-append is missing")];
    return compareCommandLine(row.value, found.append).map(({ sentence, danger }) => differ(sentence, danger));
  }
  if (row.file) {
    const path = { "-bios": found.bios, "-kernel": found.kernel, "-initrd": found.initrd }[argument];
    if (path === undefined) return [differ(`${argument} is missing`)];
    if (row.file.test(path.split("/").at(-1) ?? "")) return [];
    return [differ(`${argument} is "${short(path)}", the profile has ${row.value}`)];
  }
  const list = optionsOf(argument, found);
  if (!list) return [differ(`${argument} is missing`)];
  return compareLists(row, list).map(({ name, sentence, danger }) => ({
    ...differ(sentence, danger),
    measuredIn: registerOf(row, tee, name),
  }));
}

/** The argument's register, where it depends on this option of it. */
function registerOf({ argument, measuredIn }: ExpectedArgument, tee: CpuTee, name: string): Register | undefined {
  if (argument.startsWith("-object "))
    return ({ "kernel-hashes": "launch digest", "host-data": "HOST_DATA", mrconfigid: "MRCONFIGID" } as const)[name];
  return tee === "tdx" || name === implied[argument] ? measuredIn?.[tee] : undefined;
}

/** Name of the first option where it stands alone. */
const implied: Readonly<Record<string, string>> = { "-machine": "type", "-cpu": "model", "-smp": "cpus", "-m": "size" };

function optionsOf(argument: string, found: QemuCommandLine): OptionList | undefined {
  const [, type] = /^-object (.+)$/.exec(argument) ?? [];
  if (type) return found.guests.find((guest) => guest.type === type)?.options;
  return { "-machine": found.machine, "-cpu": found.cpu, "-smp": found.smp, "-m": found.memory }[argument];
}

interface OptionDifference {
  readonly name: string;
  readonly sentence: string;
  readonly danger?: string;
}

function compareLists(row: ExpectedArgument, found: OptionList): OptionDifference[] {
  const { argument } = row;
  const type = argument.replace("-object ", "");
  const expected = parseOptionList(row.value, implied[argument] ?? "");
  const same = argument === "-m" ? memoryMib : normalised;
  const differences: OptionDifference[] = [];
  for (const [name, value] of expected) {
    const given = found.get(name);
    if (value.includes(any)) continue;
    if (given === undefined)
      differences.push({ name, sentence: `${argument}: ${name} is missing, the profile has ${value}` });
    else if (same(given) !== same(value))
      differences.push({
        name,
        sentence: `${argument}: ${name} is ${short(given)}, the profile has ${value}`,
        danger: dangerousProperty(type, name, given),
      });
  }
  for (const [name, value] of found) {
    const danger = dangerousProperty(type, name, value);
    if (!expected.has(name) && (!row.open || danger))
      differences.push({ name, sentence: `${argument}: ${name}=${short(value)} is not the profile's`, danger });
  }
  return differences;
}

function notesOf(found: QemuCommandLine, expected: ExpectedLaunch): string[] {
  const files = [found.bios, found.kernel, found.initrd].filter((path) => path !== undefined);
  const open = expected.arguments.filter((row) => row.open).map(({ argument }) => argument);
  const unknown = (part: string) => expected.arguments.some(({ value }) => value.includes(part));
  return [
    ...(files.length > 0
      ? [`Files were compared by name; their SHA-256 must be the guest image's: ${files.join(", ")}`]
      : []),
    ...(unknown(`${any}M`) ? ["-m was not compared: it needs the pod's memory limit"] : []),
    ...(unknown(`host-data=${any}`) || unknown(`mrconfigid=${any}`)
      ? ["The init-data's digest was not compared: it needs the init-data"]
      : []),
    ...(open.length > 0 ? [`Further options were not read from source and not compared: ${open.join(", ")}`] : []),
  ];
}
