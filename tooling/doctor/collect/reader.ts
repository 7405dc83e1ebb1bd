import type { KubeApi } from "../../controlplane/api";
import { ApiError } from "../../controlplane/api";
import type { SecretNames } from "../objects";
import type { Seen } from "../seen";
import { seen, unseen } from "../seen";

/** Asked for in place of a Secret: what it is called, without its values. A server that knows no such answer says so. */
const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

interface ManagedMetadata {
  readonly metadata: {
    readonly name: string;
    readonly managedFields?: readonly {
      readonly fieldsV1?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }[];
  };
}

/** Reads from one cluster, and nothing else: every request is a GET. What may not be read is "not seen", never "not there". */
export class ClusterReader {
  constructor(
    private readonly api: Pick<KubeApi, "send" | "server">,
    private readonly signal?: AbortSignal,
  ) {}

  /** The objects of a kind; none where the API server does not have the kind at all. */
  async list<T>(path: string, labelSelector?: string): Promise<Seen<readonly T[]>> {
    return this.asked(path, [] as readonly T[], async () => {
      const query: Record<string, string> = labelSelector === undefined ? {} : { labelSelector };
      return (JSON.parse(await this.send(path, { query })) as { items: T[] }).items;
    });
  }

  /** One object; null where there is none. */
  async get<T>(path: string, timeoutMilliseconds?: number): Promise<Seen<T | null>> {
    return this.asked(
      path,
      null as T | null,
      async () => JSON.parse(await this.send(path, { timeoutMilliseconds })) as T,
    );
  }

  /** Names of Secrets and of their keys, by what the API server remembers of who set which field. */
  async secrets(namespace: string): Promise<Seen<readonly SecretNames[]>> {
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    return this.asked(path, [] as readonly SecretNames[], async () => {
      const { items } = JSON.parse(await this.send(path, { accept: metadataOnly })) as { items: ManagedMetadata[] };
      return items.map(({ metadata: { name, managedFields = [] } }) => {
        const keys = managedFields.flatMap(({ fieldsV1 = {} }) =>
          ["f:data", "f:stringData"].flatMap((field) => Object.keys(fieldsV1[field] ?? {})),
        );
        const named = keys.filter((key) => key.startsWith("f:")).map((key) => key.slice(2));
        return { name, ...(named.length > 0 && { keys: [...new Set(named)].sort() }) };
      });
    });
  }

  private send(
    path: string,
    options: { query?: Readonly<Record<string, string>>; accept?: string; timeoutMilliseconds?: number },
  ) {
    return this.api.send({ method: "GET", path, signal: this.signal, ...options });
  }

  private async asked<T>(path: string, missing: T, ask: () => Promise<T>): Promise<Seen<T>> {
    try {
      return seen(await ask());
    } catch (error) {
      this.signal?.throwIfAborted();
      if (error instanceof ApiError && error.status === 404) return seen(missing);
      if (error instanceof ApiError && (error.status === 401 || error.status === 403))
        return unseen(`${path} may not be read (${error.status})`);
      if (error instanceof ApiError) return unseen(`${path} was not answered (${error.status} ${error.reason})`);
      return unseen(`${path} was not answered (${(error as NodeJS.ErrnoException).code ?? "no connection"})`);
    }
  }
}
