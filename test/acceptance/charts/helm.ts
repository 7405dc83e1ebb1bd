import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { inject } from "vitest";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { standInCharts } from "../../support/placement";
import type { Values } from "../../support/valueKeys";

export const helm = join(inject("toolchain").binDir, "helm");

/** What NFD's presence looks like to a chart. */
export const nfdApi = "nfd.k8s-sigs.io/v1alpha1";

/** An object as a chart renders it: whatever it has besides the parts that all have. */
export interface Rendered extends KubeObject {
  readonly [part: string]: unknown;
}

export interface TemplateOptions {
  readonly namespace?: string;
  /** API groups that the cluster is said to have. */
  readonly apiVersions?: readonly string[];
  readonly includeCrds?: boolean;
}

/** Renders a stand-in chart with the real Helm; throws with Helm's own words. */
export async function template(chart: string, values: Values, options: TemplateOptions = {}): Promise<Rendered[]> {
  const { stdout } = await withValues(values, (file) =>
    run([
      "template",
      chart.replace(/-v?\d.*$/, ""),
      join(standInCharts, chart),
      "--values",
      file,
      ...(options.namespace ? ["--namespace", options.namespace] : []),
      ...(options.apiVersions ?? []).flatMap((version) => ["--api-versions", version]),
      ...(options.includeCrds ? ["--include-crds"] : []),
    ]),
  );
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object): object is Rendered => object !== null);
}

export function ofKind(objects: readonly Rendered[], kind: string): Rendered[] {
  return objects.filter((object) => object.kind === kind);
}

/** Runs helm; an exit code other than 0 is an error with what it said. */
export async function run(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr, exitCode } = await execa(helm, args, { reject: false, env: environment });
  if (exitCode !== 0) throw new Error(stderr || stdout);
  return { stdout, stderr };
}

/** Hands over values in a file, as a release does: flags would turn "true" into a boolean. */
export async function withValues<T>(values: Values, use: (file: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "values-"));
  try {
    const file = join(directory, "values.json");
    writeFileSync(file, JSON.stringify(values));
    return await use(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
