import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { LineCounter, parseAllDocuments } from "yaml";
import type { PackName } from "../../policies/pack";
import { appliesTo } from "../../policies/isolation";
import { levelIn } from "../../policies/pack";
import { isObject } from "../../policies/place";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { UserError } from "../ui";
import { byText } from "./text";
import type { ManifestObject, ManifestView } from "./types";

/**
 * Plain manifests of one side, judged by the very rules of the packs, all of a side's manifests together. Paths are
 * relative to the side's root and may be missing on one of the two.
 */
export function lookAtManifests(root: string, paths: readonly string[], pack: PackName): ManifestView {
  const objects: ManifestObject[] = [];
  const refusals: { file: string; line: number; problem: string }[] = [];
  const texts: Record<string, string> = {};
  for (const file of filesOf(root, paths)) {
    const text = readFileSync(join(root, file), "utf8");
    texts[file] = text;
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { version: "1.1", lineCounter: lines });
    if (!Array.isArray(documents)) continue;
    for (const [index, document] of documents.entries()) {
      const [error] = document.errors;
      const line = lines.linePos(error?.pos[0] ?? document.contents?.range?.[0] ?? 0).line;
      const refuse = (problem: string) => refusals.push({ file, line, problem });
      if (error) {
        refuse(`is not valid YAML: ${error.message.split("\n")[0] ?? ""}`);
        continue;
      }
      let value: unknown;
      try {
        value = document.toJS({ maxAliasCount: 100 });
      } catch {
        refuse("cannot be read: its aliases refer to each other too often");
        continue;
      }
      if (value === null) continue;
      const found = objectsIn(value);
      if (found === undefined) refuse("is no object of Kubernetes: apiVersion, kind or metadata.name is missing");
      else objects.push(...found.map((object) => ({ ...object, file, document: index })));
    }
  }
  return { objects, texts, refusals, violations: judge(objects, pack) };
}

function judge(objects: readonly ManifestObject[], pack: PackName): ManifestView["violations"] {
  const resources = objects.map((object): Resource & { readonly object: ManifestObject } => ({
    type: object.type,
    name: object.name,
    props: object.inputs,
    dependsOn: [],
    urn: `${object.file}#${object.document}/${object.at.join("/")}`,
    object,
  }));
  // Manifests say nothing of an isolation unit.
  const asked = rules.filter((rule) => appliesTo(rule, undefined));
  return asked.flatMap((rule) =>
    rule.evaluate(resources).findings.flatMap(({ resource, path, value, message }) => {
      const found = resources.find((other) => other === resource || other.urn === resource.urn);
      if (!found) return [];
      const { file, document, at, type, name } = found.object;
      return [
        {
          rule: rule.id,
          level: levelIn(pack, rule),
          type,
          resource: name,
          path,
          message: value === undefined ? message : `${value} ${message}`,
          file,
          document,
          at,
        },
      ];
    }),
  );
}

type Found = Omit<ManifestObject, "file" | "document">;

/** The object of a document, or those of a `List`; undefined where it is neither. */
function objectsIn(value: unknown): Found[] | undefined {
  if (!isObject(value)) return undefined;
  if (value.kind !== "List" || !Array.isArray(value.items)) {
    const object = objectOf(value, []);
    return object && [object];
  }
  const found = value.items.map((item, index) => objectOf(item, ["items", index]));
  return found.every((object) => object !== undefined) ? found : undefined;
}

/** As Pulumi names types: `kubernetes:core/v1:Pod`. */
function objectOf(value: unknown, at: Found["at"]): Found | undefined {
  if (!isObject(value) || !isObject(value.metadata)) return undefined;
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
  const name = metadata.name ?? metadata.generateName;
  if (typeof name !== "string") return undefined;
  return {
    type: `kubernetes:${apiVersion.includes("/") ? "" : "core/"}${apiVersion}:${kind}`,
    name,
    inputs: value,
    at,
  };
}

/** YAML files in order of their names; a link that leads out of the side is not followed. */
function filesOf(root: string, paths: readonly string[]): string[] {
  const found = new Set<string>();
  const real = realpathSync(root);
  const inside = (path: string, top: string) => path === top || path.startsWith(top + sep);
  const collect = (path: string, named: boolean) => {
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path, { withFileTypes: true }))
        if (!entry.isSymbolicLink() && entry.name !== "node_modules" && entry.name !== ".git")
          collect(join(path, entry.name), false);
    } else if (named || /\.ya?ml$/.test(path)) found.add(relative(root, path).split(sep).join("/"));
  };
  for (const path of paths) {
    const absolute = resolve(root, path);
    const outside = !inside(absolute, resolve(root)) || (existsSync(absolute) && !inside(realpathSync(absolute), real));
    if (outside) throw new UserError(`--manifests ${path} lies outside of the project; name a path within it.`);
    if (existsSync(absolute)) collect(absolute, true);
  }
  return [...found].sort(byText);
}
