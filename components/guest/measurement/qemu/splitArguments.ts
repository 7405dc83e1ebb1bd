/** Many times a QEMU line with eight GPUs; keeps a wrong file from being searched for options. */
const mostCharacters = 256 * 1024;

/** One option of QEMU's command line: its name without dashes, and its value if it takes one. */
export interface QemuOption {
  readonly name: string;
  readonly value?: string;
}

/** Options without a value (qemu-options.def); all others take exactly one. */
const flags = new Set(
  (
    "h help version enable-kvm mem-prealloc snapshot full-screen nographic no-acpi no-hpet win2k-hack no-fd-bootchk " +
    "no-reboot no-shutdown S s singlestep one-insn-per-tb daemonize preconfig nodefaults no-user-config semihosting " +
    "only-migratable xen-attach"
  ).split(" "),
);

/**
 * Options of a QEMU process: out of `/proc/<pid>/cmdline`, whose arguments end with NUL; of a line quoted for a shell; of
 * `ps`, which quotes nothing; or of the shim's log ("launching … with: […]").
 */
export function splitQemuOptions(text: string): readonly QemuOption[] {
  if (text.length > mostCharacters)
    throw new Error(`QEMU command line: ${text.length} characters are more than any process has; give one line`);
  if (text.includes("\0")) return pair(text.split("\0").slice(0, text.endsWith("\0") ? -1 : undefined));
  const line = withoutLog(text).trim();
  if (line === "") throw new Error("QEMU command line: it is empty; give /proc/<pid>/cmdline of the QEMU process");
  return isQuoted(line) ? pair(splitShell(line)) : splitPlain(line);
}

function pair(words: readonly string[]): readonly QemuOption[] {
  const options: QemuOption[] = [];
  for (let index = 0; index < words.length; index++) {
    const name = optionName(words[index] ?? "");
    // The program's own path, or an image without an option: nothing that is measured.
    if (name === undefined) continue;
    if (flags.has(name)) options.push({ name });
    else options.push({ name, value: words[++index] });
  }
  return named(options);
}

/** `-append` and `--append` are the same to QEMU. */
function optionName(word: string): string | undefined {
  return /^--?([A-Za-z][\w-]*)$/.exec(word)?.[1];
}

function named(options: readonly QemuOption[]): readonly QemuOption[] {
  if (options.length === 0)
    throw new Error("QEMU command line: it has no options; give /proc/<pid>/cmdline of the QEMU process");
  return options;
}

/** What the shim logs: Go's print of a list, inside a quoted message. */
function withoutLog(text: string): string {
  const start = text.indexOf("with: [-");
  const end = text.lastIndexOf("]");
  return start < 0 || end < start ? text : text.slice(start + "with: [".length, end).replaceAll('\\"', '"');
}

/** Whether a shell would give the line to QEMU as it was: then the kernel's command line is one word. */
function isQuoted(line: string): boolean {
  const [, rest] = /(?:^|\s)--?append\s+([\s\S]*)$/.exec(line) ?? [];
  // Without quotes its second parameter stands free.
  return rest === undefined || !/^[^\s'"\\]+\s+(?!-)\S/.test(rest);
}

/** Without quotes a value ends where the next option begins; white space inside stays as it is. */
function splitPlain(line: string): readonly QemuOption[] {
  const options: QemuOption[] = [];
  for (const part of line.split(/\s(?=--?[A-Za-z][\w-]*(?:\s|$))/)) {
    const [, word = "", value] = /^(\S+)(?:\s([\s\S]*))?$/.exec(part) ?? [];
    const name = optionName(word);
    if (name !== undefined) options.push({ name, value: flags.has(name) ? undefined : value });
  }
  return named(options);
}

/** Words as a POSIX shell splits them; nothing is expanded. */
function splitShell(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const token = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|(\s+)|([^\s'"\\]+)/y;
  while (token.lastIndex < line.length) {
    const [, single, double, escaped, space, bare] = token.exec(line) ?? [];
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const piece =
      single ?? double?.replace(/\\(["\\$`\n])/g, unescaped) ?? (escaped && unescaped(escaped, escaped)) ?? bare;
    if (piece === undefined)
      throw new Error("QEMU command line: a quote does not end; give /proc/<pid>/cmdline, which needs none");
    // A line that goes on behind a backslash is still the same word boundary.
    if (escaped !== "\n") word = (word ?? "") + piece;
  }
  return word === undefined ? words : [...words, word];
}

const unescaped = (_: string, character: string) => (character === "\n" ? "" : character);
