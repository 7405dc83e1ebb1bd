import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { Factory } from "../../../stacks/config/factory";
import { writePrivate } from "../../controlplane/files";
import { writeWhole } from "../../files";
import type { InstancePaths } from "../../rehearsal/paths";
import { readOwnerKeys, writeOwnerKeys } from "../../rehearsal/ownerKeys";
import { UserError } from "../../ui";
import { nextPath } from "../rotation/nextPath";

export type RotatedKey = "model-key" | "serving-key";

export interface RotateKeysArgs {
  readonly paths: InstancePaths;
  /** The description in force, and its file. */
  readonly factory: Factory;
  readonly file: string;
  readonly model: string;
  readonly kinds: readonly RotatedKey[];
  /** Where the description with the next keys is written. */
  readonly out: string;
}

/**
 * Writes the description of a factory in which a model has its next keys, under new paths: the key broker then keeps both
 * for as long as guests of both are about. Weights are sealed anew under the next key by `model seal`; a rehearsal has none.
 */
export function describeNextKeys({ paths, factory, file, model, kinds, out }: RotateKeysArgs): string[] {
  const index = factory.models.findIndex(({ name }) => name === model);
  const declared = factory.models[index];
  if (!declared)
    throw new UserError(
      `There is no model ${model}.`,
      `Write one of ${factory.models.map(({ name }) => name).join(", ")}.`,
    );
  // As descriptions are read: what YAML 1.1 has for a time or a number stays text.
  const document = parseDocument(readFileSync(file, "utf8"));
  const at = ["config", "trustfoundry:models", index] as const;
  if (!isMap(document.getIn(at)) || !isSeq(document.getIn(["config", "trustfoundry:models"])))
    throw new UserError(`${file} has no model ${model} at its place; name the description in force by --file.`);
  const { servingKey } = declared;
  const others = declared.keys.filter((key) => key !== servingKey?.resource);
  const said: string[] = [];
  const renamed = new Map<string, string>();
  if (kinds.includes("model-key")) for (const key of others) renamed.set(key, nextPath(key));
  if (kinds.includes("serving-key")) {
    const resource = servingKey
      ? nextPath(servingKey.resource)
      : `${others[0]?.split("/")[0] ?? model}/serving-key/${model}`;
    if (servingKey) renamed.set(servingKey.resource, resource);
    const publicKey = servingPair(paths, factory.parties.modelOwner, resource);
    document.setIn([...at, "servingKey"], { publicKey, resource });
    if (!servingKey) document.setIn([...at, "keys"], [...declared.keys, resource]);
    said.push(`serving key: ${resource}${servingKey ? ` in place of ${servingKey.resource}` : ", the model's first"}`);
  }
  rename(document, at, declared.keys, renamed, servingKey === undefined && kinds.includes("serving-key"));
  for (const [before, after] of renamed)
    if (before !== servingKey?.resource) said.push(`model key: ${after} in place of ${before}`);
  writeWhole(resolve(out), document.toString({ lineWidth: 0 }));
  return said;
}

function rename(
  document: Document,
  at: readonly (string | number)[],
  keys: readonly string[],
  renamed: ReadonlyMap<string, string>,
  added: boolean,
): void {
  const written = document.getIn([...at, "keys"]);
  const all = added && isSeq(written) ? (written.toJSON() as string[]) : added ? (written as string[]) : [...keys];
  document.setIn(
    [...at, "keys"],
    all.map((key) => renamed.get(key) ?? key),
  );
  const imageKey = document.getIn([...at, "imageEncryptionKey"]);
  if (typeof imageKey === "string" && renamed.has(imageKey))
    document.setIn([...at, "imageEncryptionKey"], renamed.get(imageKey));
}

/** A pair for a resource, made once: the private half is what the key broker will give to the model's guests alone. */
function servingPair(paths: InstancePaths, owner: string, resource: string): string {
  const directory = paths.party(owner);
  const file = join(directory, "serving-keys", `${resource.replaceAll("/", ".")}.pub`);
  if (existsSync(file)) return file;
  const keys = readOwnerKeys(directory);
  if (!keys) throw new UserError("The model owner has no keys yet.", "Run `npm run rehearse`.");
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const value = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const resources = { ...keys.secrets.resources, [resource]: Buffer.from(value).toString("base64") };
  writeOwnerKeys(directory, { ...keys, secrets: { ...keys.secrets, resources } });
  // The public half last: with it the pair counts as made.
  writePrivate(file, publicKey.export({ type: "spki", format: "pem" }) as string);
  return file;
}

/** Where a description lies that names no place: beside the rehearsal. */
export function descriptionOut(paths: InstancePaths, out: string | undefined, now: Date): string {
  const name = `rotated-${now.toISOString().replace(/[-:]|\.\d+/g, "")}.yaml`;
  if (out === undefined) return join(paths.root, "descriptions", name);
  return isAbsolute(out) ? out : join(dirname(resolve(out)), out.split("/").at(-1) ?? out);
}
