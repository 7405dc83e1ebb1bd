import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { admissionNamespace } from "../../../components/cluster/acceptanceParameters";
import type { RenderedPolicy } from "../../../policies/admission/render";
import { confidentialLabel } from "../../../policies/kubernetes";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { ApiError, poll } from "../../../tooling/controlplane/api";
import { upstream } from "../../support/upstream";
import type { Definition, TestCluster } from "../cluster";
import { installDefinition } from "../cluster";
import type { Manifest } from "./admissionExamples";
import { templateOf } from "./admissionExamples";

/** What an API server says of a request. */
export interface Answer {
  readonly status: number;
  readonly message: string;
  /** Rules whose policies object; the message names the first of them only. */
  readonly rules: readonly string[];
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const admissionApi = "/apis/admissionregistration.k8s.io/v1";
const publishedDefinitions: Readonly<Record<string, string>> = {
  "nvidia.com": "gpu-operator/nvidia.com_clusterpolicies-v26.3.1.yaml",
  "nfd.k8s-sigs.io": "gpu-operator/nfd-api-crds.yaml",
};
const plural = (kind: string) => (kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`).toLowerCase();

/** A control plane that is asked what it thinks of objects, and of which policies it enforces. */
export class AdmissionCluster {
  private readonly served = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(readonly cluster: TestCluster) {}

  get api(): TestCluster["api"] {
    return this.cluster.api;
  }

  /** Makes what objects refer to, before any policy: definitions, namespaces, accounts, classes. */
  async prepare(manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests) await this.ensureKind(manifest);
    const namespaces = new Set(manifests.flatMap(({ metadata }) => metadata.namespace ?? []));
    const confidential = confidentialNamespaces(manifests);
    const make = (path: string, object: KubeObject) => this.api.apply(`${path}/${object.metadata.name}`, object);
    await Promise.all(
      [...namespaces, admissionNamespace].map((name) => {
        const labels: Record<string, string> = confidential.has(name) ? { [confidentialLabel]: "true" } : {};
        return make("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
      }),
    );
    const specs = manifests.map((manifest) => ({ manifest, spec: templateOf(manifest)?.spec ?? {} }));
    const texts = (key: string) =>
      new Set(specs.flatMap(({ spec }) => (typeof spec[key] === "string" && isName(spec[key]) ? spec[key] : [])));
    const accounts = new Set(
      specs.flatMap(({ manifest, spec: { serviceAccountName: account } }) =>
        typeof account === "string" && isName(account) ? `${manifest.metadata.namespace ?? "default"}/${account}` : [],
      ),
    );
    await Promise.all([
      ...[...accounts].map((account) => {
        const [namespace = "", name = ""] = account.split("/");
        const metadata = { name, namespace };
        return make(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata,
        });
      }),
      ...[...texts("runtimeClassName")].map((name) => {
        const object = { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name }, handler: name };
        return make("/apis/node.k8s.io/v1/runtimeclasses", object);
      }),
      ...[...texts("priorityClassName")]
        .filter((name) => !name.startsWith("system-"))
        .map((name) => {
          const object = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value: 1000 };
          return make("/apis/scheduling.k8s.io/v1/priorityclasses", object);
        }),
    ]);
  }

  /** Puts policies in force. A second binding warns, since a refusal names one policy only. */
  async enforce(rendered: readonly RenderedPolicy[]): Promise<void> {
    await Promise.all(
      rendered.map(async ({ policy, bindings }) => {
        await this.api.apply(`${admissionApi}/validatingadmissionpolicies/${policy.metadata.name}`, policy);
        for (const binding of bindings) {
          const name = `${binding.metadata.name}-told`;
          const told = {
            ...binding,
            metadata: { ...binding.metadata, name },
            spec: { ...binding.spec, validationActions: ["Warn"] },
          };
          for (const each of [binding, told])
            await this.api.apply(`${admissionApi}/validatingadmissionpolicybindings/${each.metadata.name}`, each);
        }
      }),
    );
  }

  /** What the API server's type checker has against a policy, once it has looked at it. */
  async typeWarnings(name: string): Promise<unknown> {
    interface Checked extends KubeObject {
      readonly metadata: KubeObject["metadata"] & { readonly generation: number };
      readonly status?: {
        readonly observedGeneration?: number;
        readonly typeChecking?: { expressionWarnings?: unknown };
      };
    }
    const path = `${admissionApi}/validatingadmissionpolicies/${name}`;
    const checked = await poll(
      async () => {
        const policy = await this.api.get<Checked>(path);
        return policy.status?.observedGeneration === policy.metadata.generation ? policy : undefined;
      },
      { timeoutMilliseconds: 30_000 },
    );
    if (!checked) throw new Error(`${name} was not type-checked`);
    return checked.status?.typeChecking?.expressionWarnings ?? [];
  }

  /** Asks to make an object, without making it. */
  async create(manifest: Manifest): Promise<Answer> {
    return this.ask("POST", await this.collection(manifest), { dryRun: "All", fieldValidation: "Strict" }, manifest);
  }

  async ask(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    query: Readonly<Record<string, string>> = {},
    body?: unknown,
    contentType?: string,
  ): Promise<Answer> {
    const rules: string[] = [];
    const onWarning = (text: string) => {
      const rule = /ValidatingAdmissionPolicy 'trustfoundry-([^']+)'/.exec(text)?.[1];
      if (rule && !rules.includes(rule)) rules.push(rule);
    };
    try {
      await this.api.send({ method, path, query, body, contentType, onWarning });
      return { status: 200, message: "", rules };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.status, message: error.message, rules };
    }
  }

  /** Path of an object's siblings. */
  async collection({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const found = (await this.resources(apiVersion)).find((resource) => resource.kind === kind);
    if (!found) throw new Error(`${apiVersion}/${kind} is not served`);
    const namespace = found.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${groupPath(apiVersion)}${namespace}/${found.name}`;
  }

  private resources(apiVersion: string): Promise<readonly ApiResource[]> {
    const known = this.served.get(apiVersion) ?? this.discover(apiVersion);
    this.served.set(apiVersion, known);
    return known;
  }

  private async discover(apiVersion: string): Promise<readonly ApiResource[]> {
    const { resources } = await this.api.get<{ resources: ApiResource[] }>(groupPath(apiVersion));
    return resources.filter(({ name }) => !name.includes("/"));
  }

  /** Installs the operator's own definition where it is beside the checkout, else one that takes any content. */
  private async ensureKind(manifest: Manifest): Promise<void> {
    const { apiVersion, kind } = manifest;
    const resources = await this.resources(apiVersion).catch(() => []);
    if (resources.some((resource) => resource.kind === kind)) return;
    this.served.delete(apiVersion);
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const file = upstream(publishedDefinitions[group] ?? "none");
    const published = file
      ? parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS() as Definition)
      : [];
    const definition =
      published.find(({ spec }) => spec.names.plural === plural(kind)) ?? anyContent(group, version, manifest);
    await installDefinition(this.cluster, definition);
  }
}

/** Whether the API server refused by a policy; its own validation refuses otherwise. */
export const refusedByPolicy = ({ message }: Answer) => message.includes("ValidatingAdmissionPolicy");

/** Dry runs of what is there already come as far as the store, which says so. */
export const admitted = ({ status }: Answer) => status === 200 || status === 409;

export function confidentialNamespaces(manifests: readonly Manifest[]): Set<string> {
  return new Set(
    manifests.flatMap(({ metadata }) =>
      metadata.labels?.[confidentialLabel] === "true" && metadata.namespace ? metadata.namespace : [],
    ),
  );
}

const isName = (name: string) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name);

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function anyContent(group: string, version: string, { kind, metadata }: Manifest): Definition {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const names = { kind, plural: plural(kind), singular: kind.toLowerCase() };
  const spec = {
    group,
    names,
    scope: metadata.namespace ? "Namespaced" : "Cluster",
    versions: [{ name: version, served: true, storage: true, schema }],
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${names.plural}.${group}`,
      // Kubernetes' own groups are taken only with a word on who approved of them.
      annotations: { "api-approved.kubernetes.io": "unapproved, for tests" },
    },
    spec,
  } as Definition;
}
