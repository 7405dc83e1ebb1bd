import { randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelArtifactSchema } from "../../../components/images/modelArtifact";
import type { ModelArtifact } from "../../../components/images/modelArtifact";
import { sha256 } from "../../../components/names";
import { newModelKey } from "../../../tooling/models/keyFile";
import { untar } from "../../../tooling/models/modelTar";
import { openArtifact } from "../../../tooling/models/openArtifact";
import { sealModel } from "../../../tooling/models/sealModel";
import { findCryptsetup } from "../../../tooling/models/volume";

const kinds = ["encryptedLayer", "encryptedObject", "luks2"] as const;
type Kind = (typeof kinds)[number];

const work = mkdtempSync(join(tmpdir(), "sealed-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
let next = 0;
const fresh = () => join(work, String(next++));

/** A model of several MiB: a folder, or for a volume an image. */
function model(kind: Kind): string {
  const path = fresh();
  if (kind === "luks2") {
    writeFileSync(path, randomBytes(3 << 20));
    return path;
  }
  mkdirSync(join(path, "shards"), { recursive: true });
  writeFileSync(join(path, "shards/1.safetensors"), randomBytes(3_000_001));
  writeFileSync(join(path, "config.json"), "{}");
  writeFileSync(join(path, `${"long-".repeat(40)}name`), "");
  return path;
}

async function seal(kind: Kind, input: string, key: Buffer): Promise<{ sealed: string; artifact: ModelArtifact }> {
  const output = fresh();
  const common = { input, output, key, keyUri: "kbs:///acme/key/llama", guestPath: "/models/llama" };
  const artifact = await sealModel(
    kind === "encryptedLayer"
      ? { ...common, kind, repository: "registry.acme.example/llama", packetVersion: 2 }
      : kind === "encryptedObject"
        ? { ...common, kind, url: "https://store.acme.example/llama" }
        : { ...common, kind, devicePath: "/dev/vdb" },
  );
  return { sealed: output, artifact };
}

async function open(artifact: ModelArtifact, input: string, key: Buffer): Promise<string> {
  const output = fresh();
  await openArtifact({ artifact, input, output, key: () => key });
  return output;
}

/** Refused, and nothing was left behind: neither the content nor a half of it. */
async function refused(artifact: ModelArtifact, input: string, key: Buffer, message: RegExp): Promise<void> {
  const before = readdirSync(work).sort();
  await expect(open(artifact, input, key)).rejects.toThrow(message);
  expect(readdirSync(work).sort()).toEqual(before);
}

/** The file that holds the sealed bytes. */
function bytesFile(sealed: string, artifact: ModelArtifact): string {
  return artifact.kind === "encryptedLayer"
    ? join(sealed, "blobs/sha256", artifact.sealedDigest.slice("sha256:".length))
    : sealed;
}

describe.each(kinds)("a model sealed as %s", (kind) => {
  const skip = kind === "luks2" && !findCryptsetup() ? "cryptsetup is not installed" : undefined;
  const title = (text: string) => (skip ? `${text} (skipped: ${skip})` : text);
  let input: string;
  let key: Buffer;
  let sealed: string;
  let artifact: ModelArtifact;

  beforeAll(async () => {
    if (skip) return;
    key = Buffer.from(await newModelKey(kind));
    input = model(kind);
    ({ sealed, artifact } = await seal(kind, input, key));
  }, 120_000);

  it.skipIf(skip)(
    title("opens to the same bytes"),
    async () => {
      const opened = await open(artifact, sealed, key);
      const inner = kind === "encryptedLayer" ? join(opened, "models/llama") : opened;
      execFileSync("diff", ["-r", input, inner]);
      expect(modelArtifactSchema.parse(artifact)).toEqual(artifact);
    },
    120_000,
  );

  it.skipIf(skip)(title("shows none of its content"), () => {
    const bytes = readFileSync(bytesFile(sealed, artifact));
    const plain = readFileSync(kind === "luks2" ? input : join(input, "shards/1.safetensors"));
    for (let at = 0; at + 16 < plain.length; at += 100_000)
      expect(bytes.includes(plain.subarray(at, at + 16))).toBe(false);
    expect(artifact.sealedDigest).toBe(`sha256:${sha256(bytes)}`);
  });

  it.skipIf(skip)(
    title("is refused with another key"),
    async () => {
      await refused(artifact, sealed, Buffer.from(await newModelKey(kind)), /does not open/);
    },
    120_000,
  );

  it.skipIf(skip)(
    title("is refused when one byte was changed, or the end is missing"),
    async () => {
      for (const change of [(bytes: Buffer) => bytes.subarray(0, -4096), flip]) {
        const changed = fresh();
        cpSync(sealed, changed, { recursive: true });
        const file = bytesFile(changed, artifact);
        writeFileSync(file, change(readFileSync(file)));
        await refused(artifact, changed, key, /HMAC|does not open|sealed bytes are/);
      }
    },
    120_000,
  );

  it.skipIf(skip)(
    title("is refused where an older model under the same key took its place"),
    async () => {
      const older = await seal(kind, model(kind), key);
      await refused(artifact, older.sealed, key, /another model|sealed bytes are/);
      // Whoever stores the bytes can also claim their digests; the content's digest is the release's.
      const claimed = { ...older.artifact, digest: artifact.digest, sizeBytes: artifact.sizeBytes } as ModelArtifact;
      await refused(claimed, older.sealed, key, /opens to/);
    },
    120_000,
  );
});

/** In the middle, where there is content in every kind. */
function flip(bytes: Buffer): Buffer {
  const at = bytes.length - 1_000_000;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

describe("an encrypted layer", () => {
  it("is put on the layers of a serving image", async () => {
    const key = randomBytes(32);
    const base = await seal("encryptedLayer", model("encryptedLayer"), key);
    const output = fresh();
    const artifact = await sealModel({
      kind: "encryptedLayer",
      ...{ input: model("encryptedLayer"), output, base: base.sealed, key, keyUri: "kbs:///a/b/c" },
      ...{ guestPath: "/models/2", repository: "r.example/x", packetVersion: 1 },
    });
    const index = JSON.parse(readFileSync(join(output, "index.json"), "utf8"));
    const blob = (digest: string) => JSON.parse(readFileSync(join(output, "blobs/sha256", digest.slice(7)), "utf8"));
    const manifest = blob(index.manifests[0].digest);
    expect(manifest.layers.map(({ digest }: { digest: string }) => digest)).toEqual([
      base.artifact.sealedDigest,
      artifact.sealedDigest,
    ]);
    expect(blob(manifest.config.digest).rootfs.diff_ids).toEqual([base.artifact.digest, artifact.digest]);
    await open(artifact, output, key);
  });

  it("does not take a manifest that names another key or HMAC", async () => {
    const key = randomBytes(32);
    const { sealed, artifact } = await seal("encryptedLayer", model("encryptedLayer"), key);
    await refused({ ...artifact, key: "kbs:///other/key/1" }, sealed, key, /opened by kbs:\/\/\/acme\/key\/llama/);
    const manifest = join(sealed, "blobs/sha256", (artifact as { image: { digest: string } }).image.digest.slice(7));
    copyFileSync(manifest, `${manifest}.before`);
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace(/pubopts":"./, 'pubopts":"X'));
    await refused(artifact, sealed, key, /was changed/);
  });
});

describe("an archive", () => {
  it("cannot reach out of its folder", async () => {
    for (const header of [
      { name: "../escape" },
      { name: "/escape" },
      { name: "a/../../escape" },
      { name: "link", type: "symlink" as const, linkname: "/etc" },
    ]) {
      const archive = pack();
      if ("type" in header) archive.entry(header);
      else archive.entry(header, "x");
      archive.finalize();
      const folder = fresh();
      await expect(untar(archive as unknown as AsyncIterable<Buffer>, folder)).rejects.toThrow(/^archive: /);
      expect(readdirSync(dirname(folder))).not.toContain("escape");
    }
  });
});
