import {
  decodeInitData,
  encodeInitData,
  initDataAnnotationKey,
  initDataDigestKey,
} from "../components/guest/initDataAnnotation";
import { initDataDigest } from "../components/guest/initData";

/** An object or Pulumi resource of a base, to be changed. */
export interface Piece {
  /** `Deployment/llama-8b`; for resources of other providers and charts the last part of the type, `Release/kata-deploy`. */
  readonly ref: string;
  readonly type: string;
  readonly name: string;
  props: Record<string, unknown>;
  /** References of other pieces. */
  dependsOn: string[];
}

/** One thing that an attacker changes; every change names the piece it changed or added. */
export type Change = (pieces: Piece[]) => void;

type Path = string | readonly (string | number)[];

/** Writes a value. A path is dotted, `spec.type`, or a list of keys where one of them has a dot in it. */
export function set(ref: string, path: Path, value: unknown): Change {
  return edit(ref, path, () => structuredClone(value));
}

/** Appends to a list, which may be new. */
export function append(ref: string, path: Path, ...values: readonly unknown[]): Change {
  return edit(ref, path, (before) => [...((before as unknown[] | undefined) ?? []), ...structuredClone(values)]);
}

export function remove(ref: string, path: Path): Change {
  return edit(ref, path, (before) => {
    if (before === undefined) throw new Error(`${ref}: nothing to remove at ${String(path)}`);
    return undefined;
  });
}

/** In a text, one passage becomes another. */
export function replace(ref: string, path: Path, from: string | RegExp, to: string): Change {
  return edit(ref, path, (before) => String(before).replace(from, to));
}

/** In the init-data that pods of the piece bring; the digest beside it is made to fit, as an attacker would. */
export function reseal(ref: string, from: string | RegExp, to: string, { digest = true } = {}): Change {
  return (pieces) => {
    const annotations = podOf(pieceOf(pieces, ref)).metadata.annotations as Record<string, string>;
    const before = decodeInitData(annotations[initDataAnnotationKey] ?? "");
    const after = before.replace(from, () => to);
    if (after === before) throw new Error(`${ref}: nothing like ${String(from)} in the init-data`);
    annotations[initDataAnnotationKey] = encodeInitData(after);
    if (digest) annotations[initDataDigestKey] = initDataDigest(after);
  };
}

/** In the release policy of a key of Azure's. */
export function loosen(ref: string, from: string | RegExp, to: string): Change {
  return edit(ref, "properties.releasePolicy.data", (before) => {
    const policy = Buffer.from(String(before), "base64url").toString("utf8");
    return Buffer.from(policy.replace(from, () => to)).toString("base64url");
  });
}

/** Adds an object of Kubernetes, as a manifest has it. */
export function add(manifest: Manifest): Change {
  return (pieces) => void pieces.push(pieceOfManifest(manifest));
}

/** Takes a whole piece away. */
export function drop(ref: string): Change {
  return (pieces) => void pieces.splice(pieces.indexOf(pieceOf(pieces, ref)), 1);
}

/** Lets a piece depend on these alone. */
export function dependOn(ref: string, ...others: readonly string[]): Change {
  return (pieces) => {
    const piece = pieceOf(pieces, ref);
    if (JSON.stringify(piece.dependsOn) === JSON.stringify(others)) throw new Error(`${ref}: the order is the same`);
    piece.dependsOn = [...others];
  };
}

/** A path into the pods of a workload. */
export function pod(...path: readonly (string | number)[]): readonly (string | number)[] {
  return ["spec", "template", "spec", ...path];
}

/** A path into the first container of a workload's pods. */
export function container(...path: readonly (string | number)[]): readonly (string | number)[] {
  return pod("containers", 0, ...path);
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

export function pieceOfManifest(manifest: Manifest): Piece {
  const { apiVersion, kind, metadata } = manifest;
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return {
    ref: `${kind}/${metadata.name}`,
    type: `kubernetes:${group}:${kind}`,
    name: metadata.name,
    props: structuredClone(manifest) as unknown as Record<string, unknown>,
    dependsOn: [],
  };
}

function edit(ref: string, path: Path, change: (before: unknown) => unknown): Change {
  return (pieces) => {
    const keys = typeof path === "string" ? path.split(".") : path;
    const last = keys.at(-1) as string | number;
    let holder: Record<string | number, unknown> = pieceOf(pieces, ref).props;
    for (const key of keys.slice(0, -1)) holder = (holder[key] ??= {}) as typeof holder;
    const before = holder[last];
    const after = change(before);
    if (JSON.stringify(before) === JSON.stringify(after))
      throw new Error(`${ref}: changes nothing at ${keys.join(".")}`);
    if (after !== undefined) holder[last] = after;
    else if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete holder[last];
  };
}

function pieceOf(pieces: readonly Piece[], ref: string): Piece {
  const found = pieces.find((piece) => piece.ref === ref);
  if (!found) throw new Error(`no ${ref} among ${pieces.map((piece) => piece.ref).join(", ")}`);
  return found;
}

interface PodLike {
  readonly metadata: { readonly annotations: unknown };
}

/** The pod that a piece is, or makes. */
export function podOf({ props }: Pick<Piece, "props">): PodLike {
  const spec = props.spec as { template?: PodLike; jobTemplate?: { spec: { template: PodLike } } } | undefined;
  return spec?.jobTemplate?.spec.template ?? spec?.template ?? (props as unknown as PodLike);
}
