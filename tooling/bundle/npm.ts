import { z } from "zod";
import { UserError } from "../ui";
import { integrityPattern } from "./patterns";
import type { LockedPackage, Unresolved } from "./schema";
import { packageArchive, sitePlatform } from "./schema";

const names = z.record(z.string(), z.string()).default({});
const list = z.array(z.string()).optional();
/** As far as it is read here; package-lock.json of lockfileVersion 3 (docs.npmjs.com, "package-lock.json"). */
const entrySchema = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  os: list,
  cpu: list,
  libc: list,
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
});
const packageLockSchema = z.looseObject({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), entrySchema),
});
type Entry = z.infer<typeof entrySchema>;

export interface PackagesOf {
  readonly npm: readonly LockedPackage[];
  /** What the project itself names, as `<name>@<version>`. */
  readonly roots: readonly string[];
  readonly unresolved: readonly Omit<Unresolved, "accepted">[];
}

/**
 * The packages of a package-lock.json that one platform installs. Those of development come along where the project is this
 * checkout, whose commands want all of its packages there; whoever depends on the package has none of them.
 */
export function packagesOf(text: string, file: string, development: boolean): PackagesOf {
  const { packages } = parsed(text, file);
  const installed = new Map(
    Object.entries(packages).filter(
      ([path, entry]) => path !== "" && (development || !isDev(entry)) && fits(entry) && !entry.inBundle,
    ),
  );
  const npm = new Map<string, LockedPackage>();
  const unresolved: Omit<Unresolved, "accepted">[] = [];
  for (const [path, entry] of installed) {
    const name = packageName(path, entry);
    const { version, integrity = "", license } = entry;
    if (entry.link) {
      unresolved.push({
        name: `npm/${name}`,
        reason: `${file} has ${path} from a folder; bring that folder by itself`,
      });
      continue;
    }
    const key = `${name}@${version ?? ""}`;
    // npm may list several digests; of SHA-1 alone nothing is believed.
    const sha512 = integrity.split(/\s+/).find((each) => integrityPattern.test(each));
    if (version === undefined || sha512 === undefined) {
      unresolved.push({
        name: `npm/${key}`,
        reason: `${file} has no SHA-512 of ${path}; install it from a registry, or bring it by itself`,
      });
      continue;
    }
    const dependencies = dependenciesOf(path, entry, installed);
    const other = npm.get(key);
    const dev = isDev(entry) && (other?.dev ?? true);
    if (other && other.integrity !== sha512)
      throw new UserError(
        `${file} has ${key} with two contents, and a version has one.`,
        "Find out which is right: somebody changed the file, or a registry.",
      );
    npm.set(key, {
      ...{ name, version, integrity: sha512 },
      ...(license !== undefined && license !== "" && { licence: license }),
      ...(dev && { dev }),
      dependencies: [...new Set([...(other?.dependencies ?? []), ...dependencies])].sort(),
    });
  }
  refuseCollisions([...npm.values()], file);
  const root = packages[""];
  return { npm: [...npm.values()], roots: root ? dependenciesOf("", root, installed).sort() : [], unresolved };
}

function parsed(text: string, file: string): z.infer<typeof packageLockSchema> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new UserError(`${file} is not JSON; make it anew with \`npm install\`.`);
  }
  const result = packageLockSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `${file} is no package-lock.json of lockfileVersion 3 (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}); make it anew with \`npm install\`.`,
  );
}

const isDev = ({ dev, devOptional }: Entry) => Boolean(dev ?? devOptional);
const packageName = (path: string, { name }: Entry) =>
  name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** As npm decides it (npm-install-checks): names that are wanted, or with `!` names that are not. */
function fits({ os, cpu, libc }: Entry): boolean {
  const wanted = (of: readonly string[] | undefined, here: string) =>
    of === undefined ||
    of.length === 0 ||
    (!of.includes(`!${here}`) && (of.every((each) => each.startsWith("!")) || of.includes(here)));
  return wanted(os, sitePlatform.os) && wanted(cpu, sitePlatform.cpu) && wanted(libc, "glibc");
}

/** What Node.js would find for each name that an entry needs: in its own node_modules, then in those above. */
function dependenciesOf(path: string, entry: Entry, installed: ReadonlyMap<string, Entry>): string[] {
  const wanted = Object.keys({
    ...entry.devDependencies,
    ...entry.dependencies,
    ...entry.optionalDependencies,
    ...entry.peerDependencies,
  });
  return wanted.flatMap((name) => {
    for (let from = path; ;) {
      const candidate = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
      const found = installed.get(candidate);
      if (found) return [`${packageName(candidate, found)}@${found.version ?? ""}`];
      if (from === "") return [];
      const above = from.lastIndexOf("/node_modules/");
      from = above < 0 ? "" : from.slice(0, above);
    }
  });
}

/** `@a/b-c` and `@a-b/c` would lie in one file. */
function refuseCollisions(packages: readonly LockedPackage[], file: string): void {
  const files = new Map<string, string>();
  for (const each of packages) {
    const archive = packageArchive(each).toLowerCase();
    const other = files.get(archive);
    if (other !== undefined)
      throw new UserError(
        `${file}: ${other} and ${each.name} have archives of one name, ${archive}; keep one of the two.`,
      );
    files.set(archive, each.name);
  }
}
