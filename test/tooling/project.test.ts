import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { packFolder, projectOf } from "../../tooling/project";
import { root } from "../support/factory";

const folder = mkdtempSync(join(tmpdir(), "project-of-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("finds the project above a file as the engine does, and without one takes this checkout", () => {
  const deep = join(folder, "factory", "settings");
  mkdirSync(deep, { recursive: true });
  expect(projectOf(deep)).toBe(root);
  writeFileSync(join(folder, "factory", "Pulumi.yaml"), "name: x\nruntime: nodejs\n");
  expect(projectOf(join(deep, "trust.yaml"))).toBe(join(folder, "factory"));
  expect(projectOf(join(root, "samples/azure-aks/Pulumi.trust.yaml"))).toBe(root);
});

it("names a pack where the project finds it", () => {
  expect(packFolder(root, "strict")).toBe("policies/packs/strict");
  expect(packFolder(folder, "strict")).toBe("node_modules/trustfoundry/policies/packs/strict");
});
