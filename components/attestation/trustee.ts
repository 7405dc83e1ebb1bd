import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CatalogName } from "../catalog";
import { imageReference, resolvePin } from "../catalogLock";
import { pinned } from "../cluster/operatorRelease";
import { denyAll } from "../cluster/tenantRules";
import { platformSets } from "../platform";
import { tokens } from "../tokens";
import { evidenceProblems } from "./acceptedEvidence";
import { serviceProblems } from "./intelTrustAuthority";
import { trusteeConfiguration } from "./kbsConfiguration";
import { wantedCredentials } from "./keyStore";
import { resourcePluginFor, unreachableKeys } from "./keyStorePkcs11";
import { keyStoreProblems } from "./keyStoreProblems";
import type { TrusteeArgs } from "./trusteeArgs";
import { TrusteeObjectMaker } from "./trusteeObjects";
import type { EvidenceOptions } from "./acceptedEvidence";
import type { TrusteeService } from "./trusteeLayout";
import { serviceHost, trusteeServices } from "./trusteeLayout";
import { trusteeNetwork } from "./trusteeNetwork";
import type { TrusteeContents } from "./trusteePlan";
import { servicePlan } from "./trusteePlan";
import { trusteePod } from "./trusteePods";
import { trusteeStores } from "./trusteeStores";

export type { TrusteeArgs } from "./trusteeArgs";

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
    const { releases, nodes = [], platformSet, pins, namespace = "trustee", replicas = 2 } = args;
    const { service: judge = { kind: "coco" } } = args;
    const byIntel = judge.kind === "intelTrustAuthority";
    const accepted: EvidenceOptions = byIntel ? { ...args.accepted, intelPolicyIds: judge.policyIds } : args.accepted;
    const { keyStore = { kind: "kvstorage" }, keyAuthority = "owner", sessions = { kind: "memory" } } = args;
    // A release and its successor share their keys.
    const resources = [
      ...new Set([...releases.map(({ release }) => release), ...nodes].flatMap((subject) => subject.resources)),
    ].sort();
    const problems = [
      ...evidenceProblems(releases, accepted, nodes),
      ...serviceProblems(
        judge,
        releases.map(({ release }) => release),
        nodes,
        { accepted, keyStore, vcekCache: args.vcekCache, collateralService: args.collateralService },
      ),
      ...keyStoreProblems(keyStore, keyAuthority, resources),
      ...unreachableKeys(
        keyStore,
        releases.map(({ release }) => release),
      ),
      ...(args.clientCidrs.length === 0
        ? ["clientCidrs is empty, so no guest could reach the key broker; name the ranges that guests come from"]
        : []),
      ...([...releases.map(({ release }) => release), ...nodes].some(({ simulated }) => simulated) && !pins.simulated
        ? ["simulated releases are for rehearsals; a real key broker must not know made-up measurements"]
        : []),
    ];
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);

    const configurationArgs = {
      trusteeVersion: platformSets[platformSet].versions.trustee,
      namespace,
      nvidiaVerifier: accepted.verifier,
      // Azure's evidence brings AMD's certificates along; a TDX node's quote needs collateral as any other.
      tees: [
        ...new Set([
          ...releases.map(({ release }) => release.tee),
          ...nodes.flatMap(({ evidence }) => (evidence.kind === "tdx" ? (["tdx"] as const) : [])),
        ]),
      ],
      service: judge,
      keyStore,
      sessions,
      vcekCache: args.vcekCache,
      collateralService: args.collateralService,
    };
    const services = trusteeServices.filter((service) => service === "kbs" || !byIntel);
    const contents: TrusteeContents = {
      services,
      configuration: trusteeConfiguration(configurationArgs),
      withCredentials:
        byIntel || wantedCredentials(keyStore).length > 0
          ? (credentials) => trusteeConfiguration(configurationArgs, credentials).kbs
          : undefined,
      stores: trusteeStores(releases, accepted, args.referenceValueExpiry, nodes, resourcePluginFor(keyStore)),
      resources,
      keyStore,
      resourcesSecret: args.resourcesSecret,
      sessions,
      vcekCache: args.vcekCache,
    };
    const image = pinned(this, () => ({
      kbs:
        "image" in keyStore
          ? keyStore.image
          : imageReference(resolvePin(byIntel ? "images/trustee-kbs-ita-as" : images.kbs, platformSet, pins)),
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
    for (const service of [...services].reverse()) {
      const template = trusteePod({
        service,
        image: image[service],
        serviceAccountName: account.metadata.name,
        ...servicePlan(service, contents, objects),
      });
      before = make.deployment(service, replicas, template, before);
      make.service(service, service === "kbs" && sessions.kind === "memory");
    }

    this.namespaceName = make.namespace.metadata.name;
    this.keyBrokerHost = this.namespaceName.apply((actual) => serviceHost("kbs", actual));
    this.registerOutputs({ namespaceName: this.namespaceName, keyBrokerHost: this.keyBrokerHost });
  }
}
