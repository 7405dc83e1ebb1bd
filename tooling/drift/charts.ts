import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import type { WantedChart } from "./state";
import { isTree } from "./tree";
import type { Step, Tree } from "./tree";
import type { WantedObject } from "./types";

export interface RenderArgs {
  readonly helm: string;
  readonly kubernetesVersion: string;
  /** Groups with versions that the API server serves: charts leave out what needs others. */
  readonly apiVersions: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * What a chart's release consists of: rendered here, from the values in the state. What Helm keeps of it in the cluster
 * is no measure, since whoever edits an object there can edit that, too.
 */
export async function renderChart(chart: WantedChart, args: RenderArgs): Promise<WantedObject[]> {
  const folder = mkdtempSync(join(tmpdir(), "trustfoundry-drift-"));
  try {
    const values = join(folder, "values.json");
    writeFileSync(values, JSON.stringify(chart.values), { mode: 0o600 });
    const { stdout } = await execa(
      args.helm,
      [
        "template",
        chart.name,
        chart.chart,
        ...["--namespace", chart.namespace, "--values", values, "--kube-version", args.kubernetesVersion, "--no-hooks"],
        ...(chart.version === undefined ? [] : ["--version", chart.version]),
        ...(chart.repository === undefined ? [] : ["--repo", chart.repository]),
        ...(chart.skipCrds ? [] : ["--include-crds"]),
        ...args.apiVersions.flatMap((version) => ["--api-versions", version]),
      ],
      { ...(args.signal && { signal: args.signal }), stdin: "ignore" },
    );
    return parseAllDocuments(stdout).flatMap((document) => rendered(document.toJS(), chart) ?? []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rendered(object: unknown, chart: WantedChart): WantedObject | undefined {
  if (!isTree(object) || !isTree(object.metadata)) return undefined;
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, labels, annotations } = metadata;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") return undefined;
  return {
    apiVersion,
    kind,
    // Whether the kind has namespaces at all, the API server says.
    namespace: typeof namespace === "string" ? namespace : chart.namespace,
    name,
    wanted: { ...object, metadata: { ...metadata, ...marked(labels, annotations, kind, chart) } },
    by: { kind: "helm", release: chart.name },
    partial: false,
    sealed: [],
    // Nobody can tell where in it a secret value ended up.
    secret: chart.secret ? ["[]"] : [],
  };
}

/** What Helm writes on everything that it installs, but for definitions (helm.sh/helm pkg/action/validate.go, setMetadataVisitor). */
function marked(labels: unknown, annotations: unknown, kind: string, { name, namespace }: WantedChart): Tree {
  const given = (value: unknown) => (isTree(value) ? value : {});
  if (kind === "CustomResourceDefinition") return {};
  return {
    labels: { ...given(labels), "app.kubernetes.io/managed-by": "Helm" },
    annotations: {
      ...given(annotations),
      "meta.helm.sh/release-name": name,
      "meta.helm.sh/release-namespace": namespace,
    },
  };
}

/** Says of values whether they are what a CustomResourceDefinition among these objects sets by itself. */
export function definedDefaults(
  objects: readonly Pick<WantedObject, "kind" | "wanted">[],
): (of: { readonly apiVersion: string; readonly kind: string }) => (path: readonly Step[], value: unknown) => boolean {
  const schemas = new Map<string, unknown>();
  for (const { kind, wanted } of objects) {
    if (kind !== "CustomResourceDefinition" || !isTree(wanted.spec)) continue;
    const { group, names, versions } = wanted.spec;
    for (const version of Array.isArray(versions) ? versions.filter(isTree) : [])
      schemas.set(
        `${String(group)}/${String(version.name)} ${String(isTree(names) ? names.kind : "")}`,
        isTree(version.schema) ? version.schema.openAPIV3Schema : undefined,
      );
  }
  return ({ apiVersion, kind }) => {
    const root = schemas.get(`${apiVersion} ${kind}`);
    return (path, value) => isDefaultOf(path.reduce(schemaOf, root), value);
  };
}

function schemaOf(schema: unknown, step: Step): unknown {
  if (!isTree(schema)) return undefined;
  if (typeof step !== "string") return schema.items;
  return isTree(schema.properties) ? schema.properties[step] : schema.additionalProperties;
}

function isDefaultOf(schema: unknown, value: unknown): boolean {
  if (!isTree(schema)) return false;
  if ("default" in schema && JSON.stringify(schema.default) === JSON.stringify(value)) return true;
  return isTree(value) && Object.entries(value).every(([key, item]) => isDefaultOf(schemaOf(schema, key), item));
}
