import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeVariables } from "../../../tooling/state/serve";
import { UserError } from "../../../tooling/ui";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "serve-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const mode = (path: string) => statSync(path).mode & 0o777;

it("writes variables that a shell reads as they are, for their owner alone, and leaves the folder to its own", () => {
  chmodSync(directory, 0o755);
  const file = join(directory, "state.env");
  const value = 'it\'s $HOME `id` \\ "quoted"';
  writeVariables(file, { FIRST: value, SECOND: "" });
  const { stdout } = execaSync("sh", ["-c", '. "$0" && printf "%s|%s" "$FIRST" "$SECOND"', file]);
  expect(stdout).toBe(`${value}|`);
  expect([mode(file), mode(directory)]).toEqual([0o600, 0o755]);
});

it("never takes the place of a file that is there", () => {
  const file = join(directory, "state.env");
  writeVariables(file, { TOKEN: "first" });
  expect(() => writeVariables(file, { TOKEN: "second" })).toThrow(UserError);
  expect(readFileSync(file, "utf8")).toContain("first");
});
