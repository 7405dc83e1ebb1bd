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
    readonly steps: readonly unknown[];
  };
}

/** Marks the stages that the control plane itself brings; operators' stages come with their charts. */
export const baseStageLabel = "trustfoundry.dev/base-stage";

/** What kubelets and a volume provisioner do, acted out: the stages of tooling/rehearsal/stages. */
export function baseStages(directory = resolve(__dirname, "../rehearsal/stages")): Stage[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(directory, file), "utf8")))
    .map((document) => {
      if (document.errors[0]) throw document.errors[0];
      const stage = document.toJS() as Stage;
      return {
        ...stage,
        metadata: { ...stage.metadata, labels: { ...stage.metadata.labels, [baseStageLabel]: "true" } },
      };
    });
}
