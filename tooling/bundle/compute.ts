import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "../../components/workload/release";
import { PinError, emptyLock, parseCatalogLock } from "../../components/catalogLock";
import type { CatalogLock } from "../../components/catalogLock";
import type { StackConfig } from "../../stacks/config/load";
import { packageRoot } from "../../stacks/project";
import { receivedReleases } from "../../stacks/signedReleases";
import { readNamed } from "../files";
import type { ToolGroup } from "../toolchain/pins";
import { UserError } from "../ui";
import type { Attested } from "./collateral";
import { collateralOf } from "./collateral";
import { sealLock } from "./file";
import { guestFilesOf } from "./guestFiles";
import { packagesOf } from "./npm";
import { cloudPlugins, programsOf } from "./programs";
import type { BundleLock, LockedImage } from "./schema";
import { releaseImage } from "./releaseImage";
import type { SitePart } from "./site";
import { factoryParts, infrastructurePart, readerPart, trustPart } from "./site";
import { sourcesOf } from "./sources";

export interface LockQuestion {
  readonly config: StackConfig;
  /** Folder of the stack's Pulumi.yaml: package-lock.json and catalog.lock lie there. */
  readonly project: string;
  /** Files of recorded evidence: what they name of chips and devices. */
  readonly evidence: readonly string[];
  /** Names that nothing pins, and whose arrival somebody else sees to. */
  readonly accepted: readonly string[];
  /** Of these those that are unresolved still: accepted once, and asked for by nobody now. */
  readonly kept?: readonly string[];
  readonly now: Date;
}

/** The lock of a stack's site, of its party's part alone; of a whole factory where a rehearsal's description is given. */
export async function computeLock({ config, now, ...rest }: LockQuestion): Promise<BundleLock> {
  const { project } = rest;
  const lock = catalogOf(project);
  const { parts, platformSet } = await partsOf(config, lock, project, now);
  const clouds = "providers" in config ? cloudsOf(config) : [];
  return sealed({
    ...rest,
    ...{ factory: config.factory, role: config.role, platformSet, parts, clouds },
    groups: config.role === "rehearsal" ? ["engine", "controlPlane", "policy"] : ["engine"],
    ...("guestImage" in config && config.guestImage !== undefined && { guestImage: config.guestImage }),
  });
}

/** The lock of a data owner, who has a release and asks guests of it for evidence. */
export function readerLock(release: Release, rest: Omit<LockQuestion, "config" | "now">): BundleLock {
  const attested: Attested = {
    tees: [release.tee],
    gpus: [release.gpu.model as Attested["gpus"][number]],
    drivers: release.gpuClaims.drivers,
  };
  return sealed({
    ...{ factory: release.factory, role: "dataOwner", parts: [readerPart(attested)], clouds: [], groups: [] },
    ...rest,
  });
}

async function partsOf(
  config: StackConfig,
  lock: CatalogLock,
  project: string,
  now: Date,
): Promise<{ readonly parts: readonly SitePart[]; readonly platformSet?: string }> {
  switch (config.role) {
    case "trust":
      return { parts: [trustPart(config, lock)], platformSet: config.platform.set };
    case "infrastructure":
      return { parts: [infrastructurePart(config, lock)], platformSet: config.platform.set };
    case "rehearsal":
      return { parts: factoryParts(config, lock), platformSet: config.platform.set };
    case "workloads": {
      const { releases } = await receivedReleases(config, now, project);
      const images = releases.map(({ release }) => releaseImage(release));
      const party = "infrastructureProvider";
      return { parts: [{ party, charts: [], images, firmware: [], unresolved: [] }], platformSet: config.platform.set };
    }
    case "keys":
      throw new UserError(
        "A stack of the role keys keeps the owner's keys at a cloud, by that cloud's own services; there is nothing of it to bring.",
      );
  }
}

interface Sealing extends Omit<LockQuestion, "config" | "now"> {
  readonly factory: string;
  readonly role: string;
  readonly platformSet?: string | undefined;
  readonly parts: readonly SitePart[];
  readonly clouds: readonly ("azure" | "gcp")[];
  readonly groups: readonly ToolGroup[];
  readonly guestImage?: string;
}

function sealed(args: Sealing): BundleLock {
  const { factory, role, platformSet, parts, project, evidence, accepted, kept = [] } = args;
  const { clouds, groups, guestImage } = args;
  const npm = packagesOf(
    readNamed(join(project, "package-lock.json"), npmHint),
    "package-lock.json",
    ownCheckout(project),
  );
  const programs = programsOf(groups, join(packageRoot, "tooling/toolchain/modules"));
  const judged = parts.flatMap(({ party, attested }) => (attested ? [collateralOf(attested, evidence, party)] : []));
  const open = [
    ...parts.flatMap(({ unresolved }) => unresolved),
    ...judged.flatMap(({ unresolved }) => unresolved),
    ...npm.unresolved,
    ...programs.unresolved,
    ...cloudPlugins(ownVersions(), clouds),
  ];
  const unknown = accepted.filter((name) => !open.some((each) => each.name === name));
  if (unknown.length > 0)
    throw new UserError(
      `--accept ${unknown.join(", ")}: nothing of that name is unresolved.`,
      "Names stand first on the lines that `bundle lock` prints.",
    );
  return sealLock({
    lockVersion: 1,
    site: { factory, role, ...(platformSet !== undefined && { platformSet }) },
    charts: parts.flatMap(({ charts }) => charts),
    images: onePuller(parts.flatMap(({ images }) => images)),
    files: guestImage === undefined ? [] : guestFilesOf(guestImage, project, "modelOwner"),
    firmware: parts.flatMap(({ firmware }) => firmware),
    // The same document serves several parties; the first that needs it is named.
    collateral: byKey(
      judged.flatMap(({ collateral }) => collateral),
      ({ file }) => file,
    ),
    npm: [...npm.npm],
    npmRoots: [...npm.roots],
    go: [...programs.go],
    programs: [...programs.programs],
    sources: sourcesOf(packageRoot),
    unresolved: byKey(open, ({ name }) => name).map((each) => ({
      ...each,
      accepted: accepted.includes(each.name) || kept.includes(each.name),
    })),
  });
}

const ownCheckout = (project: string) => realpathSync(project) === realpathSync(packageRoot);

const npmHint = "the project's package-lock.json; `npm install` writes it";

function byKey<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map([...items].reverse().map((item) => [key(item), item])).values()];
}

/** Two models may share an image; a guest's demands of it are then one model's and the other's. */
function onePuller(images: readonly LockedImage[]): LockedImage[] {
  const merged = new Map<string, LockedImage>();
  for (const image of images) {
    const key = `${image.repository}@${image.digest}`;
    const other = merged.get(key);
    merged.set(key, {
      ...image,
      ...other,
      ...(other?.pulledBy === "guest" || image.pulledBy === "guest" ? { pulledBy: "guest" as const } : {}),
    });
  }
  return [...merged.values()];
}

function catalogOf(project: string): CatalogLock {
  const file = join(project, "catalog.lock");
  if (!existsSync(file)) return emptyLock;
  try {
    return parseCatalogLock(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof PinError) throw new UserError(error.message);
    throw error;
  }
}

/** Versions that this package itself depends on: those of the plugins are the same. */
function ownVersions(): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return manifest.dependencies;
}

function cloudsOf(config: Extract<StackConfig, { providers: unknown }>): ("azure" | "gcp")[] {
  if (config.role !== "infrastructure") return [];
  const own = config.providers.find(({ name }) => name === config.provider);
  return [...(own?.azure ? ["azure" as const] : []), ...(own?.gcp ? ["gcp" as const] : [])];
}
