import type { KubeApi } from "../controlplane/api";
import { ApiError } from "../controlplane/api";
import { printable } from "../ui";
import type { Tree } from "./tree";
import { isTree } from "./tree";

/** A kind as the API server serves it. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Something that was not answered, with the reason. */
export interface NotLooked {
  readonly why: string;
}

export type Looked<T> = { readonly seen: T } | NotLooked;

export function isSeen<T>(looked: Looked<T>): looked is { readonly seen: T } {
  return "seen" in looked;
}

/** Reads from one cluster: every request is a GET. What may not be read is never taken for not there. */
export class ClusterLook {
  private readonly kinds = new Map<string, Promise<Looked<readonly ServedKind[]>>>();
  private readonly lists = new Map<string, Promise<Looked<readonly Tree[]>>>();

  constructor(
    private readonly api: Pick<KubeApi, "send" | "server">,
    private readonly signal?: AbortSignal,
  ) {}

  get server(): string {
    return this.api.server;
  }

  /** How a kind is served; `seen: undefined` where the server does not have it. */
  async kind(apiVersion: string, kind: string): Promise<Looked<ServedKind | undefined>> {
    const served = this.kinds.get(apiVersion) ?? this.discover(apiVersion);
    this.kinds.set(apiVersion, served);
    const looked = await served;
    return isSeen(looked) ? { seen: looked.seen.find((each) => each.kind === kind) } : looked;
  }

  /** All objects of a kind, in one namespace or, without, in the cluster; asked for once. */
  list(served: ServedKind, namespace?: string): Promise<Looked<readonly Tree[]>> {
    const path = pathOf(served, namespace);
    const listed = this.lists.get(path) ?? this.listed(path, served);
    this.lists.set(path, listed);
    return listed;
  }

  /** One object; undefined where there is none. */
  async get(served: ServedKind, namespace: string | undefined, name: string): Promise<Looked<Tree | undefined>> {
    return this.asked<Tree | undefined>(pathOf(served, namespace, name), undefined, (text) => JSON.parse(text) as Tree);
  }

  /** What is called how, without what is in it. */
  async names(served: ServedKind, namespace: string): Promise<Looked<readonly Tree[]>> {
    const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    return this.asked<readonly Tree[]>(
      pathOf(served, namespace),
      [],
      (text) => itemsOf(text).map((item) => ({ ...item, apiVersion: served.apiVersion, kind: served.kind })),
      accept,
    );
  }

  /** Version of the server, and the groups with versions that it serves. */
  async serves(): Promise<Looked<{ version: string; apiVersions: readonly string[] }>> {
    const version = await this.asked("/version", "", (text) => String((JSON.parse(text) as Tree).gitVersion));
    if (!isSeen(version)) return version;
    const groups = await this.asked<readonly string[]>("/apis", [], (text) =>
      ((JSON.parse(text) as { groups: { versions: { groupVersion: string }[] }[] }).groups ?? []).flatMap((group) =>
        group.versions.map(({ groupVersion }) => groupVersion),
      ),
    );
    return isSeen(groups) ? { seen: { version: version.seen, apiVersions: ["v1", ...groups.seen] } } : groups;
  }

  private discover(apiVersion: string): Promise<Looked<readonly ServedKind[]>> {
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return this.asked<readonly ServedKind[]>(path, [], (text) => {
      const { resources } = JSON.parse(text) as { resources: { name: string; kind: string; namespaced: boolean }[] };
      return resources
        .filter(({ name }) => !name.includes("/"))
        .map(({ name, kind, namespaced }) => ({ apiVersion, kind, plural: name, namespaced }));
    });
  }

  private listed(path: string, { apiVersion, kind }: ServedKind): Promise<Looked<readonly Tree[]>> {
    // Items of a list do not say what they are.
    return this.asked<readonly Tree[]>(path, [], (text) =>
      itemsOf(text).map((item) => ({ ...item, apiVersion, kind })),
    );
  }

  private async asked<T>(path: string, missing: T, read: (text: string) => T, accept?: string): Promise<Looked<T>> {
    try {
      const text = await this.api.send({ path, signal: this.signal, ...(accept !== undefined && { accept }) });
      return { seen: read(text) };
    } catch (error) {
      this.signal?.throwIfAborted();
      if (error instanceof ApiError && error.status === 404) return { seen: missing };
      if (error instanceof ApiError)
        return { why: `${this.api.server} does not answer for ${path} (${error.status} ${error.reason})` };
      return { why: `${this.api.server} was not reached: ${printable((error as Error).message)}` };
    }
  }
}

function itemsOf(text: string): Tree[] {
  const { items } = JSON.parse(text) as { items?: unknown };
  return Array.isArray(items) ? items.filter(isTree) : [];
}

export function pathOf({ apiVersion, plural, namespaced }: ServedKind, namespace?: string, name?: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const inside = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
  return `${root}${inside}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}
