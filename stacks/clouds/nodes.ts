import type * as pulumi from "@pulumi/pulumi";

/** What a cloud's own program made, for the cluster's part of the stack and for its outputs. */
export interface CloudNodes {
  /** Pools of confidential GPU nodes: whatever is placed in the cluster waits for them. */
  readonly pools: readonly pulumi.Resource[];
  /** Outputs of the stack about the cloud's part, by name. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What people do next, outside of this program, in order. Plain sentences, commands in backquotes. */
  readonly nextSteps: readonly string[];
}
