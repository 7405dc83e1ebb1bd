import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { initDataDigest } from "../components/guest/initData";
import { encodeInitData, initDataAnnotationKey, initDataDigestKey } from "../components/guest/initDataAnnotation";
import type { IsolationUnit } from "../policies/isolation";
import type { Resource } from "../policies/rule";
import type { Manifest, Piece } from "./change";
import { pieceOfManifest, podOf } from "./change";

const directory = join(__dirname, "bases");

/** A resource that is no object of Kubernetes, as a program declares it. */
interface Declared {
  /** Pulumi type token. */
  readonly resource: string;
  readonly name: string;
  readonly dependsOn?: string[];
  readonly props: Record<string, unknown>;
}

/** Names of the good bases, each a file of objects that belong together. */
export const baseNames = readdirSync(directory)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => basename(file, ".yaml"))
  .sort();

/** Says of a base that its stack's settings name this isolation unit; without it, they name none. */
interface Settings {
  readonly isolationUnit: IsolationUnit;
}

interface Base {
  readonly isolationUnit?: IsolationUnit;
  readonly pieces: Piece[];
}

const read = new Map<string, Base>();

/** The pieces of a base, a fresh copy at each call. */
export function baseOf(name: string): Piece[] {
  return structuredClone(readBase(name).pieces);
}

/** What the settings of a base's stack say. */
export function isolationUnitOf(base: string): IsolationUnit | undefined {
  return readBase(base).isolationUnit;
}

function readBase(name: string): Base {
  const base = read.get(name) ?? parseBase(readFileSync(join(directory, `${name}.yaml`), "utf8"));
  read.set(name, base);
  return base;
}

function parseBase(text: string): Base {
  const documents = parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as Manifest | Declared | Settings;
  });
  const isSettings = (document: object): document is Settings => "isolationUnit" in document;
  return {
    ...documents.find(isSettings),
    pieces: documents.flatMap((document) => (isSettings(document) ? [] : [pieceOf(document)])),
  };
}

/** What rules see of pieces, under their names or behind a prefix. */
export function resourcesOf(pieces: readonly Piece[], prefix = ""): Resource[] {
  const urnOf = ({ type, name }: Piece) => `urn:pulumi:attack::attacks::${type}::${prefix}${name}`;
  return pieces.map((piece) => ({
    type: piece.type,
    name: `${prefix}${piece.name}`,
    urn: urnOf(piece),
    props: piece.props,
    dependsOn: pieces.filter(({ ref }) => piece.dependsOn.includes(ref)).map(urnOf),
  }));
}

function pieceOf(document: Manifest | Declared): Piece {
  if (!("resource" in document)) return withInitData(pieceOfManifest(document));
  const { resource: type, name, props, dependsOn = [] } = encoded(document as Declared);
  return {
    ref: `${type.split(":").at(-1)}/${name}`,
    type,
    name,
    props: structuredClone(props),
    dependsOn: [...dependsOn],
  };
}

/** In a base, a release policy is plain; Key Vault wants it as JSON in base64url. */
function encoded(declared: Declared): Declared {
  const { releasePolicy } = (declared.props.properties ?? {}) as { releasePolicy?: { data: unknown } };
  if (releasePolicy) releasePolicy.data = Buffer.from(JSON.stringify(releasePolicy.data)).toString("base64url");
  return declared;
}

/** In a base, init-data is the name of a file; the pod carries what is in it, and its digest. */
function withInitData(piece: Piece): Piece {
  const annotations = podOf(piece).metadata?.annotations as Record<string, string> | undefined;
  const file = annotations?.[initDataAnnotationKey];
  if (annotations && file) {
    const toml = readFileSync(join(directory, file), "utf8");
    annotations[initDataAnnotationKey] = encodeInitData(toml);
    annotations[initDataDigestKey] = initDataDigest(toml);
  }
  return piece;
}
