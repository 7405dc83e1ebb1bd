import { gunzipSync } from "node:zlib";
import { gzip } from "./gzip";

/** Pod annotation by which Kata's runtime receives init-data. Kata 4.1.0's runtime-rs honours no other hypervisor annotation. */
export const initDataAnnotationKey = "io.katacontainers.config.hypervisor.cc_init_data";

/** Pod annotation with the SHA-256 of the init-data, for people and policy checks; the guest's hardware report decides. */
export const initDataDigestKey = "trustfoundry.dev/init-data-digest";

/** Kubernetes refuses an object whose annotations (keys and values together) exceed 256 KiB. */
export const annotationLimitBytes = 256 * 1024;

/** No honest init-data comes near it; keeps a hostile annotation from filling memory. */
const decodedLimitBytes = 4 * 1024 * 1024;

export function encodeInitData(toml: string): string {
  return gzip(Buffer.from(toml, "utf8")).toString("base64");
}

/** The measured bytes out of an annotation, as any gzip implementation may have made it. */
export function decodeInitData(annotation: string): string {
  // Padded, as the runtime's decoder wants it.
  if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(annotation))
    throw new Error("init-data: the annotation is not base64");
  try {
    const bytes = gunzipSync(Buffer.from(annotation, "base64"), { maxOutputLength: decodedLimitBytes });
    // Replacing what is no UTF-8 would give text with another digest.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`init-data: the annotation is not gzip of at most ${decodedLimitBytes / 1024 / 1024} MiB of text`);
  }
}

/** Says what fills the annotations of a pod when they exceed what Kubernetes takes; undefined when they fit. */
export function annotationExcess(annotations: Readonly<Record<string, string>>): string | undefined {
  const sizes = Object.entries(annotations)
    .map(([key, value]) => ({ key, bytes: Buffer.byteLength(key) + Buffer.byteLength(value) }))
    .sort((a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= annotationLimitBytes) return undefined;
  const largest = sizes.slice(0, 5).map(({ key, bytes }) => `${key}: ${kib(bytes)}`);
  return (
    `annotations take ${kib(total)}, Kubernetes allows ${kib(annotationLimitBytes)} (${largest.join(", ")}); ` +
    "shorten the agent policy or drop annotations"
  );
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
