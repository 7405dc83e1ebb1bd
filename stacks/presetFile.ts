import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError, show } from "./config/errors";
import { roles } from "./config/factory";
import type { Completed, Sections } from "./config/presets";
import { presetWith } from "./config/presets";
import { readYaml } from "./yamlText";

const folder = "settings";

/**
 * What a stack of a generated project says: the preset of its role, `settings/<role>.yaml`, with the stack's own settings
 * over it. A project without presets says all of it itself.
 */
export function completeSections(directory: string, own: Sections): Completed {
  const offered = offeredRoles(directory);
  if (offered.length === 0) return { sections: { ...own }, leftAlone: [] };
  // Where there is one preset alone, nobody has to say so.
  const { role = offered.length === 1 ? offered[0] : undefined } = own;
  if (typeof role !== "string" || !offered.includes(role))
    throw new ConfigurationError([
      `trustfoundry:role: ${role === undefined ? "missing" : `${show(role, "role")} has no preset in ${folder}/`}; write ${oneOf(offered)}` +
        (roles.some((each) => each === role) ? `, or add ${folder}/${String(role)}.yaml` : ""),
    ]);
  const read = (each: string) => readPreset(join(directory, fileOf(each)), fileOf(each), each);
  const others = offered.filter((each) => each !== role).map(read);
  return presetWith({ name: fileOf(role), preset: read(role), others }, own);
}

function offeredRoles(directory: string): string[] {
  const path = join(directory, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .flatMap((file) => /^([a-z]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

function readPreset(path: string, name: string, role: string): Sections {
  // YAML 1.1, as the engine reads what stands over it: a value must not mean one thing here and another there. A day stays
  // the text that it is, as it does where the engine hands it on.
  const read = readYaml(readFileSync(path, "utf8"), {
    version: "1.1",
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || !tag.tag.endsWith(":timestamp")),
  });
  if ("problem" in read) throw new ConfigurationError([`${name} ${read.problem}`]);
  const preset = read.value;
  if (typeof preset !== "object" || preset === null || Array.isArray(preset))
    throw new ConfigurationError([`${name} has no settings; write sections by name, the first of them role: ${role}`]);
  const said = (preset as Sections).role;
  if (said !== role)
    throw new ConfigurationError([
      `${name}: role is ${said === undefined ? "missing" : show(said, "role")}, and its name says ${role}; write role: ${role}`,
    ]);
  return preset as Sections;
}

const fileOf = (role: string) => `${folder}/${role}.yaml`;
const oneOf = (names: readonly string[]) => (names.length === 1 ? names[0] : `one of ${names.join(", ")}`);
