import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exceptionsSchema } from "../../policies/exceptions";
import type { PackName } from "../../policies/pack";
import type { StackEngine } from "../rehearsal/stackRunner";
import { lookAtManifests } from "./manifests";
import { lookInProcess } from "./previewProcess";
import type { Side } from "./side";
import type { StackFile } from "./stackFiles";
import { readStackFile } from "./stackFiles";
import { sortedBy } from "./text";
import type { FileView, ReviewedRule, SideView } from "./types";

export interface LookArgs {
  readonly side: Side;
  readonly what: "base" | "head";
  /** The project whose pack judges; default the side's own. */
  readonly packRoot?: string;
  readonly stackNames: readonly string[];
  readonly manifests: readonly string[];
  readonly pack: PackName;
  readonly engine: StackEngine;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

/** Everything that is to be known of one side: each stack's preview, and its manifests. */
export async function lookAtSide(args: LookArgs): Promise<SideView> {
  const { side, what, stackNames, manifests, pack } = args;
  const files: FileView[] = [];
  let rules: readonly ReviewedRule[] = [];
  for (const name of stackNames) {
    const file = readStackFile(side.root, name, what);
    if (!file) continue;
    args.onProgress?.(`${what}: ${name}`);
    const look = await lookAtFile(file, args);
    files.push(look.view);
    if (look.rules.length > 0) rules = look.rules;
  }
  return { label: side.label, files, manifests: lookAtManifests(side.root, manifests, pack), rules };
}

type FileArgs = Pick<LookArgs, "packRoot" | "pack" | "engine" | "signal"> & { readonly side: Pick<Side, "root"> };

/** One stack's file, wherever it lies, by a side's code. */
export async function lookAtFile(file: StackFile, { side, packRoot, pack, engine, signal }: FileArgs) {
  const directory = mkdtempSync(join(tmpdir(), "trustfoundry-preview-"));
  try {
    const { stackName, sections } = file;
    const request = { root: side.root, packRoot: packRoot ?? side.root, pack, engine, directory, stackName, sections };
    const { stacks, releases, rules, settings } = await lookInProcess(request, signal);
    const exceptions = exceptionsSchema.safeParse(sections.exceptions);
    const view: FileView = {
      file: file.file,
      text: file.text,
      unseen: file.unseen,
      exceptions: exceptions.success ? exceptions.data : [],
      releases: sortedBy(releases, ({ name }) => name),
      signers: sections.signers,
      isolationUnit: sections.isolationUnit,
      settings,
      stacks: stacks.map((stack) => ({
        ...stack,
        refusals: [...new Set(stack.refusals)].sort(),
        resources: sortedBy(stack.resources, ({ type, name }) => `${type} ${name}`),
      })),
    };
    return { view, rules };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
