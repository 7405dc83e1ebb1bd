import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../policies/place";
import { readYaml } from "../../stacks/yamlText";
import { UserError } from "../ui";
import { byText } from "./text";

/** A Pulumi.<stack>.yaml as it stands, with what a preview without secrets can use of it. */
export interface StackFile {
  readonly stackName: string;
  readonly file: string;
  readonly text: string;
  /** Settings without the project's prefix. Encrypted ones are replaced, or left out where only the program reads them. */
  readonly sections: Readonly<Record<string, unknown>>;
  /** Places of encrypted settings. */
  readonly unseen: readonly string[];
}

const prefix = "trustfoundry:";
const pattern = /^Pulumi\.([A-Za-z0-9][\w.-]{0,99})\.ya?ml$/;
const placeholder = "not-seen-in-a-review";

/** Names of the stacks that a project has a file of. */
export function stackNames(root: string): string[] {
  return readdirSync(root)
    .flatMap((file) => pattern.exec(file)?.[1] ?? [])
    .sort(byText);
}

/** Undefined where this side has no such stack. Throws a UserError where its file is none. */
export function readStackFile(root: string, stackName: string, side: string): StackFile | undefined {
  const file = [`Pulumi.${stackName}.yaml`, `Pulumi.${stackName}.yml`].find((name) => existsSync(join(root, name)));
  if (file === undefined) return undefined;
  const text = readFileSync(join(root, file), "utf8");
  // YAML 1.1, as the engine reads it: a file must not mean one thing here and another there.
  const read = readYaml(text, { version: "1.1" });
  if ("problem" in read) throw new UserError(`${file} of ${side} ${read.problem}.`);
  const { config, environment } = contentOf(read.value, file, side);
  requireNoDefaults(root, side);
  const unseen: string[] = environment ? ["environment (settings that Pulumi's service adds)"] : [];
  const sections: Record<string, unknown> = {};
  const names = new Map<string, string>();
  for (const [written, value] of Object.entries(config)) {
    const key = asTheEngineReads(written);
    if (!key.startsWith(prefix)) continue;
    const other = names.get(key);
    if (other !== undefined)
      throw new UserError(
        `${file} of ${side} has \`${other}\` and \`${written}\`, one setting by two names; keep one.`,
      );
    names.set(key, written);
    const encrypted = isEncrypted(value);
    const seen = replaced(value, key, unseen);
    if (!encrypted) sections[key.slice(prefix.length)] = seen;
  }
  return { stackName, file, text, sections, unseen: unseen.sort(byText) };
}

interface Content {
  readonly config: Record<string, unknown>;
  /** Whether it takes settings from elsewhere, too. */
  readonly environment: boolean;
}

function contentOf(parsed: unknown, file: string, side: string): Content {
  const config = isObject(parsed) ? parsed.config : undefined;
  if (!isObject(config)) throw new UserError(`${file} of ${side} has no \`config:\` section; add one.`);
  return { config, environment: isObject(parsed) && parsed.environment !== undefined };
}

/**
 * The engine knows one setting by three names: `trustfoundry:admission`, `trustfoundry:config:admission` and, in a project
 * of that name, plain `admission` (pulumi v3.216.0, sdk/go/common: config.ParseKey, workspace.RewriteShorthandConfigValues).
 */
function asTheEngineReads(key: string): string {
  const [, name] = /^(?:trustfoundry:config:)?([^:]+)$/.exec(key) ?? [];
  return name === undefined ? key : prefix + name;
}

/** Project settings by which the engine gives a stack more than its file says, or reads another file. */
const beyondTheFile = ["config", "stackConfigDir"];

function requireNoDefaults(root: string, side: string): void {
  const name = ["Pulumi.yaml", "Pulumi.yml"].find((each) => existsSync(join(root, each)));
  if (name === undefined) return;
  const read = readYaml(readFileSync(join(root, name), "utf8"), { version: "1.1" });
  if ("problem" in read) throw new UserError(`${name} of ${side} ${read.problem}.`);
  const project = read.value;
  const found = isObject(project)
    ? beyondTheFile.find((key) => project[key] !== undefined && !isTags(project[key]))
    : undefined;
  if (found !== undefined)
    throw new UserError(
      `${name} of ${side} has \`${found}\`, so its stacks have settings that their own files do not show; write all of them into those, and remove it.`,
    );
}

/** What `pulumi new` leaves about the template: the engine's own, and no setting of a stack's program. */
function isTags(config: unknown): boolean {
  return isObject(config) && Object.keys(config).every((key) => key === "pulumi:tags");
}

/** Encrypted values, wherever they stand, give way to a text that is none. */
function replaced(value: unknown, place: string, unseen: string[]): unknown {
  if (isEncrypted(value)) {
    unseen.push(place);
    return placeholder;
  }
  // A bare date is a point in time in YAML 1.1; the schema says what to write instead.
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item, index) => replaced(item, `${place}[${index}]`, unseen));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaced(item, `${place}.${key}`, unseen)]),
  );
}

function isEncrypted(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 1 && typeof value.secure === "string";
}
