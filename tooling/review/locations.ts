import type { Document, Node } from "yaml";
import { LineCounter, isMap, isPair, isScalar, isSeq, parseAllDocuments, visit } from "yaml";
import type { Location } from "./change";

export type Path = readonly (string | number)[];

/** The lines of a YAML file, document by document. */
export class YamlLines {
  private readonly counter = new LineCounter();
  private readonly documents: readonly Document[];

  constructor(
    readonly file: string,
    text: string,
  ) {
    const parsed = parseAllDocuments(text, { version: "1.1", lineCounter: this.counter });
    this.documents = Array.isArray(parsed) ? parsed : [];
  }

  /** Where a path stands, or the nearest thing above it that does. */
  at(path: Path, document = 0): Location {
    const found = this.documents[document];
    if (!found) return { file: this.file, line: 1, exact: false };
    let node: Node | null = found.contents;
    let line = this.lineOf(node);
    for (const [index, step] of path.entries()) {
      const next = childOf(node, step);
      if (!next) return { file: this.file, line, exact: false };
      line = this.counter.linePos(next.offset).line;
      node = next.value;
      if (index === path.length - 1) return { file: this.file, line, exact: true };
    }
    return { file: this.file, line, exact: true };
  }

  /**
   * The entry of the stack's configuration that a resource comes from: of models, providers and hosts, the one whose name
   * the resource's holds between dashes, the longest first, since components name what they make like that. Failing that,
   * near the entry that the stack is called after, as a rehearsal's are after providers; failing that, near the first line.
   */
  entryOf(resource: string, stack = ""): Location {
    const entries = this.namedEntries();
    const [own] = entries
      .filter(({ name }) => `-${resource}-`.includes(`-${name}-`))
      .sort((a, b) => b.name.length - a.name.length || a.line - b.line);
    if (own) return { file: this.file, line: own.line, exact: true };
    const party = entries.find(({ name }) => stack.split("/").includes(name));
    return { file: this.file, line: party?.line ?? 1, exact: false };
  }

  /** Entries of lists that have a name, with the line of it. */
  private namedEntries(): { readonly name: string; readonly line: number }[] {
    const entries: { readonly name: string; readonly line: number }[] = [];
    const contents = this.documents[0]?.contents;
    if (contents)
      visit(contents, {
        Pair: (_, { key, value }, ancestors) => {
          if (!isScalar(key) || key.value !== "name" || !key.range || !isScalar(value)) return;
          const { value: name } = value;
          if (typeof name === "string" && name !== "" && ancestors.some((ancestor) => isSeq(ancestor)))
            entries.push({ name, line: this.counter.linePos(key.range[0]).line });
        },
      });
    return entries;
  }

  private lineOf(node: Node | null): number {
    return node?.range ? this.counter.linePos(node.range[0]).line : 1;
  }
}

function childOf(
  node: Node | null,
  step: string | number,
): { readonly value: Node | null; readonly offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
    );
    if (!pair || !isScalar(pair.key) || !pair.key.range) return undefined;
    return { value: pair.value as Node | null, offset: pair.key.range[0] };
  }
  if (isSeq(node)) {
    const item = node.items[Number(step)] as Node | undefined;
    return item?.range ? { value: item, offset: item.range[0] } : undefined;
  }
  return undefined;
}

/** `spec.containers[0].image`, `metadata.labels["a.b/c"]` as keys. What stands in a text, after `#`, has no line. */
export function keysOf(path: string): Path {
  const [outside = ""] = path.split("#");
  return [...outside.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, plain]) =>
    index === undefined ? (quoted ?? plain ?? "") : Number(index),
  );
}

/** The setting that a refusal begins with, `trustfoundry:models[0].gpu.count: …`, as keys of the stack's file. */
export function settingOf(refusal: string): Path | undefined {
  const match = /^trustfoundry:((?:[A-Za-z]\w*|\[\d+\]|\.(?=[A-Za-z]))+)/.exec(refusal);
  if (!match?.[1]) return undefined;
  const [section, ...rest] = keysOf(match[1]);
  return section === undefined ? undefined : ["config", `trustfoundry:${section}`, ...rest];
}
