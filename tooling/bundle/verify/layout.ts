import { z } from "zod";
import { digestPattern } from "../../../components/catalogLock";
import { folders, layoutTag } from "../places";
import { sitePlatform } from "../schema";
import { NotAsLocked } from "./finding";
import type { Tree } from "./tree";

/** As registries limit manifests (distribution-spec v1.1, "Pushing Manifests": at least 4 MiB). */
const mostManifestBytes = 4 * 1024 * 1024;
const mostIndexBytes = 16 * 1024 * 1024;
const refName = "org.opencontainers.image.ref.name";

const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

const descriptorSchema = z.looseObject({
  mediaType: z.string().min(1).max(200),
  digest: z.string().regex(digestPattern, "a digest, sha256:<64 hex digits>"),
  size: z.int().min(0),
  urls: z.array(z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  platform: z.looseObject({ os: z.string(), architecture: z.string() }).optional(),
});
/** Nothing but what a descriptor has (image-spec v1.1, "descriptor"): Go takes "Digest" for "digest", and the last one counts. */
const listedSchema = z.strictObject({
  ...descriptorSchema.shape,
  data: z.string().optional(),
  artifactType: z.string().optional(),
});
const layoutIndexSchema = z.strictObject({
  schemaVersion: z.literal(2),
  mediaType: z.literal(indexTypes[0] ?? "").optional(),
  manifests: z.array(listedSchema).max(10_000),
  annotations: z.record(z.string(), z.string()).optional(),
});
const indexSchema = z.looseObject({ schemaVersion: z.literal(2), manifests: z.array(descriptorSchema).max(1000) });
const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(10_000),
});
export type Descriptor = z.infer<typeof descriptorSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
type Index = z.infer<typeof indexSchema>;

const blobPath = (digest: string) => `${folders.images}/blobs/${digest.replace(":", "/")}`;

/**
 * An OCI image layout (image-spec v1.1, "image-layout"), read from what the lock names down. Its index.json is the one part
 * that no digest covers: it may list what the lock names, by the tag that this makes, and nothing else.
 */
export class Layout {
  /** Digests that an image leads to and that are right. */
  private readonly passed = new Set<string>();
  /** Those of them that are manifests or indexes. */
  private readonly walked = new Set<string>();

  private constructor(
    private readonly tree: Tree,
    private readonly listed: readonly Descriptor[],
  ) {}

  static async of(tree: Tree): Promise<Layout> {
    const marker = await tree.read(`${folders.images}/oci-layout`, 1024);
    if (!/^\s*\{\s*"imageLayoutVersion"\s*:\s*"1\.0\.0"\s*\}\s*$/.test(marker.toString("utf8")))
      throw new NotAsLocked("refused", `${folders.images}/oci-layout is not of an OCI image layout of version 1.0.0`);
    const path = `${folders.images}/index.json`;
    const text = (await tree.read(path, mostIndexBytes)).toString("utf8");
    // Readers differ on which of two such members counts.
    if ((text.match(/"manifests"\s*:/gi) ?? []).length !== 1)
      throw new NotAsLocked("refused", `${path} has its list of manifests not exactly once`);
    return new Layout(tree, parsed(text, layoutIndexSchema, path).manifests);
  }

  /**
   * What index.json lists beside what is wanted, or under a name that is another's. To be asked last: oras lists the
   * manifests of an index there as well, without names.
   */
  strangers(wanted: ReadonlyMap<string, string | undefined>): string[] {
    const seen = new Set<string>();
    return this.listed.flatMap(({ digest, annotations }) => {
      const name = annotations?.[refName];
      if (name === undefined) {
        return this.walked.has(digest) ? [] : [`index.json lists ${digest}, which the lock does not name`];
      }
      if (!wanted.has(name)) return [`index.json lists ${name}, which the lock does not name`];
      if (seen.has(name)) return [`index.json lists ${name} twice`];
      seen.add(name);
      const right = wanted.get(name);
      return right !== undefined && right !== digest ? [`index.json leads from ${name} to ${digest}`] : [];
    });
  }

  /** What index.json has under a tag; undefined where it lists none. */
  find(tag: string): Descriptor | undefined {
    return this.listed.find(({ annotations }) => annotations?.[refName] === tag);
  }

  /** Checks an image with all that it is made of, for all its platforms; it has to run on the site's. */
  async image(digest: string): Promise<void> {
    const manifest = await this.whole(digest);
    if (isIndex(manifest)) {
      const fits = manifest.manifests.some(({ platform }) => isSite(platform?.os, platform?.architecture));
      if (!fits) throw new NotAsLocked("refused", `${digest} is for other platforms than ${sitePlatform.oci}`);
      return;
    }
    const config = JSON.parse((await this.blob(manifest.config, mostManifestBytes)).toString("utf8")) as {
      os?: unknown;
      architecture?: unknown;
    } | null;
    if (!isSite(config?.os, config?.architecture))
      throw new NotAsLocked("refused", `${digest} is for another platform than ${sitePlatform.oci}`);
  }

  /** Checks what a tag or digest stands for, down to the last blob. */
  async whole(digest: string): Promise<Index | Manifest> {
    const listed = this.find(layoutTag(digest)) ?? this.listed.find((each) => each.digest === digest);
    if (!listed) throw new NotAsLocked("missing", `index.json does not list ${digest}`);
    return this.walk({ ...listed, digest }, 0);
  }

  private async walk(descriptor: Descriptor, depth: number): Promise<Index | Manifest> {
    const { mediaType, digest } = descriptor;
    const listsOthers = indexTypes.includes(mediaType);
    if (!listsOthers && !manifestTypes.includes(mediaType))
      throw new NotAsLocked("refused", `${digest} is called ${mediaType}, which is no image`);
    if (depth > 1) throw new NotAsLocked("refused", `${digest} is an index within an index`);
    const text = (await this.blob(descriptor, mostManifestBytes)).toString("utf8");
    this.walked.add(digest);
    if (listsOthers) {
      const index = parsed(text, indexSchema, digest);
      for (const each of index.manifests) await this.walk(each, depth + 1);
      return index;
    }
    const manifest = parsed(text, manifestSchema, digest);
    if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType)
      throw new NotAsLocked("changed", `${digest} says of itself another type than what lists it`);
    for (const each of [manifest.config, ...manifest.layers]) {
      if (each.urls && each.urls.length > 0)
        throw new NotAsLocked("missing", `${each.digest}, a layer of ${digest}, lies elsewhere and was not brought`);
      await this.content(each);
    }
    return manifest;
  }

  /** The bytes of a blob, which have the size and the digest that its descriptor says. */
  async blob(descriptor: Descriptor, mostBytes: number): Promise<Buffer> {
    if (descriptor.size > mostBytes)
      throw new NotAsLocked("refused", `${descriptor.digest} is too large for what it is`);
    await this.content(descriptor);
    return this.tree.read(blobPath(descriptor.digest), mostBytes);
  }

  private async content({ digest, size }: Descriptor): Promise<void> {
    const path = blobPath(digest);
    const real = this.tree.size(path);
    if (real !== size) throw new NotAsLocked("changed", `${path} has ${real} bytes, and ${size} are said of it`);
    if (this.passed.has(digest)) return;
    const hex = await this.tree.digest(path, "sha256", "hex");
    if (`sha256:${hex}` !== digest) throw new NotAsLocked("changed", `${path} has the SHA-256 ${hex}`);
    this.passed.add(digest);
  }
}

const isIndex = (content: Index | Manifest): content is Index => "manifests" in content;
const isSite = (os: unknown, architecture: unknown) => `${String(os)}/${String(architecture)}` === sitePlatform.oci;

function parsed<T>(text: string, schema: z.ZodType<T>, what: string): T {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new NotAsLocked("refused", `${what} is not JSON`);
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new NotAsLocked("refused", `${what}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
