import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryMib, parseOptionList } from "../../../../../components/guest/measurement/qemu/optionList";
import { parseQemuCommandLine } from "../../../../../components/guest/measurement/qemu/qemuCommandLine";
import { commandLine4, constructedArguments, procForm, shellForm } from "../guests";

const forms: [string, (args: string[]) => string][] = [
  ["/proc/<pid>/cmdline", procForm],
  ["a line quoted for a shell", shellForm],
  ["a line in single quotes over several lines", (args) => args.map((arg) => `'${arg}'`).join(" \\\n  ")],
  ["a line of ps, which quotes nothing", (args) => `${args.join(" ")}\n`],
  [
    "the shim's log",
    ([program, ...args]) =>
      `time="…" level=info msg="launching ${program} with: [${args.join(" ").replaceAll('"', '\\"')}]" subsystem=qemu`,
  ],
];

describe("a QEMU command line", () => {
  it.each(forms)("is read out of %s", (_, form) => {
    for (const tee of ["snp", "tdx"] as const) {
      const read = parseQemuCommandLine(form(constructedArguments(tee)));
      expect(read.append).toBe(commandLine4);
      expect(read.kernel).toBe("/opt/kata/share/kata-containers/vmlinuz-6.18.35-200-nvidia-gpu");
      expect(read.bios).toMatch(/^\/opt\/kata\/share\/ovmf\/.*\.fd$/);
      expect(read.initrd).toBeUndefined();
      expect(Object.fromEntries(read.smp ?? [])).toEqual({ cpus: "17", cores: "1", threads: "1" });
      expect(read.cpu?.get("model")).toBe(tee === "snp" ? "EPYC-v4" : "host");
      expect(read.machine?.get("confidential-guest-support")).toBe(tee);
      expect(read.memory?.get("size")).toBe("57344M");
      expect(read.guests.map(({ type }) => type)).toEqual([tee === "snp" ? "sev-snp-guest" : "tdx-guest"]);
      expect(read.repeated).toEqual([]);
    }
  });

  it("gives the guest object's properties, in QEMU's own form and in JSON", () => {
    const hostData = `${"A".repeat(43)}=`;
    const [snp] = parseQemuCommandLine(`q -object sev-snp-guest,id=snp,policy=0x30000,host-data=${hostData}`).guests;
    expect(Object.fromEntries(snp?.options ?? [])).toEqual({ id: "snp", policy: "0x30000", "host-data": hostData });
    const object = { "qom-type": "tdx-guest", id: "tdx", mrconfigid: "AAAA", debug: true, socket: { b: 1, a: 2 } };
    const [tdx] = parseQemuCommandLine(procForm(["q", "-object", JSON.stringify(object)])).guests;
    expect(Object.fromEntries(tdx?.options ?? [])).toEqual({
      id: "tdx",
      mrconfigid: "AAAA",
      debug: "on",
      socket: '{"a":2,"b":1}',
    });
  });

  it("takes the last of an option, knows aliases, and says what is repeated", () => {
    const read = parseQemuCommandLine(
      procForm(["q", "-append", "a", "--append", "-append", "-M", "q35", "-kernel", "k"]),
    );
    expect(read).toMatchObject({ append: "-append", kernel: "k", repeated: ["-append"] });
    expect(read.machine?.get("type")).toBe("q35");
  });

  it("takes no option's value for an option", () => {
    const read = parseQemuCommandLine(procForm(["q", "-name", "-append", "-kernel", "k", "-append", "real"]));
    expect(read).toMatchObject({ append: "real", kernel: "k", repeated: [] });
  });

  it("keeps white space of the kernel's command line", () => {
    expect(parseQemuCommandLine("q -append a  b -smp 2").append).toBe("a  b");
    expect(parseQemuCommandLine(procForm(["q", "-append", " a  b "])).append).toBe(" a  b ");
  });

  it.each([
    ["", /it is empty; give \/proc\/<pid>\/cmdline/],
    ["qemu-system-x86_64", /it has no options/],
    ["\0\0", /it has no options/],
    ["q -append 'a b", /a quote does not end/],
    ['q -object {"qom-type":', /a quote does not end|begins like JSON and is none/],
    ["a".repeat(300_000), /300000 characters are more than any process has/],
  ])("is refused in one sentence: %.20s", (text, message) => {
    expect(() => parseQemuCommandLine(text)).toThrow(message);
  });

  it("is told in one line, whatever it holds", () => {
    expect(() => parseQemuCommandLine("q -append -M { \n -append")).toThrow(
      /^QEMU command line: "\{ {2,3}" begins like JSON and is none; give \/proc\/<pid>\/cmdline$/,
    );
  });

  it("is a result or one clear error for any text, quickly", () => {
    const pieces = fc.constantFrom(
      ..."-append,-object,-smp,-M,' ,',\",\\,\0,\n,{,},=,with: [-,],sev-snp-guest,tdx-guest,qom-type,__proto__, ".split(
        ",",
      ),
      ",",
      ",,",
    );
    const soup = fc.array(fc.oneof(pieces, fc.string({ maxLength: 6 })), { maxLength: 60 }).map((all) => all.join(" "));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          soup,
          soup.map((text) => `q -append ${text}`),
        ),
        (text) => {
          try {
            expect(parseQemuCommandLine(text).options.length).toBeGreaterThan(0);
          } catch (error) {
            expect((error as Error).message).toMatch(/^QEMU command line: [^\n]*; give /);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([" ", "-a", "-a ", '"', "'", "\\", "with: [-", "a=b,", ",", "\0-a", "\t-", "{", '\\"'])(
    "of %j repeated to the limit takes no time",
    (piece) => {
      const text = `q -append x -object ${piece.repeat(Math.floor(250_000 / piece.length))}`;
      const started = performance.now();
      try {
        parseQemuCommandLine(text);
      } catch (error) {
        expect((error as Error).message).toMatch(/^QEMU command line: /);
      }
      expect(performance.now() - started).toBeLessThan(2_000);
    },
  );

  it("comes back from any quoting, whatever the kernel's command line holds", () => {
    // ps and logs lose what they do not quote; these two do not.
    const append = fc.stringMatching(/^[a-z][ -~]{0,60}$/);
    fc.assert(
      fc.property(append, (text) => {
        const args = constructedArguments("snp", text);
        expect(parseQemuCommandLine(procForm(args)).append).toBe(text);
        const single = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(" ");
        expect(parseQemuCommandLine(single).append).toBe(text);
      }),
    );
  });
});

describe("lists of options", () => {
  it("are read as QEMU reads them", () => {
    expect(Object.fromEntries(parseOptionList("q35,kernel_irqchip=split,a=b,,c=d,flag", "type"))).toEqual({
      type: "q35",
      "kernel-irqchip": "split",
      a: "b,c=d",
      flag: "on",
    });
  });

  it.each([
    ["57344M", "57344"],
    ["56G", "57344"],
    ["1024", "1024"],
    ["1T", "1048576"],
    ["2048K", "2"],
    ["lots", "lots"],
  ])("know a size of %s as %s MiB", (size, mib) => expect(memoryMib(size)).toBe(mib));
});
