import * as pulumi from "@pulumi/pulumi";
import { evidenceProblems } from "../attestation/acceptedEvidence";
import type { EvidenceOptions } from "../attestation/acceptedEvidence";
import type { AdmittedRelease } from "../attestation/admittedRelease";
import type { CollateralService } from "../attestation/evidenceSources";
import type { NodeAdmission } from "../attestation/nodeAdmission";
import type { TrusteeSecrets } from "../attestation/trusteeSecrets";
import { tokens } from "../tokens";
import { OpenshiftOperator } from "./operator";
import type { ChosenOperator } from "./operators";
import { operatorConfiguration } from "./trusteeConfiguration";
import { operatorService } from "./trusteeLayout";
import type { RouterNetwork } from "./trusteeNetwork";
import { operatorNetwork } from "./trusteeNetwork";
import { OperatorObjectMaker } from "./trusteeObjects";
import type { OperatorMap } from "./trusteePlan";
import { kbsConfigSpec, keyBrokerRoute, operatorContents, operatorMaps } from "./trusteePlan";
import { pathsBySecret, trusteeOperatorProblems } from "./trusteeProblems";
import { waitFor } from "./waiting";

export interface OpenshiftTrusteeArgs {
  /** The releases whose guests may be given keys, and no others. */
  readonly releases: readonly AdmittedRelease[];
  /** Kinds of confidential nodes of clouds that may be given keys of their own. Default: none. */
  readonly nodes?: readonly NodeAdmission[] | undefined;
  /** What evidence must show besides what each release says of its own. */
  readonly accepted: EvidenceOptions;
  /** Day until which the reference values are meant to hold, e.g. 2028-01-01T00:00:00Z. Trustee does not enforce it. */
  readonly referenceValueExpiry: string;
  /** The operator with its one version, which decides Trustee's. */
  readonly operator: ChosenOperator;
  /** Command by which a person approves its installation. */
  readonly approveBy: string;
  /** Host of the Route: the DNS name that is measured into every guest. */
  readonly host: string;
  /** Ranges that guests come from, as OpenShift's router sees them: a load balancer in front must keep their addresses. */
  readonly clientCidrs: readonly string[];
  /** How OpenShift's router runs. Default pods; on bare metal usually host. */
  readonly router?: RouterNetwork | undefined;
  /** Replicas. Default 2; the router keeps a guest with the one that it began with. */
  readonly replicas?: number;
  /** Where collateral and NVIDIA's service are reached on 443. Default: the public internet, no private range. */
  readonly evidenceServiceCidrs?: readonly string[] | undefined;
  /** Source of Intel's collateral. Default: Intel. */
  readonly collateralService?: CollateralService | undefined;
  /**
   * AMD's chip certificates: existing Secrets with the key `vcek.der`, by chip id. Default: none, and AMD is asked.
   */
  readonly vcekSecrets?: Readonly<Record<string, string>> | undefined;
  /** Whether AMD is asked for chips without such a Secret. Default true. */
  readonly askAmd?: boolean | undefined;
  /** Namespace whose pods may fetch metrics. Default: none. */
  readonly metricsFrom?: string | undefined;
  /**
   * Whether the Secrets with resources are made from `secrets.resources`: rehearsals only. Default false: the owner makes
   * them by other means, so that no model's key is in any state; until they exist the operator starts nothing.
   */
  readonly madeUpResources?: boolean;
  /** Keys and certificates. Encrypted in the state, whether or not they come as a secret. */
  readonly secrets: pulumi.Input<TrusteeSecrets>;
  /** Seconds until `up` gives up waiting for the key broker to be ready. Default 900. */
  readonly readyTimeoutSeconds?: number;
}

/**
 * The model owner's key broker on OpenShift, run by the Trustee operator (Red Hat build of Trustee): the operator in one
 * version, a KbsConfig whose every ConfigMap is made here, and a Route that passes TLS through.
 *
 * A KbsConfig, and no TrusteeConfig: that one writes ConfigMaps of its own where it finds none, and Red Hat's resource
 * policy gives every key to every guest that affirms. Of a KbsConfig the operator mounts what is named, and starts nothing
 * while any of it is missing. So the order does not matter for what is open, and is kept all the same: texts and keys, the
 * operator, the KbsConfig, the Route.
 */
export class OpenshiftTrustee extends pulumi.ComponentResource {
  readonly namespaceName: pulumi.Output<string>;
  /** DNS name of the key broker inside the model owner's cluster; port 8080, TLS. */
  readonly keyBrokerHost: pulumi.Output<string>;

  constructor(name: string, args: OpenshiftTrusteeArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.openshiftTrustee, name, {}, opts);
    const { accepted, nodes = [], replicas = 2, vcekSecrets = {}, askAmd = true } = args;
    const releases = args.releases.map(({ release }) => release);
    const problems = [
      ...evidenceProblems(args.releases, accepted, nodes),
      ...trusteeOperatorProblems({
        csv: args.operator.csv,
        releases,
        nodes,
        keyStore: { kind: "kvstorage" },
        sessions: { kind: "memory" },
        service: { kind: "coco" },
        vcekCache: undefined,
        resourcesSecret: undefined,
        vcekSecrets,
      }),
      ...(args.clientCidrs.length === 0
        ? ["clientCidrs is empty, and OpenShift's router would let everybody in; name the ranges that guests come from"]
        : []),
      ...([...releases, ...nodes].some(({ simulated }) => simulated) && !args.madeUpResources
        ? ["simulated releases are for rehearsals; a real key broker must not know made-up measurements"]
        : []),
    ];
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);

    const chips = Object.keys(vcekSecrets);
    const configuration = operatorConfiguration({
      nvidiaVerifier: accepted.verifier,
      tees: [
        ...new Set([
          ...releases.map(({ tee }) => tee),
          ...nodes.flatMap(({ evidence }) => (evidence.kind === "tdx" ? (["tdx"] as const) : [])),
        ]),
      ],
      vcekCache: chips.length > 0 ? { fallbackToKds: askAmd } : undefined,
      collateralService: args.collateralService,
      tlsFiles: { key: "privateKey", certificate: "certificate" },
    });
    const contents = operatorContents(configuration, { ...args, nodes });

    const operator = new OpenshiftOperator(
      `${name}-operator`,
      {
        operators: [args.operator],
        approveBy: args.approveBy,
        party: "modelOwner",
        // The key broker's own container does not say that it runs as nobody, which `restricted` asks for.
        podSecurity: "baseline",
      },
      { parent: this },
    );
    const make = new OperatorObjectMaker({ parent: this }, name, operator.namespace);
    const walls = Object.entries(operatorNetwork(args)).map(([policy, spec]) => make.networkPolicy(policy, spec));
    const maps = Object.fromEntries(
      operatorMaps.map((map) => [map, make.configMap(mapNames[map], contents[map])]),
    ) as Record<OperatorMap, ReturnType<typeof make.configMap>>;
    const secrets = pulumi.secret(args.secrets);
    const keys = {
      tlsKey: make.secret("tls-key", secrets, ({ tls }) => ({ privateKey: tls.privateKey })),
      tlsCertificate: make.secret("tls-certificate", secrets, ({ tls }) => ({ certificate: tls.certificate })),
      signerKey: make.secret("signer-key", secrets, ({ tokenSigner }) => ({ "token.key": tokenSigner.privateKey })),
      signerCertificate: make.secret("signer-certificate", secrets, ({ tokenSigner }) => ({
        "token.crt": tokenSigner.certificate,
      })),
    };
    const served = pathsBySecret([...releases, ...nodes]);
    const rehearsed = args.madeUpResources
      ? [...served].map(([secret, paths]) => make.resources(secret, paths, secrets))
      : [];
    const identity = make.withoutCredentials(operator);

    const kbsConfig = make.custom(
      "kbs",
      { apiVersion: "confidentialcontainers.org/v1alpha1", kind: "KbsConfig" },
      {
        annotations: waitFor("jsonpath={.status.isReady}=true"),
        spec: kbsConfigSpec(
          {
            maps: {
              configuration: maps.configuration.metadata.name,
              resourcePolicy: maps.resourcePolicy.metadata.name,
              cpuPolicy: maps.cpuPolicy.metadata.name,
              gpuPolicy: maps.gpuPolicy.metadata.name,
              referenceValues: maps.referenceValues.metadata.name,
            },
            tls: { key: keys.tlsKey.metadata.name, certificate: keys.tlsCertificate.metadata.name },
            signer: { key: keys.signerKey.metadata.name, certificate: keys.signerCertificate.metadata.name },
            resources: [...served.keys()],
            vcekSecrets,
          },
          replicas,
        ),
      },
      [operator, identity, ...walls, ...Object.values(maps), ...Object.values(keys), ...rehearsed],
      args.readyTimeoutSeconds ?? 900,
    );
    if (replicas > 1) make.disruptionBudget();
    make.custom(
      "kbs-route",
      { apiVersion: "route.openshift.io/v1", kind: "Route" },
      keyBrokerRoute(args.host, args.clientCidrs),
      [kbsConfig],
    );

    this.namespaceName = operator.namespace;
    this.keyBrokerHost = operator.namespace.apply((actual) => `${operatorService.name}.${actual}.svc`);
    this.registerOutputs({ namespaceName: this.namespaceName, keyBrokerHost: this.keyBrokerHost });
  }
}

/** Names of the ConfigMaps, each with a digest of its content behind it. */
const mapNames: Readonly<Record<OperatorMap, string>> = {
  configuration: "kbs-config",
  resourcePolicy: "resource-policy",
  cpuPolicy: "attestation-policy-cpu",
  gpuPolicy: "attestation-policy-gpu",
  referenceValues: "reference-values",
};
