import { UserError } from "../ui";
import type { LockedModule } from "./schema";

interface ModuleText {
  readonly module: string;
  readonly version: string;
}

const key = ({ module, version }: ModuleText) => `${module}@${version}`;

/**
 * Modules of one go.mod by the sums of its go.sum. With Go 1.17's pruned graphs go.mod names every module that a build
 * takes anything from (go.dev/ref/mod, "Graph pruning"); go.sum has more, which only have to be right where they lie.
 */
export function modulesOf(goMod: string, goSum: string, folder: string): LockedModule[] {
  const found = new Map<string, { module: string; version: string; zip?: string; mod?: string }>();
  for (const line of goSum.split("\n")) {
    if (line.trim() === "") continue;
    const [module, written, sum, ...rest] = line.trim().split(/\s+/);
    if (module === undefined || written === undefined || sum === undefined || rest.length > 0)
      throw new UserError(`${folder}/go.sum has a line that is none: "${line.slice(0, 100)}"; restore the file.`);
    const [, version = "", isMod] = /^(.*?)(\/go\.mod)?$/.exec(written) ?? [];
    const entry = found.get(key({ module, version })) ?? { module, version };
    const field = isMod === undefined ? "zip" : "mod";
    if (entry[field] !== undefined && entry[field] !== sum)
      throw new UserError(`${folder}/go.sum has two sums of ${module} ${written}; restore the file.`);
    found.set(key({ module, version }), { ...entry, [field]: sum });
  }
  const required = new Set(requirementsOf(goMod, folder).map(key));
  for (const name of required)
    if (!found.has(name))
      throw new UserError(`${folder}/go.sum has no sum of ${name}, which go.mod names; run \`go mod tidy\` there.`);
  // Go asks for the archives of those modules only whose sum it keeps.
  return [...found.values()].map((entry) => ({
    ...entry,
    required: entry.zip !== undefined && required.has(key(entry)),
  }));
}

/** One list of several go.mods: a module that one of them needs is needed. */
export function mergeModules(lists: readonly (readonly LockedModule[])[]): LockedModule[] {
  const merged = new Map<string, LockedModule>();
  for (const each of lists.flat()) {
    const other = merged.get(key(each));
    for (const field of ["zip", "mod"] as const)
      if (other?.[field] !== undefined && each[field] !== undefined && other[field] !== each[field])
        throw new UserError(`Two go.sum files have two sums of ${key(each)}; restore the wrong one.`);
    merged.set(key(each), { ...other, ...each, required: each.required || (other?.required ?? false) });
  }
  return [...merged.values()];
}

/** What go.mod requires, each as it is replaced (go.dev/ref/mod, "go.mod file syntax"); folders are no downloads. */
function requirementsOf(text: string, folder: string): ModuleText[] {
  const lines = directives(text);
  const replacements = new Map<string, ModuleText | undefined>();
  for (const { verb, words } of lines) {
    if (verb !== "replace") continue;
    const arrow = words.indexOf("=>");
    const [module = "", version = ""] = words.slice(0, arrow);
    const [to = "", toVersion] = words.slice(arrow + 1);
    replacements.set(`${module}@${version}`, toVersion === undefined ? undefined : { module: to, version: toVersion });
  }
  return lines.flatMap(({ verb, words }) => {
    if (verb !== "require") return [];
    const [module, version] = words;
    if (module === undefined || version === undefined)
      throw new UserError(
        `${folder}/go.mod requires "${words.join(" ")}", which is no module and version; restore it.`,
      );
    for (const name of [`${module}@${version}`, `${module}@`])
      if (replacements.has(name)) return [replacements.get(name)].filter((each) => each !== undefined);
    return [{ module, version }];
  });
}

function directives(text: string): { readonly verb: string; readonly words: readonly string[] }[] {
  const found: { verb: string; words: string[] }[] = [];
  let block: string | undefined;
  for (const raw of text.split("\n")) {
    const words = raw
      .replace(/\/\/.*$/, "")
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => word.replace(/^"(.*)"$/, "$1"));
    const [first, second] = words;
    if (first === undefined) continue;
    if (block !== undefined) {
      if (first === ")") block = undefined;
      else found.push({ verb: block, words });
    } else if (second === "(") block = first;
    else found.push({ verb: first, words: words.slice(1) });
  }
  return found;
}
