import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { completeSections as CompleteSections } from "../../stacks/presetFile";
import { readStackFile, stackNames } from "../review/stackFiles";

export type Sections = Readonly<Record<string, unknown>>;

/** One stack that is brought up by the last release's programs and previewed by today's. */
export type Subject =
  | { readonly kind: "cloud"; readonly name: string; readonly sections: Sections }
  | { readonly kind: "factory"; readonly name: string; readonly stack: "trust" | "infrastructure" | "workloads" }
  | { readonly kind: "template"; readonly name: string; readonly project: string; readonly sections: Sections };

/** The sample factory's stacks, those of the clouds' samples, and partners' templates for hosts: as a tree has them. */
export async function subjectsOf(tree: string): Promise<Subject[]> {
  return [...factoryStacks, ...cloudSamples(tree), ...(await templates(tree))];
}

const factoryStacks: readonly Subject[] = (["trust", "infrastructure", "workloads"] as const).map((stack) => ({
  kind: "factory",
  name: `factory/${stack}`,
  stack,
}));

function foldersOf(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort();
}

/** Without the trust stacks: their keys are in a Secret of the owner's cluster, which is no sample. */
function cloudSamples(tree: string): Subject[] {
  const directory = join(tree, "samples");
  return foldersOf(directory).flatMap((sample) =>
    stackNames(join(directory, sample)).flatMap((stack): Subject[] => {
      const sections = readStackFile(join(directory, sample), stack, "samples")?.sections ?? {};
      return sections.role === "trust" ? [] : [{ kind: "cloud", name: `${sample}/${stack}`, sections }];
    }),
  );
}

/** Templates of hosts. The presets that complete them are the tree's own, as in a project that was generated then. */
async function templates(tree: string): Promise<Subject[]> {
  const directory = join(tree, "stacks", "partners");
  const { completeSections } = (await import(join(tree, "stacks", "presetFile.ts"))) as {
    completeSections: typeof CompleteSections;
  };
  return foldersOf(directory).flatMap((partner) => {
    const project = join(directory, partner);
    return stackNames(project).flatMap((stack): Subject[] => {
      const own = readStackFile(project, stack, "samples")?.sections ?? {};
      const { sections } = completeSections(project, own);
      return sections.role === "infrastructure" && typeof sections.cluster === "object"
        ? [{ kind: "template", name: `${partner}/${stack}`, project, sections: { ...sections, simulated: true } }]
        : [];
    });
  });
}
