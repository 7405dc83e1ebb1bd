import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OracleContext } from "../../../tooling/oracles/oracle";
import { pythonEnvironment } from "../../../tooling/oracles/pythonEnvironment";

let work: string;
beforeEach(() => void (work = mkdtempSync(join(tmpdir(), "trustfoundry-python-"))));
afterEach(() => rmSync(work, { recursive: true, force: true }));

function context(script?: string): OracleContext {
  if (script !== undefined) {
    writeFileSync(join(work, "python3"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(work, "python3"), 0o755);
  }
  const nothing = () => undefined;
  return {
    directory: join(work, "cache"),
    env: { PATH: script === undefined ? join(work, "empty") : `${work}:/usr/bin:/bin` },
    signal: new AbortController().signal,
    record: false,
    firmware: [],
    show: nothing,
    note: nothing,
  };
}

/** Plays Python 3.12: makes an environment whose own python says that it installed, and counts the installations. */
const wellBehaved = (code: number) => `
[ "$1" = --version ] && echo "Python 3.12.1" && exit 0
mkdir -p "$3/bin"
cat >"$3/bin/python" <<'END'
#!/bin/sh
echo "$5" >>"$(dirname "$0")/log"
echo no index
exit ${code}
END
chmod +x "$3/bin/python"`;

describe("the oracle's Python", () => {
  it("is asked for where there is none", async () => {
    await expect(pythonEnvironment("tool==1.2", context())).rejects.toThrow(
      /no python3 on PATH; .* Python 3\.10 or newer/,
    );
  });

  it.each(["Python 3.9.18", "Python 2.7.18", "hello"])("is refused as %s", async (version) => {
    const asked = pythonEnvironment("tool==1.2", context(`echo "${version}"`));
    await expect(asked).rejects.toThrow(/needs Python 3\.10 or newer/);
  });

  it("is made once and kept", async () => {
    const first = await pythonEnvironment("tool==1.2", context(wellBehaved(0)));
    expect(first).toBe(join(work, "cache", "python-3.12-tool-1.2", "bin", "python"));
    expect(existsSync(join(first, "../log"))).toBe(true);
    rmSync(join(first, "../log"));
    expect(await pythonEnvironment("tool==1.2", context(wellBehaved(0)))).toBe(first);
    expect(existsSync(join(first, "../log"))).toBe(false);
  });

  it("is made again after a failure", async () => {
    await expect(pythonEnvironment("tool==1.2", context(wellBehaved(1)))).rejects.toMatchObject({
      message: "Python failed at installing tool==1.2.",
      details: ["no index"],
    });
    const [name] = readdirSync(join(work, "cache")).filter((each) => each.startsWith("python-"));
    expect(existsSync(join(work, "cache", name!, "complete"))).toBe(false);
    await expect(pythonEnvironment("tool==1.2", context(wellBehaved(0)))).resolves.toContain("tool-1.2");
  });
});
