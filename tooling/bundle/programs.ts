import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolGroup } from "../toolchain/pins";
import { pins } from "../toolchain/pins";
import { mergeModules, modulesOf } from "./goModules";
import type { LockedModule, LockedProgram, Unresolved } from "./schema";

export interface ProgramsOf {
  readonly programs: readonly LockedProgram[];
  readonly go: readonly LockedModule[];
  readonly unresolved: readonly Omit<Unresolved, "accepted">[];
}

/** The toolchain's programs, as they are built, with all that their builds take from; and as their publishers offer them. */
export function programsOf(groups: readonly ToolGroup[], modules: string): ProgramsOf {
  const wanted = pins.filter(({ group }) => groups.includes(group));
  const folders = [...new Set(wanted.map(({ module }) => module))];
  return {
    programs: wanted.map(({ name, version, module, package: built, official }) => ({
      ...{ name, version, built: { module, package: built } },
      ...(official && { official: officialOf(official, version) }),
    })),
    go: mergeModules(
      folders.map((folder) =>
        modulesOf(
          readFileSync(join(modules, folder, "go.mod"), "utf8"),
          readFileSync(join(modules, folder, "go.sum"), "utf8"),
          folder,
        ),
      ),
    ),
    unresolved: [],
  };
}

function officialOf({ url, sha256, arch }: NonNullable<(typeof pins)[number]["official"]>, version: string) {
  const fill = (text: string) =>
    text
      .replaceAll("{version}", version)
      .replaceAll("{os}", "linux")
      .replaceAll("{arch}", arch.x64 ?? "x64");
  return { url: fill(url), sums: fill(sha256 ?? `${url}.sha256`) };
}

/**
 * Plugins of clouds' providers: no module has them, and their publisher's sums cannot be pinned before they were fetched.
 * Source: pulumi.com, "pulumi plugin install"; where they are, is in the packages' own package.json (`pulumi.server`).
 */
export function cloudPlugins(versions: Readonly<Record<string, string>>, clouds: readonly ("azure" | "gcp")[]) {
  const plugins = { azure: "azure-native", gcp: "gcp" } as const;
  return clouds.map((cloud) => {
    const plugin = plugins[cloud];
    const version = versions[`@pulumi/${plugin}`] ?? "";
    return {
      name: `program/pulumi-resource-${plugin}@${version}`,
      reason: `nothing here pins the plugin's archive; fetch it with \`pulumi plugin install resource ${plugin} ${version}\`, and compare its publisher's sums`,
    };
  });
}
