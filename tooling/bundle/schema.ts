import { z } from "zod";
import { digestPattern } from "../../components/catalogLock";
import { canonicalJson, sha256 } from "../../components/names";
import { collateralKinds } from "../../components/verdict/context";
import * as patterns from "./patterns";

const text = z.string().min(1).max(500);
const digest = z.string().regex(digestPattern, "sha256:<64 hex digits>");
const hex = z.string().regex(patterns.hexPattern, "64 lower-case hex digits");
const party = z.enum(["modelOwner", "infrastructureProvider", "dataOwner"]);

/** Kinds of images that guests and hosts of confidential GPUs run: both of its TEEs are of this one architecture. */
export const sitePlatform = { os: "linux", cpu: "x64", oci: "linux/amd64" } as const;

const chartSchema = z.strictObject({
  name: z.string().regex(patterns.chartNamePattern),
  version: z.string().regex(patterns.chartVersionPattern),
  /** `oci://…/<name>`, or the URL of the index that lists it. */
  repository: z
    .string()
    .refine(
      (from) =>
        from.startsWith("oci://")
          ? patterns.repositoryPattern.test(from.slice("oci://".length))
          : patterns.indexUrlPattern.test(from),
      "oci://<registry>/<name> or the https URL of a Helm repository",
    ),
  /** Digest of the manifest, of charts in an OCI registry. */
  manifest: digest.optional(),
  /** Digest of the archive, the same wherever it lies. */
  archive: digest.optional(),
  licence: text.optional(),
  party,
});

const imageSchema = z.strictObject({
  repository: z.string().regex(patterns.repositoryPattern),
  /** What it is called there; only the digest counts. */
  tag: z.string().regex(patterns.tagPattern).optional(),
  digest,
  platform: z.literal(sitePlatform.oci),
  /** Who pulls it: the cluster's container runtime, or a confidential guest by itself. */
  pulledBy: z.enum(["cluster", "guest"]),
  /** What the guest demands beside the digest: a cosign signature by this key (PEM). */
  signedBy: z.string().max(2000).optional(),
  licence: text.optional(),
  party,
});

const fileSchema = z.strictObject({
  title: text,
  sha256: hex,
  sizeBytes: z.int().positive().optional(),
  party,
});

const firmwareSchema = z.strictObject({ title: text, versions: z.array(text).min(1), party });

const collateralSchema = z.strictObject({
  /** Sets of keys are none of it: nobody signs them, so that whoever carries a folder could put in their own. */
  kind: z.enum(collateralKinds).exclude(["jwks"]),
  title: text,
  url: z.url({ protocol: /^https?$/ }).max(2000),
  file: z.string().regex(patterns.fileNamePattern),
  /** Response header that holds it, in place of the body. */
  header: z
    .string()
    .regex(/^[A-Za-z-]{1,60}$/)
    .optional(),
  /** It is base64 in this member of the JSON that is answered. */
  base64Member: z
    .string()
    .regex(/^[a-z]{1,20}$/)
    .optional(),
  /** Body of a question that is POSTed, base64. */
  post: z.strictObject({ contentType: z.string().regex(/^[a-z/-]{1,60}$/), body: z.base64().max(20_000) }).optional(),
  /** What says how long the document may be used. */
  freshness: z.enum(["nextUpdate", "certificate"]),
  party,
});

const npmSchema = z.strictObject({
  name: z.string().regex(patterns.npmNamePattern).max(214),
  version: z.string().regex(patterns.npmVersionPattern),
  integrity: z.string().regex(patterns.integrityPattern),
  licence: text.optional(),
  /** Needed to work on the project, and by no program of a site. */
  dev: z.boolean().optional(),
  /** `<name>@<version>` of what it needs. */
  dependencies: z.array(text),
});

const goSchema = z.strictObject({
  module: z.string().regex(patterns.modulePattern).max(300),
  version: z.string().regex(patterns.moduleVersionPattern),
  /** Of the archive, where builds need it. */
  zip: z.string().regex(patterns.h1Pattern).optional(),
  /** Of its go.mod. */
  mod: z.string().regex(patterns.h1Pattern).optional(),
  /** Whether a build asks for it; others may lie beside it, as Go's cache has them. */
  required: z.boolean(),
});

const programSchema = z.strictObject({
  name: text,
  version: text,
  /** Folder of the toolchain's modules that it is built of, and the package. */
  built: z.strictObject({ module: z.string().regex(patterns.fileNamePattern), package: text }).optional(),
  /** The publisher's own, checked by the sums beside it. */
  official: z.strictObject({ url: text, sums: text }).optional(),
});

const sourceSchema = z.strictObject({
  folder: z.string().regex(patterns.fileNamePattern),
  h1: z.string().regex(patterns.h1Pattern),
});

const unresolvedSchema = z.strictObject({
  name: text,
  reason: z.string().min(1).max(2000),
  accepted: z.boolean(),
});

const contentSchema = z.strictObject({
  lockVersion: z.literal(1),
  /** Whose site it is for, and what its list was computed from. */
  site: z.strictObject({ factory: text, role: text, platformSet: text.optional() }),
  charts: z.array(chartSchema),
  images: z.array(imageSchema),
  files: z.array(fileSchema),
  firmware: z.array(firmwareSchema),
  collateral: z.array(collateralSchema),
  npm: z.array(npmSchema),
  npmRoots: z.array(text),
  go: z.array(goSchema),
  programs: z.array(programSchema),
  sources: z.array(sourceSchema),
  /** What the site needs and nothing pins. Not accepted: the lock is not complete. */
  unresolved: z.array(unresolvedSchema),
});
export const lockSchema = contentSchema.extend({ digest });

export type BundleContent = z.infer<typeof contentSchema>;
export type BundleLock = z.infer<typeof lockSchema>;
export type LockedChart = z.infer<typeof chartSchema>;
export type LockedImage = z.infer<typeof imageSchema>;
export type LockedFile = z.infer<typeof fileSchema>;
export type LockedFirmware = z.infer<typeof firmwareSchema>;
export type LockedCollateral = z.infer<typeof collateralSchema>;
export type LockedPackage = z.infer<typeof npmSchema>;
export type LockedModule = z.infer<typeof goSchema>;
export type LockedProgram = z.infer<typeof programSchema>;
export type LockedSource = z.infer<typeof sourceSchema>;
export type Unresolved = z.infer<typeof unresolvedSchema>;
export type LockParty = z.infer<typeof party>;

export const chartArchive = ({ name, version }: Pick<LockedChart, "name" | "version">) => `${name}-${version}.tgz`;

/** What `npm pack` calls it. */
export const packageArchive = ({ name, version }: Pick<LockedPackage, "name" | "version">) =>
  `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;

/** What a list's item is called: in differences, on screens, and as the key that it is sorted by. */
export const nameOf = {
  charts: ({ name, version }: LockedChart) => `chart ${name}@${version}`,
  images: ({ repository, digest: at }: LockedImage) => `image ${repository}@${at}`,
  files: ({ title }: LockedFile) => `file ${title}`,
  firmware: ({ title }: LockedFirmware) => `firmware ${title}`,
  collateral: ({ file }: LockedCollateral) => `collateral ${file}`,
  npm: ({ name, version }: LockedPackage) => `npm ${name}@${version}`,
  go: ({ module, version }: LockedModule) => `go ${module}@${version}`,
  programs: ({ name, version }: LockedProgram) => `program ${name}@${version}`,
  sources: ({ folder }: LockedSource) => `source ${folder}`,
  unresolved: ({ name }: Unresolved) => `unresolved ${name}`,
};
export type ListName = keyof typeof nameOf;
export const listNames = Object.keys(nameOf) as ListName[];

/** The items of one list, as what all lists have in common: a name, and a content that differs or does not. */
export function named(content: BundleContent, list: ListName): { readonly name: string; readonly item: unknown }[] {
  const name = nameOf[list] as (item: never) => string;
  return content[list].map((item) => ({ name: name(item as never), item }));
}

/** The digest of a lock: of its canonical JSON without the digest itself. */
export const contentDigest = (content: BundleContent): string => `sha256:${sha256(canonicalJson(content))}`;
