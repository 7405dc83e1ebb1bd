import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CatalogName } from "../catalog";
import type { PinSource } from "../catalogLock";
import { imageReference, resolvePin } from "../catalogLock";
import { pinned } from "../cluster/operatorRelease";
import { denyAll } from "../cluster/tenantRules";
import type { PlatformSetName } from "../platform";
import { platformSets } from "../platform";
import { tokens } from "../tokens";
import type { Release } from "../workload/release";
import type { AcceptedEvidence } from "./acceptedEvidence";
import { evidenceProblems } from "./acceptedEvidence";
import { trusteeConfiguration } from "./kbsConfiguration";
import { TrusteeObjectMaker } from "./trusteeObjects";
import type { TrusteeService } from "./trusteeLayout";
import { serviceHost, trusteeServices } from "./trusteeLayout";
import { trusteeNetwork } from "./trusteeNetwork";
import { servicePlan } from "./trusteePlan";
import { trusteePod } from "./trusteePods";
import type { TrusteeSecrets } from "./trusteeSecrets";
import { trusteeStores } from "./trusteeStores";

export interface TrusteeArgs {
  /** The releases whose guests may be given keys, and no others. */
  readonly releases: readonly Release[];
  /** What evidence must show besides a release's own measurement. */
  readonly accepted: AcceptedEvidence;
  /** Day until which the reference values are meant to hold, e.g. 2028-01-01T00:00:00Z. Trustee does not enforce it. */
  readonly referenceValueExpiry: string;
  /** Decides Trustee's version, which has to be the guests'. */
  readonly platformSet: PlatformSetName;
  /** Digests of the images. */
  readonly pins: PinSource;
  /** Replicas of each service. Default 2. */
  readonly replicas?: number;
  /** Ranges that guests come from, as the KBS's pods see them: a gateway in between must keep the guests' addresses. */
  readonly clientCidrs: readonly string[];
  /** Where the AS reaches collateral and NVIDIA's service on 443. Default: the public internet, no private range. */
  readonly evidenceServiceCidrs?: readonly string[];
  /** Keys and resources. Encrypted in the state, whether or not they come as a secret. */
  readonly secrets: pulumi.Input<TrusteeSecrets>;
  /** Default trustee. */
  readonly namespace?: string;
}

const images: Readonly<Record<TrusteeService, CatalogName>> = {
  kbs: "images/trustee-kbs-grpc-as",
  as: "images/trustee-coco-as-grpc",
  rvps: "images/trustee-rvps",
};

/**
 * The model owner's key broker (KBS) with its attestation service (AS) and reference value provider (RVPS), in a cluster
 * that no provider controls. Policies and reference values come from the releases and are the same on every replica;
 * there is no way to change them but another `pulumi up`: the admin API is off and all storage is mounted read-only.
 *
 * The KBS's Service is inside the cluster. How guests get there is the model owner's to choose; whatever stands in
 * between passes TLS through, since guests expect the certificate of this KBS.
 */
export class Trustee extends pulumi.ComponentResource {
  readonly namespaceName: pulumi.Output<string>;
  /** DNS name of the KBS inside the model owner's cluster; port 443. */
  readonly keyBrokerHost: pulumi.Output<string>;

  constructor(name: string, args: TrusteeArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.trustee, name, {}, opts);
    const { releases, accepted, platformSet, pins, namespace = "trustee", replicas = 2 } = args;
    const problems = [
      ...evidenceProblems(releases, accepted),
      ...(args.clientCidrs.length === 0
        ? ["clientCidrs is empty, so no guest could reach the key broker; name the ranges that guests come from"]
        : []),
      ...(releases.some((release) => release.simulated) && !pins.simulated
        ? ["simulated releases are for rehearsals; a real key broker must not know made-up measurements"]
        : []),
    ];
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);

    const contents = {
      configuration: trusteeConfiguration({
        trusteeVersion: platformSets[platformSet].versions.trustee,
        namespace,
        nvidiaVerifier: accepted.nvidiaVerifier,
        tees: [...new Set(releases.map(({ tee }) => tee))],
      }),
      stores: trusteeStores(releases, accepted, args.referenceValueExpiry),
      resources: releases.flatMap((release) => release.resources).sort(),
    };
    const image = pinned(this, () => ({
      kbs: imageReference(resolvePin(images.kbs, platformSet, pins)),
      as: imageReference(resolvePin(images.as, platformSet, pins)),
      rvps: imageReference(resolvePin(images.rvps, platformSet, pins)),
    }));

    const make = new TrusteeObjectMaker(this, name, namespace);
    make.networkPolicy("deny-all", denyAll);
    for (const [policy, spec] of Object.entries(trusteeNetwork(args))) make.networkPolicy(policy, spec);
    const account = make.serviceAccount();
    const objects = make.contents(contents, pulumi.secret(args.secrets));

    // In the order of who needs whom, so that nothing waits for a service that is not there, and a new release is known
    // to the RVPS before the KBS's policy lets its guests in.
    let before: k8s.apps.v1.Deployment | undefined;
    for (const service of [...trusteeServices].reverse()) {
      const template = trusteePod({
        service,
        image: image[service],
        serviceAccountName: account.metadata.name,
        ...servicePlan(service, contents, objects),
      });
      before = make.deployment(service, replicas, template, before);
      make.service(service);
    }

    this.namespaceName = make.namespace.metadata.name;
    this.keyBrokerHost = this.namespaceName.apply((actual) => serviceHost("kbs", actual));
    this.registerOutputs({ namespaceName: this.namespaceName, keyBrokerHost: this.keyBrokerHost });
  }
}
