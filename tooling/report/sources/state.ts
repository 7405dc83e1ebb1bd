import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PackName } from "../../../policies/pack";
import { parseConfig, sectionsOf } from "../../../stacks/config/load";
import type { StackConfig } from "../../../stacks/config/load";
import { completeSections } from "../../../stacks/presetFile";
import { checkedFile } from "../../configuration";
import { readNamed } from "../../files";
import { projectOf } from "../../project";
import { readStackFile } from "../../review/stackFiles";
import { byText } from "../../review/text";
import { UserError } from "../../ui";
import { judge } from "../policyResults";
import type { FactoryReading, StackReading } from "../reading";
import type { Checkpoint } from "./checkpoint";
import { readCheckpoint } from "./checkpoint";
import { releasesOfState } from "./releases";

export interface StateArgs {
  /** Exported states, or folders with one each: an export beside its Pulumi.<stack>.yaml, or a backend of files. */
  readonly paths: readonly string[];
  /** Where Pulumi.<stack>.yaml lies when it is not beside the state. */
  readonly settings?: string;
  readonly pack: PackName;
  /** YYYY-MM-DD; default the day of the newest state. */
  readonly today?: string;
}

/** Reads stacks from what was deployed. Needs no engine, no passphrase and no network. */
export async function readState({ paths, settings, pack, today }: StateArgs): Promise<FactoryReading> {
  const found = paths.flatMap(statesAt);
  const newest = found
    .flatMap(({ checkpoint }) => checkpoint.asOf ?? [])
    .sort(byText)
    .at(-1);
  const day = today ?? newest?.slice(0, 10);
  const now = new Date(day ?? 0);
  const stacks = await Promise.all(found.map((each) => readingOf(each, settings, pack, now)));
  return { pack, ...(day !== undefined && { today: day }), stacks: stacks.sort((a, b) => byText(a.name, b.name)) };
}

interface FoundState {
  readonly checkpoint: Checkpoint;
  readonly file: string;
  /** Folder that was named: its settings lie there. */
  readonly folder: string;
}

async function readingOf(
  { checkpoint, file, folder }: FoundState,
  settings: string | undefined,
  pack: PackName,
  now: Date,
): Promise<StackReading> {
  const { stackName, asOf, resources, outputs } = checkpoint;
  const read = settingsOf(stackName, [folder, dirname(file), ...(settings === undefined ? [] : [settings])], file);
  const { config, unseen, project } = read;
  return {
    name: stackName,
    origin: "state",
    ...(asOf !== undefined && { asOf }),
    config,
    unseen,
    resources,
    releases: await releasesOfState(config, outputs, project, now),
    policies: judge({ resources, pack, unit: unitOf(config), exceptions: config.exceptions, now }),
    refusals: [],
  };
}

/** Keys at a cloud are about nodes and machines. */
export function unitOf(config: StackConfig): "pod" | "node" {
  return "isolationUnit" in config ? config.isolationUnit : "node";
}

function settingsOf(stackName: string, folders: readonly string[], file: string) {
  const folder = folders.find((each) =>
    ["yaml", "yml"].some((end) => existsSync(join(each, `Pulumi.${stackName}.${end}`))),
  );
  const written = folder === undefined ? undefined : readStackFile(folder, stackName, folder);
  if (folder === undefined || written === undefined)
    throw new UserError(
      `${file} is the state of stack ${stackName}, and no Pulumi.${stackName}.yaml lies beside it: a state does not say whose it is.`,
      "Copy the stack's file there, or name its folder with --settings.",
    );
  const project = projectOf(folder);
  const config = checkedFile(written.file, () =>
    parseConfig(completeSections(project, asTheProgramReads(written.sections)).sections),
  );
  return { config, unseen: written.unseen, project };
}

/** The engine writes some settings back as text (`"true"`), and its programs read them as what they were. */
function asTheProgramReads(sections: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read = (key: string, value: unknown) =>
    typeof value === "string" ? sectionsOf({ [`trustfoundry:${key}`]: value })[key] : value;
  return Object.fromEntries(Object.entries(sections).map(([key, value]) => [key, read(key, value)]));
}

/** The states at a path. */
function statesAt(path: string): FoundState[] {
  if (!existsSync(path)) throw new UserError(`There is no ${path}; name an exported state, or a stack's folder.`);
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const files = statSync(path).isDirectory() ? stateFiles(path) : [path];
  const states = files.flatMap((file) => {
    const checkpoint = readCheckpoint(readNamed(file, "state"), file);
    return checkpoint ? [{ checkpoint, file, folder }] : [];
  });
  if (states.length === 0)
    throw new UserError(
      `${path} holds no state of a stack.`,
      "Write one with `pulumi stack export --file <stack>.json`, or name a folder with one.",
    );
  return states;
}

/** JSON files that lie in the folder itself, or in a backend of files or a journalled state beneath it. */
function stateFiles(folder: string): string[] {
  const places = [
    folder,
    ...["state/.pulumi/stacks", ".pulumi/stacks"].flatMap((place) => withFolders(join(folder, place))),
    ...["state/stacks", "stacks"].flatMap((place) => withFolders(join(folder, place)).flatMap(withFolders)),
  ];
  return [...new Set(places)].flatMap((place) =>
    readdirSync(place, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".json") && isState(join(place, entry.name)))
      .map((entry) => join(place, entry.name))
      .sort(byText),
  );
}

function withFolders(place: string): string[] {
  if (!existsSync(place)) return [];
  const inside = readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [place, ...inside.map((entry) => join(place, entry.name)).sort(byText)];
}

/** Other JSON may lie in a stack's folder: releases, descriptions of images. */
function isState(file: string): boolean {
  const text = readFileSync(file, "utf8").slice(0, 4000);
  return /"(deployment|checkpoint)"\s*:/.test(text);
}
