import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels } from "../cluster/labels";
import { tokens } from "../tokens";

/** Where images of one registry or repository are pulled from instead. */
export interface DigestMirror {
  /** Registry or repository as images name it, e.g. `registry.redhat.io`. */
  readonly source: string;
  /** Where they really are, in order of preference. */
  readonly mirrors: readonly string[];
}

export interface OpenshiftMirrorArgs {
  readonly mirrors: readonly [DigestMirror, ...DigestMirror[]];
}

/**
 * A disconnected cluster's registry: images by digest come from it and from nowhere else. Without `NeverContactSource` a
 * pull that the mirror does not answer goes to the Internet, and an air gap has a hole that shows only when it is used.
 *
 * Hosts' container runtimes read it; guests, which pull by themselves, do not: their registries stand in init-data. The
 * Machine Config Operator rolls it out on all machines.
 *
 * Source: openshift/api config/v1 types_image_digest_mirror_set.go.
 */
export class OpenshiftMirror extends pulumi.ComponentResource {
  /** Registries that are not asked any more. */
  readonly sources: pulumi.Output<string[]>;

  constructor(name: string, args: OpenshiftMirrorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.openshiftMirror, name, {}, opts);
    const set = new k8s.apiextensions.CustomResource(
      `${name}-digests`,
      {
        apiVersion: "config.openshift.io/v1",
        kind: "ImageDigestMirrorSet",
        metadata: { name: "trustfoundry", labels: managedLabels("infrastructureProvider") },
        spec: {
          imageDigestMirrors: args.mirrors.map(({ source, mirrors }) => ({
            source,
            mirrors: [...mirrors],
            mirrorSourcePolicy: "NeverContactSource",
          })),
        },
      },
      { parent: this },
    );
    this.sources = set.id.apply(() => args.mirrors.map(({ source }) => source));
    this.registerOutputs({ sources: this.sources });
  }
}
