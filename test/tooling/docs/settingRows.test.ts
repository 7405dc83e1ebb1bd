import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cloudSettingsPage } from "../../../tooling/docs/cloudSettingsPage";
import type { JsonSchema } from "../../../tooling/docs/settingRows";
import { settingRows } from "../../../tooling/docs/settingRows";

const rowsOf = (schema: z.ZodType) => settingRows(z.toJSONSchema(schema, { io: "input" }) as JsonSchema);

describe("rows of settings", () => {
  it("say what is required, its default, and its few values", () => {
    const schema = z.strictObject({
      zone: z.string().describe("where"),
      count: z.int().default(0).describe("how many"),
      mode: z.enum(["on", "off"]).optional().describe("whether"),
    });
    expect(rowsOf(schema)).toEqual([
      { path: "zone", required: true, values: [], meaning: "where" },
      { path: "count", required: false, default: "0", values: [], meaning: "how many" },
      { path: "mode", required: false, values: ["on", "off"], meaning: "whether" },
    ]);
  });

  it("go into lists and into every form of a choice, and name what two forms share once", () => {
    const disk = z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("vault"), url: z.string() }),
      z.strictObject({ kind: z.literal("platform") }),
    ]);
    const cluster = z.union([
      z.strictObject({ existing: z.string(), version: z.string() }),
      z.strictObject({ version: z.string(), groups: z.array(z.string()).default(["admins"]) }),
    ]);
    const paths = rowsOf(z.array(z.strictObject({ disk, cluster }))).map(({ path }) => path);
    expect(paths).toEqual([
      "[].disk",
      "[].disk (vault).url",
      "[].cluster",
      "[].cluster.existing",
      "[].cluster.version",
      "[].cluster.groups",
    ]);
  });
});

describe("the page of clouds' settings", () => {
  it("says of every setting what it is for", () => {
    const silent = cloudSettingsPage()
      .split("\n")
      .filter((line) => /^\|.*\|\s*\|$/.test(line) && !line.startsWith("| ---"));
    expect(silent).toEqual([]);
  });
});
