import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sections } from "../../stacks/rehearsal";
import type { KubeObject } from "../../tooling/controlplane/api";
import { runProgram } from "../start/run";
import type { StartedStack } from "../start/stacks";
import { listener, settingsOf } from "../start/stacks";

/** The Kubernetes objects that a stack's program places, as it hands them to the engine. */
export async function manifestsOf(
  settings: Sections,
  contexts: readonly string[],
  directory: string,
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const cluster = await listener(directory, contexts);
  try {
    const manifests = join(directory, "placed.jsonl");
    const stack: StartedStack = {
      settings: settingsOf(settings),
      secrets: {},
      kubeconfig: cluster.kubeconfig,
      manifests,
    };
    const file = join(directory, "stack.json");
    writeFileSync(file, JSON.stringify(stack), { mode: 0o600 });
    await runProgram(file, { signal });
    return readFileSync(manifests, "utf8")
      .trim()
      .split("\n")
      .map((line) => withoutEngineNotes(JSON.parse(line) as KubeObject));
  } finally {
    cluster.close();
  }
}

/** Annotations that tell the engine's provider how to wait never reach a cluster. */
export function withoutEngineNotes(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/"));
  return { ...object, metadata: { ...metadata, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) } };
}

/** kubectl reads many objects of one file as a List. */
export function writeList(objects: readonly KubeObject[], file: string): void {
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }), { mode: 0o600 });
}
