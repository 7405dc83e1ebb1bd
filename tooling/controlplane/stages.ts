import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "./api";

/** A kwok Stage: what happens next to an object that looks like this. */
export interface Stage extends KubeObject {
  readonly spec: {
    readonly resourceRef: { readonly apiGroup?: string; readonly kind: string };
    readonly selector: unknown;
    readonly weight?: number;
    readonly delay?: { readonly durationMilliseconds: number; readonly jitterDurationMilliseconds?: number };
    readonly steps: readonly unknown[];
  };
}

/** Marks the stages that the control plane itself brings; operators' stages come with their charts. */
export const baseStageLabel = "trustfoundry.dev/base-stage";

/** How many nodes report a second at most, all of them together: thousands would keep an API server busy. */
const reportsPerSecond = 20;

/** A stage that comes back to each node paused so long that so many nodes are no burden. */
function paced(stage: Stage, nodes: number): Stage {
  const { delay } = stage.spec;
  const pause = Math.ceil((nodes / reportsPerSecond) * 1000);
  if (stage.metadata.name !== "node-heartbeat" || !delay || pause <= delay.durationMilliseconds) return stage;
  const paused = { durationMilliseconds: pause, jitterDurationMilliseconds: Math.ceil(pause * 1.5) };
  return { ...stage, spec: { ...stage.spec, delay: paused } };
}

export interface BaseStagesArgs {
  /** How many nodes there are. Default: few. */
  readonly nodes?: number;
  readonly directory?: string;
}

/** What kubelets and a volume provisioner do, acted out: the stages of tooling/rehearsal/stages. */
export function baseStages({
  nodes = 0,
  directory = resolve(__dirname, "../rehearsal/stages"),
}: BaseStagesArgs = {}): Stage[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(directory, file), "utf8")))
    .map((document) => {
      if (document.errors[0]) throw document.errors[0];
      const stage = document.toJS() as Stage;
      const labels = { ...stage.metadata.labels, [baseStageLabel]: "true" };
      return paced({ ...stage, metadata: { ...stage.metadata, labels } }, nodes);
    });
}
