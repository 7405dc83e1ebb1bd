import { join } from "node:path";
import type { Manifest } from "../../attacks/change";
import { admissionNamespace } from "../../components/cluster/acceptanceParameters";
import type { RenderedPolicy } from "../../policies/admission/render";
import { confidentialLabel } from "../../policies/kubernetes";
import type { ApiRequest, KubeObject } from "../controlplane/api";
import { ApiError, poll } from "../controlplane/api";
import type { ControlPlane } from "../controlplane/controlPlane";
import { instanceDestroy, instanceUp } from "../controlplane/instance";

/** What an API server says of a request. */
export interface Answer {
  /** 200 for what it would do. */
  readonly status: number;
  readonly message: string;
  /** Rules whose policies object. */
  readonly rules: readonly string[];
}

export interface AttackedCluster {
  readonly api: ControlPlane["api"];
  /** Stops it and removes all of it. */
  readonly destroy: () => Promise<void>;
}

/** A control plane of its own: real etcd and API server, without a node. */
export async function startCluster(scratch: string, binDir: string, signal?: AbortSignal): Promise<AttackedCluster> {
  const directory = join(scratch, "control-planes");
  const [controlPlane] = await instanceUp({
    directory,
    bin: (tool) => join(binDir, tool),
    clusters: [{ name: "attacked", nodes: [] }],
    signal,
  });
  if (!controlPlane) throw new Error("no control plane came up");
  return {
    api: controlPlane.api,
    destroy: async () => {
      controlPlane.api.close();
      await instanceDestroy({ directory });
    },
  };
}

interface Served {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const admissionApi = "/apis/admissionregistration.k8s.io/v1";
const warned = /ValidatingAdmissionPolicy 'trustfoundry-([a-z0-9-]+)'/;

/** Asks an API server what it thinks of objects; only what `make` says is made. */
export class Door {
  private readonly served = new Map<string, Promise<readonly Served[]>>();

  constructor(private readonly api: ControlPlane["api"]) {}

  /** Makes objects for good, with their definitions and namespaces. */
  async make(manifests: readonly Manifest[], signal?: AbortSignal): Promise<void> {
    for (const manifest of manifests) {
      await this.define(manifest);
      await this.api.apply(
        `${await this.collection(manifest)}/${manifest.metadata.name}`,
        manifest as KubeObject,
        signal,
      );
    }
  }

  /** Makes the namespaces that objects are in; one with something confidential in it is confidential. */
  async makeNamespaces(manifests: readonly Manifest[]): Promise<void> {
    const names = new Set([admissionNamespace, ...manifests.flatMap(({ metadata }) => metadata.namespace ?? [])]);
    const isConfidential = (name: string) =>
      manifests.some(
        ({ metadata }) =>
          metadata.namespace === name &&
          (metadata.labels as Record<string, string> | undefined)?.[confidentialLabel] === "true",
      );
    await this.make(
      [...names].map((name) => {
        const labels = isConfidential(name) ? { [confidentialLabel]: "true" } : {};
        return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
      }),
    );
  }

  /** Serves the kind of an object, whatever is in it, where the API server does not. */
  async define(manifest: Manifest): Promise<void> {
    const { apiVersion, kind, metadata } = manifest;
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const known = await this.kinds(apiVersion).catch(() => []);
    if (known.some((served) => served.kind === kind)) return;
    this.served.delete(apiVersion);
    const plural = `${kind.replace(/y$/, "ie")}s`.toLowerCase();
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: {
        name: `${plural}.${group}`,
        // Kubernetes wants it of its own groups.
        annotations: { "api-approved.kubernetes.io": "unapproved, SIMULATED" },
      },
      spec: {
        group,
        names: { kind, plural, singular: kind.toLowerCase() },
        scope: metadata.namespace === undefined ? "Cluster" : "Namespaced",
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    };
    await this.api.apply(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`, definition);
    const ready = () => this.api.list(`/apis/${apiVersion}/${plural}`).catch(notYet);
    if (!(await poll(ready, { timeoutMilliseconds: 30_000 }))) throw new Error(`${plural}.${group} is not served`);
  }

  /** Puts policies in force. A refusal names one policy only, so that a second binding warns of all. */
  async enforce(rendered: readonly RenderedPolicy[]): Promise<void> {
    await Promise.all(
      rendered.map(async ({ policy, bindings }) => {
        await this.api.apply(`${admissionApi}/validatingadmissionpolicies/${policy.metadata.name}`, policy);
        for (const binding of bindings)
          for (const [suffix, actions] of [
            ["", binding.spec.validationActions],
            ["-told", ["Warn"]],
          ] as const) {
            const name = `${binding.metadata.name}${suffix}`;
            const spec = { ...binding.spec, validationActions: actions };
            await this.api.apply(`${admissionApi}/validatingadmissionpolicybindings/${name}`, {
              ...binding,
              metadata: { ...binding.metadata, name },
              spec,
            });
          }
      }),
    );
  }

  async create(manifest: Manifest): Promise<Answer> {
    return this.ask({ method: "POST", path: await this.collection(manifest), body: manifest });
  }

  /** Asks for another state of what is there. */
  async update(manifest: Manifest): Promise<Answer> {
    const path = `${await this.collection(manifest)}/${manifest.metadata.name}`;
    return this.ask({ method: "PUT", path, body: manifest });
  }

  /** Asks, and changes nothing. */
  async ask(call: ApiRequest, query: ApiRequest["query"] = { dryRun: "All" }): Promise<Answer> {
    const rules = new Set<string>();
    const onWarning = (text: string) => {
      const rule = warned.exec(text)?.[1];
      if (rule) rules.add(rule);
    };
    try {
      await this.api.send({ ...call, query, onWarning });
      return { status: 200, message: "", rules: [...rules] };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A refusal names one policy, and counts a moment before the warnings of all do.
      onWarning(error.message);
      return { status: error.status, message: error.message, rules: [...rules] };
    }
  }

  private async collection({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const found = (await this.kinds(apiVersion)).find((served) => served.kind === kind);
    if (!found) throw new Error(`${apiVersion}/${kind} is not served`);
    return `${groupPath(apiVersion)}${found.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : ""}/${found.name}`;
  }

  private kinds(apiVersion: string): Promise<readonly Served[]> {
    const known = this.served.get(apiVersion) ?? this.discover(apiVersion);
    this.served.set(apiVersion, known);
    return known;
  }

  private async discover(apiVersion: string): Promise<readonly Served[]> {
    const { resources } = await this.api.get<{ resources: Served[] }>(groupPath(apiVersion));
    return resources.filter(({ name }) => !name.includes("/"));
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Not there yet, or its storage is still being made ready. */
function notYet(error: unknown): undefined {
  if (error instanceof ApiError && [404, 429, 503].includes(error.status)) return undefined;
  throw error;
}
