import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "../../../components/names";
import { hashMod, hashOne } from "../../../tooling/bundle/dirhash";
import { sealLock } from "../../../tooling/bundle/file";
import { layoutTag, signatureTag } from "../../../tooling/bundle/places";
import type { BundleContent, BundleLock } from "../../../tooling/bundle/schema";
import { zipOf } from "./zip";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const digestOf = (content: Buffer) => `sha256:${sha256(content)}`;
export const manifestType = "application/vnd.oci.image.manifest.v1+json";
export const indexType = "application/vnd.oci.image.index.v1+json";

/** A small bundle of one thing of each kind, MADE UP, as files by path, with the lock that it is the whole of. */
export interface MadeBundle {
  readonly lock: BundleLock;
  readonly files: Map<string, Buffer>;
  /** Digests of the plain image, of the signed one, and of the chart's manifest. */
  readonly image: string;
  readonly signed: string;
  readonly chart: string;
  /** The plain image's first layer. */
  readonly layer: string;
}

const emptyContent: BundleContent = {
  lockVersion: 1,
  site: { factory: "acme", role: "trust" },
  ...{ charts: [], images: [], files: [], firmware: [], collateral: [], npm: [], npmRoots: [], go: [], programs: [] },
  ...{ sources: [], unresolved: [] },
};

/** A lock of nothing but what a test needs. */
export const lockOf = (content: Partial<BundleContent>): BundleLock => sealLock({ ...emptyContent, ...content });

/** Keys that images may be signed with. */
const signingKeys = {
  ecdsa: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ed25519: () => generateKeyPairSync("ed25519"),
};

export function madeBundle(kind: keyof typeof signingKeys = "ecdsa"): MadeBundle {
  const files = new Map<string, Buffer>();
  const blob = (content: Buffer) => {
    files.set(`images/blobs/sha256/${sha256(content)}`, content);
    return { digest: digestOf(content), size: content.length };
  };
  const config = (architecture: string) =>
    blob(json({ architecture, os: "linux", rootfs: { type: "layers", diff_ids: [] } }));
  const layerType = "application/vnd.oci.image.layer.v1.tar+gzip";
  const image = (architecture: string, layers: readonly object[]) =>
    blob(
      json({
        ...{ schemaVersion: 2, mediaType: manifestType },
        config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config(architecture) },
        layers,
      }),
    );
  const layer = { mediaType: layerType, ...blob(Buffer.from("a layer")) };
  const platforms = ["amd64", "arm64"].map((architecture) => ({
    ...{ mediaType: manifestType, ...image(architecture, [layer]) },
    platform: { os: "linux", architecture },
  }));
  const index = blob(json({ schemaVersion: 2, mediaType: indexType, manifests: platforms }));
  const signed = image("amd64", [{ mediaType: layerType, ...blob(Buffer.from("another layer")) }]);

  const repository = "registry.example/acme/model";
  const { publicKey, privateKey } = signingKeys[kind]();
  const payload = json({
    critical: {
      identity: { "docker-reference": repository },
      image: { "docker-manifest-digest": signed.digest },
      type: "cosign container image signature",
    },
    optional: null,
  });
  const signature = blob(
    json({
      ...{ schemaVersion: 2, mediaType: manifestType },
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...blob(json({})) },
      layers: [
        {
          mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
          ...blob(payload),
          annotations: {
            "dev.cosignproject.cosign/signature": sign(
              kind === "ed25519" ? null : "sha256",
              payload,
              privateKey,
            ).toString("base64"),
          },
        },
      ],
    }),
  );

  const archive = Buffer.from("a chart's archive");
  files.set("charts/kata-deploy-4.0.0.tgz", archive);
  const chart = blob(
    json({
      schemaVersion: 2,
      config: { mediaType: "application/vnd.cncf.helm.config.v1+json", ...blob(json({ name: "kata-deploy" })) },
      layers: [{ mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", ...blob(archive) }],
    }),
  );
  const fromIndex = Buffer.from("another chart's archive");
  files.set("charts/gpu-operator-v26.3.1.tgz", fromIndex);

  const named = (name: string, mediaType: string, at: { digest: string; size: number }) => ({
    ...{ mediaType, ...at },
    annotations: { "org.opencontainers.image.ref.name": name },
  });
  files.set("images/oci-layout", json({ imageLayoutVersion: "1.0.0" }));
  files.set(
    "images/index.json",
    json({
      schemaVersion: 2,
      manifests: [
        named(layoutTag(index.digest), indexType, index),
        named(layoutTag(signed.digest), manifestType, signed),
        named(signatureTag(signed.digest), manifestType, signature),
        named(layoutTag(chart.digest), manifestType, chart),
      ],
    }),
  );

  const tarball = Buffer.from("a package's archive");
  files.set("npm/acme-thing-1.0.0.tgz", tarball);
  const prefix = "example.com/Acme/thing@v1.2.3";
  const source = { name: `${prefix}/thing.go`, content: Buffer.from("package thing\n") };
  const mod = Buffer.from("module example.com/Acme/thing\n\ngo 1.26\n");
  const place = "go/example.com/!acme/thing/@v/v1.2.3";
  files.set(`${place}.zip`, zipOf([source, { name: `${prefix}/go.mod`, content: mod }]));
  files.set(`${place}.mod`, mod);
  files.set(`${place}.info`, json({ Version: "v1.2.3", Time: "2026-11-01T00:00:00Z" }));

  const manifest = json({ a: "manifest" });
  files.set("collateral/driver.rim", manifest);
  files.set(
    "collateral/index.json",
    json({
      version: 1,
      files: [
        {
          ...{ kind: "nvidia-rim", file: "driver.rim", sha256: sha256(manifest) },
          ...{ source: "https://rim.attestation.nvidia.com/v1/rim/driver", obtained: "2026-11-27T00:00:00Z" },
        },
      ],
    }),
  );
  const kernel = Buffer.from("a kernel");
  files.set("files/vmlinuz", kernel);

  const party = "modelOwner" as const;
  const platform = "linux/amd64" as const;
  const lock = lockOf({
    charts: [
      {
        ...{ name: "kata-deploy", version: "4.0.0", repository: "oci://registry.example/charts/kata-deploy" },
        ...{ manifest: chart.digest, archive: digestOf(archive), licence: "Apache-2.0", party },
      },
      {
        ...{ name: "gpu-operator", version: "v26.3.1", repository: "https://charts.example/nvidia" },
        ...{ archive: digestOf(fromIndex), party },
      },
    ],
    images: [
      {
        ...{ repository: "registry.example/tools/kbs", tag: "v1", digest: index.digest, platform },
        ...{ pulledBy: "cluster", licence: "NVIDIA Deep Learning Container License", party },
      },
      {
        ...{ repository, tag: "1.0", digest: signed.digest, platform, pulledBy: "guest", party },
        signedBy: publicKey.export({ type: "spki", format: "pem" }) as string,
      },
    ],
    files: [{ title: "kata kernel", sha256: sha256(kernel), party }],
    collateral: [
      {
        ...{ kind: "nvidia-rim", title: "manifest of a driver", freshness: "certificate", party },
        ...{ url: "https://rim.attestation.nvidia.com/v1/rim/driver", file: "driver.rim" },
      },
    ],
    npm: [
      {
        ...{ name: "@acme/thing", version: "1.0.0", licence: "MIT", dependencies: [] },
        integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
      },
    ],
    npmRoots: ["@acme/thing@1.0.0"],
    go: [
      {
        ...{ module: "example.com/Acme/thing", version: "v1.2.3", required: true, mod: hashMod(mod) },
        zip: hashOne([
          { name: source.name, sha256: sha256(source.content) },
          { name: `${prefix}/go.mod`, sha256: sha256(mod) },
        ]),
      },
    ],
  });
  return { lock, files, image: index.digest, signed: signed.digest, chart: chart.digest, layer: layer.digest };
}

/** Lays files out below a folder. */
export function layOut(directory: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}
