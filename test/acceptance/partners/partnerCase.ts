import type { SimulatedNode } from "../../../tooling/controlplane/simulatedNodes";
import type { StackOutcome } from "../../../tooling/rehearsal/stackRunner";
import type { Definition, TestCluster } from "../cluster";

/** Sections of a configuration by name, without prefix; a name may be a path, as an answer to `pulumi new` is. */
export type Sections = Readonly<Record<string, unknown>>;

/** What a template's stack is tried with, beside what its sample says. */
export interface StackMaterial {
  /** The generated project: a copy of the template. Files that the stack reads go here. */
  readonly project: string;
  /** Sample over preset, as the program completes them. */
  readonly sections: Sections;
}

export interface Overlay {
  /** Laid over the sample: what a machine without registries, hardware and parties needs. */
  readonly sections: Sections;
  /** Settings that Pulumi encrypts, such as trustSecrets. */
  readonly secrets?: Sections;
}

/** A SIMULATED controller: acts on the cluster until it is stopped. */
export interface Actor {
  readonly stop: () => Promise<void>;
}

/** One role of a template. Each has a control plane of its own, named after the sample's `cluster.context`. */
export interface PartnerStack {
  /** Tells it from another stack of the same sample. Default: the sample's name. */
  readonly title?: string;
  /** `infrastructure` for Pulumi.sample-infrastructure.yaml. */
  readonly sample: string;
  /** What is laid over; `offline` and `ownerOffline` (overlays.ts) have what most need. */
  readonly overlay: Overlay | ((material: StackMaterial) => Overlay | Promise<Overlay>);
  /** Nodes of the cluster, such as `plainNode` or `gpuNode` of the sample's hosts. Default: `gpuNode` of all hosts. */
  readonly nodes?: (material: StackMaterial) => readonly SimulatedNode[];
  /** Stand-in CRDs, minimal structural schemas of our own. */
  readonly definitions?: readonly Definition[];
  /** Objects that are there before: `[path in the API, object]`, applied in this order. */
  readonly objects?: readonly (readonly [path: string, object: object])[];
  /** SIMULATED controllers. */
  readonly actors?: (cluster: TestCluster) => readonly Actor[];
  /** Warnings of `up`, each by a part of it. All that are said must be here, and all that are here must be said. */
  readonly warnings: readonly (string | RegExp)[];
  /** What is looked at after `up`. */
  readonly afterUp?: (cluster: TestCluster, outcome: StackOutcome) => Promise<void>;
  /** Kinds of changes that a repeat may show beside `same` and `read`. Default: none. */
  readonly mayRepeat?: readonly string[];
}

/** One template, tried by the real engine on real API servers. */
export interface PartnerCase {
  /** Folder in stacks/partners. */
  readonly partner: string;
  readonly stacks: readonly PartnerStack[];
}
