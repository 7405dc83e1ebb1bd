import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../tokens";
import { readDriverManifest } from "./gkeDriverManifest";

export interface GkeGpuDriverArgs {
  /** Text of Google's DaemonSet for confidential nodes, as it was fetched. */
  readonly manifest: string;
  /** Its SHA-256, hex: whoever wrote it down looked at the file. */
  readonly sha256: string;
}

/**
 * The GPU driver of confidential GKE nodes on Container-Optimized OS: Google's own DaemonSet, whose device plugin GKE brings.
 * Without it no pod gets a GPU. It runs as root in the node's TEE.
 */
export class GkeGpuDriver extends pulumi.ComponentResource {
  /** Where it lies: `<namespace>/<DaemonSet>`. */
  readonly daemonSet: pulumi.Output<string>;
  /** Images that it takes from the node's own, pinned by nobody but Google. */
  readonly preloadedImages: readonly string[];

  constructor(name: string, args: GkeGpuDriverArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gkeGpuDriver, name, {}, opts);
    const reading = readDriverManifest(args.manifest, args.sha256);
    if ("problem" in reading) throw new pulumi.ResourceError(`manifest: ${reading.problem}`, this, true);

    const placed = new k8s.apps.v1.DaemonSet(
      `${name}-installer`,
      reading.daemonSet as unknown as types.input.apps.v1.DaemonSet,
      { parent: this },
    );
    this.preloadedImages = reading.preloaded;
    this.daemonSet = pulumi.interpolate`${placed.metadata.namespace}/${placed.metadata.name}`;
    this.registerOutputs({ daemonSet: this.daemonSet });
  }
}
