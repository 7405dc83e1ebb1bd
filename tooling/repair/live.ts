import { gunzipSync, gzipSync } from "node:zlib";
import { execa } from "execa";
import { z } from "zod";
import { UserError } from "../ui";
import type { HelmName, ObjectName } from "./state";

/** Runs kubectl with the stack's own credentials. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

export interface LiveObject {
  readonly exists: boolean;
  /** As the Kubernetes provider writes it into states. */
  readonly id: string;
  /** Field managers of runs of Pulumi, the last one first. */
  readonly managers: readonly string[];
}

export interface LiveRelease {
  readonly id: string;
  /** Helm's records, the newest first. */
  readonly records: readonly { readonly name: string; readonly status: string; readonly revision: number }[];
  readonly latest?: { readonly name: string; readonly status: string };
}

/** kubectl by its path, with the credentials that the stack's program uses. */
export function kubectlOf(program: string, kubeconfig: string | undefined, signal?: AbortSignal): Kubectl {
  return async (args, input = "") => {
    const run = await execa(program, [...(kubeconfig ? ["--kubeconfig", kubeconfig] : []), ...args], {
      reject: false,
      input,
      signal,
    });
    if (run.exitCode === 0) return run.stdout;
    signal?.throwIfAborted();
    requireStarted("kubectl", run, "Put kubectl on PATH: the cluster has to be asked what exists.");
    if (run.signal) throw new UserError("kubectl was ended.", "Run this command again.");
    throw new UserError(
      "The cluster did not do what it was asked for, so the stack's state was left as it is.",
      "Make sure that its API server answers and that the credentials are good, then run this command again.",
      run.stderr.trim().split("\n").slice(-3),
    );
  };
}

/** Says of a program that is not there that it is not: without an exit code it would count as ended. */
export function requireStarted(program: string, run: object, hint: string): void {
  const { code } = run as { readonly code?: string };
  if (code === "ENOENT" || code === "EACCES") throw new UserError(`${program} could not be started (${code}).`, hint);
}

// What is named by a file comes as a list, even where it is one object.
const listSchema = z.object({
  kind: z.literal("List"),
  items: z.array(
    z.object({
      metadata: z.object({
        managedFields: z.array(z.object({ manager: z.string().optional(), time: z.string().optional() })).optional(),
      }),
    }),
  ),
});

// Named by github.com/pulumi/pulumi-kubernetes/provider/v4, pkg/provider/provider.go, fieldManagerName: random at each
// creation, so that a second creation is another owner of the same fields.
const ownManager = /^pulumi-kubernetes(-[0-9a-f]+)?$/;

/** Whether an object exists, and which runs of Pulumi have set fields of it. Its content is not kept. */
export async function lookAtObject(kubectl: Kubectl, object: ObjectName, context?: string): Promise<LiveObject> {
  const id = object.namespace ? `${object.namespace}/${object.name}` : object.name;
  const args = ["get", "-f", "-", "--ignore-not-found", "-o", "json", "--show-managed-fields", ...inContext(context)];
  const text = await kubectl(args, manifest(object)).catch((error: unknown) => {
    // The definition of its kind is gone, or was not there yet.
    if (
      error instanceof UserError &&
      /no matches for kind|the server doesn't have a resource type/.test(error.details.join(" "))
    )
      return "";
    throw error;
  });
  const found = text.trim() === "" ? undefined : listSchema.parse(JSON.parse(text)).items[0];
  if (!found) return { exists: false, id, managers: [] };
  const { managedFields = [] } = found.metadata;
  const managers = managedFields
    .filter(({ manager = "" }) => ownManager.test(manager))
    .sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1))
    .map(({ manager = "" }) => manager);
  return { exists: true, id, managers: [...new Set(managers)] };
}

/** Helm's records of a release. Their content, which holds every value, is not asked for. */
export async function lookAtRelease(
  kubectl: Kubectl,
  { name, namespace }: HelmName,
  context?: string,
): Promise<LiveRelease> {
  // Metadata alone: a raw call with the Accept header of partial objects is not to be had from kubectl, so the columns
  // are asked for.
  const columns = "custom-columns=:.metadata.name,:.metadata.labels.status,:.metadata.labels.version";
  const selector = `owner=helm,name=${name}`;
  const text = await kubectl([
    "get",
    "secrets",
    "-n",
    namespace,
    "-l",
    selector,
    "-o",
    columns,
    "--no-headers",
    ...inContext(context),
  ]);
  const records = text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first)
    .map(([record = "", status = "", revision = "0"]) => ({ name: record, status, revision: Number(revision) }))
    .sort((a, b) => b.revision - a.revision);
  return { id: `${namespace}/${name}`, records, ...(records[0] && { latest: records[0] }) };
}

/** Lets go of what a field manager has set: what nobody else has set goes away with it. */
export async function relinquish(
  kubectl: Kubectl,
  object: ObjectName,
  manager: string,
  context?: string,
): Promise<void> {
  const args = ["apply", "--server-side", "--force-conflicts", `--field-manager=${manager}`, "-f", "-"];
  await kubectl([...args, ...inContext(context)], manifest(object));
}

const recordSchema = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  data: z.object({ release: z.string() }),
});
const releaseSchema = z.looseObject({ info: z.looseObject({ status: z.string() }) });

/**
 * Marks records of Helm as failed. A record is JSON, compressed, in base64, in a Secret's field, with its status in a
 * label as well (helm.sh/helm/v3 v3.18.6, pkg/storage/driver/{secrets,util}.go). An upgrade goes on from a failed step
 * (pkg/action/upgrade.go), and an uninstallation takes away what it had installed. What the record holds is shown to
 * nobody.
 */
export async function failRecords(
  kubectl: Kubectl,
  { namespace }: HelmName,
  records: readonly string[],
  context?: string,
): Promise<void> {
  for (const name of records) {
    const text = await kubectl(["get", "secret", "-n", namespace, name, "-o", "json", ...inContext(context)]);
    const record = recordSchema.parse(JSON.parse(text));
    const packed = Buffer.from(Buffer.from(record.data.release, "base64").toString(), "base64");
    const release = releaseSchema.parse(JSON.parse(gunzipSync(packed).toString()));
    const failed = { ...release, info: { ...release.info, status: "failed", description: "cut off by a kill" } };
    const repacked = gzipSync(JSON.stringify(failed)).toString("base64");
    const replaced = {
      ...record,
      metadata: { ...record.metadata, labels: { ...record.metadata.labels, status: "failed" } },
      data: { release: Buffer.from(repacked).toString("base64") },
    };
    // With its resourceVersion: whoever was faster wins.
    await kubectl(["replace", "-f", "-", ...inContext(context)], JSON.stringify(replaced));
  }
}

function inContext(context: string | undefined): string[] {
  return context ? ["--context", context] : [];
}

function manifest({ apiVersion, kind, name, namespace }: ObjectName): string {
  return JSON.stringify({ apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } });
}
