import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../stacks/project";
import { requireCheckout } from "../../../tooling/commands/review";

it("a review refuses a generated project, in whose place it would look at the installed package", () => {
  const project = mkdtempSync(join(tmpdir(), "generated-"));
  try {
    writeFileSync(join(project, "Pulumi.yaml"), "name: x\n");
    mkdirSync(join(project, "settings"));
    for (const folder of [project, join(project, "settings")])
      expect(() => requireCheckout(folder)).toThrow(/is a project of its own; nothing was looked at/);
    for (const folder of [packageRoot, join(packageRoot, "docs"), tmpdir()])
      expect(() => requireCheckout(folder)).not.toThrow();
  } finally {
    rmSync(project, { recursive: true });
  }
});
