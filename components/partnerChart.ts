import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ChartReference } from "./chartSource";
import type { Party, PodSecurityLevel } from "./cluster/labels";
import { namespaceLabels } from "./cluster/labels";
import { isReference, isSecretNumber, isSecretText, isTellingName } from "./secretText";

/**
 * A chart that a partner gives to its customers and nobody else can read: named by whoever installs it, and pinned by
 * digest all the same.
 */
export interface PartnerChart {
  /** `oci://<registry>/<name>@sha256:<digest>`, which Helm compares, or the path of an archive. */
  readonly reference: string;
  /** Exact version. */
  readonly version: string;
  /** `sha256:<digest>` of the archive, compared here; for an archive only. */
  readonly digest?: string | undefined;
  /** Values for it, without any secret: names of Secrets stand there. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly namespace: string;
  readonly releaseName: string;
  /** What the chart's pods need; the namespace enforces no less. */
  readonly podSecurity: PodSecurityLevel;
}

/** The file system as far as it matters here, so that tests need none. */
export interface ArchiveFiles {
  readonly exists: (path: string) => boolean;
  readonly digest: (path: string) => string;
}

const localFiles: ArchiveFiles = {
  exists: existsSync,
  digest: (path) => `sha256:${createHash("sha256").update(readFileSync(path)).digest("hex")}`,
};

/** Values that are nested deeper are refused: nobody looks through them. */
const deepest = 16;

type Path = (string | number)[];

/** Where a value is a secret by its form or by the name that it stands under. Never what it is. */
export function plainSecrets(value: unknown, name = "", path: Path = []): Path[] {
  if (path.length > deepest) return [path];
  if (typeof value === "string")
    return isSecretText(value) || (isTellingName(name) && !isReference(value)) ? [path] : [];
  if (typeof value === "number") return isTellingName(name) && isSecretNumber(value) ? [path] : [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => plainSecrets(item as unknown, name, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  // An environment variable's name stands beside its value, and that of a setting above it.
  const { name: variable } = value as { readonly name?: unknown };
  const named = typeof variable === "string" ? variable : name;
  return Object.entries(value).flatMap(([key, item]) =>
    plainSecrets(item, key === "value" ? named : key, [...path, key]),
  );
}

/** The namespace is made, labelled and removed with the chart. */
const othersNamespaces = /^(default|kube-.*|openshift-.*|trustee)$/;

const byDigest = /^oci:\/\/[\w.-]+(:\d+)?(\/[\w.-]+)+@sha256:[0-9a-f]{64}$/;

/** Why it may not be installed, as sentences. Empty when it may. */
export function partnerChartProblems(
  { reference, digest, values, namespace }: PartnerChart,
  files = localFiles,
): string[] {
  return [
    ...pinProblems({ reference, digest }, files),
    ...(othersNamespaces.test(namespace)
      ? [`chart.namespace: "${namespace}" is Kubernetes' or the key broker's; write one that is made for the chart`]
      : []),
    ...plainSecrets(values).map(secretProblem),
  ];
}

const secretProblem = (path: Path) =>
  `chart.values.${path.join(".")}: is a secret in plain text, or looks like one; put it into a Secret and write its name`;

function pinProblems({ reference, digest }: Pick<PartnerChart, "reference" | "digest">, files: ArchiveFiles): string[] {
  if (reference.startsWith("oci://"))
    return [
      ...(byDigest.test(reference)
        ? []
        : [`chart.reference: "${reference}" has no digest; write oci://...@sha256:...`]),
      ...(digest === undefined ? [] : ["chart.digest: is for archives; the reference has its own, remove this one"]),
    ];
  if (!reference.endsWith(".tgz"))
    return [
      `chart.reference: "${reference}" is neither oci://...@sha256:... nor an archive (.tgz); nothing else can be pinned`,
    ];
  if (digest === undefined) return ["chart.digest: missing; write sha256:<digest of the archive>"];
  if (!files.exists(reference)) return [`chart.reference: "${reference}" is not there; put the archive there`];
  const actual = files.digest(reference);
  return actual === digest
    ? []
    : [
        `chart.digest: "${reference}" has the digest ${actual}, and the configuration says ${digest}; look which is right`,
      ];
}

/**
 * Which of these texts stands in none of the values: a chart whose keys nobody here knows can still be held to what the
 * configuration says of it.
 */
export function missingInValues(values: unknown, texts: Readonly<Record<string, string>>): string[] {
  const found = textsIn(values);
  return Object.entries(texts).flatMap(([name, text]) => (found.some((each) => each.includes(text)) ? [] : [name]));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** A partner's chart is waited for as long as NVIDIA's operator is. */
const timeoutSeconds = 600;

/** Namespace and Helm release of a partner's chart, both children of the component that asks. Throws before either is registered. */
export function partnerRelease(
  parent: pulumi.ComponentResource,
  name: string,
  chart: PartnerChart,
  party: Party,
  after: readonly pulumi.Resource[] = [],
): k8s.helm.v3.Release {
  const problems = partnerChartProblems(chart);
  if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), parent, true);
  const namespace = new k8s.core.v1.Namespace(
    `${name}-namespace`,
    {
      metadata: {
        name: chart.namespace,
        labels: namespaceLabels(party, chart.podSecurity),
      },
    },
    { parent },
  );
  const reference: ChartReference = { chart: chart.reference, version: chart.version };
  return new k8s.helm.v3.Release(
    `${name}-release`,
    {
      name: chart.releaseName,
      namespace: namespace.metadata.name,
      ...reference,
      values: { ...chart.values },
      timeout: timeoutSeconds,
      atomic: true,
    },
    { parent, dependsOn: [...after] },
  );
}
