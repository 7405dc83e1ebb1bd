import { gpuToleration, labels, tenantToleration } from "../hardware";
import type { Registration } from "../firmware/plan";
import type { HostQuoteService } from "./hostFiles";
import type { PccsSettings } from "./pccs";
import { pccsProblems } from "./pccs";

/**
 * Where Intel's operator has a platform's certificates from:
 *
 * - `online`: it registers platforms with Intel's provisioning service by an API key, and keeps certificates in Secrets;
 * - `offline`: it leaves each platform's data in a Secret, which a person takes to Intel and brings an answer for;
 * - `external`: somebody else makes a Secret `<node>-pck` for each host.
 */
export const certificateSources = ["online", "offline", "external"] as const;
export type CertificateSource = (typeof certificateSources)[number];

/**
 * How `spec.nodeSelector` of a TdxQuoteGenerationService is written. Sources differ, and neither is guessed: the API server
 * refuses the wrong one where Intel's definition is installed.
 *
 * - `list`, `["key=value"]`: intel/confidential-computing.tee.dcap.k8s.qgs, api/v1 (838cc85), Intel's own;
 * - `map`, `{key: value}`: validatedpatterns/coco-pattern, charts/all/intel-dcap/templates/dcap-operator-cr.yaml (42652c7).
 */
export const selectorShapes = ["list", "map"] as const;
export type SelectorShape = (typeof selectorShapes)[number];

/** Intel's DCAP operator: a quote generation service on each TDX host, as pods. */
export interface OperatorQuoteService {
  readonly kind: "dcapOperator";
  readonly certificates: CertificateSource;
  /** Secret in the operator's namespace whose key `api-key` is the key of Intel's provisioning service; online only. */
  readonly apiKeySecret?: string | undefined;
  readonly nodeSelectorShape: SelectorShape;
  /**
   * Service accounts of the operator's pods that may run privileged on OpenShift, where its CSV grants them nothing.
   * Default none: newer bundles bring what they need.
   */
  readonly privilegedServiceAccounts?: readonly string[] | undefined;
}

export type QuoteService = OperatorQuoteService | ({ readonly kind: "hostService" } & HostQuoteService);

export interface TdxAttestationSettings {
  /** Has to be that of the hosts' firmware plans. */
  readonly registration: Registration;
  readonly quotes: QuoteService;
  readonly pccs?: PccsSettings | undefined;
}

export type TdxPlatform = "kubernetes" | "openshift";

/** The one name that Intel's operator looks at. */
export const quoteServiceName = "intel-tdx-dcap";
export const sgxLabel = "intel.feature.node.kubernetes.io/sgx";

const hostsWithTdx = { [labels.tee.tdx]: "true", [sgxLabel]: "true" };

/**
 * Intel's custom resource. `platformRegistration` is always said: left out, it is Offline, and no quote comes.
 *
 * Source: intel/confidential-computing.tee.dcap.k8s.qgs, api/v1/tdxquotegenerationservice_types.go (838cc85).
 */
export function quoteGenerationSpec(quotes: OperatorQuoteService): Record<string, unknown> {
  const registration = {
    online: { Online: { apiKeySecretName: quotes.apiKeySecret } },
    offline: { Offline: {} },
    external: { External: {} },
  }[quotes.certificates];
  const pairs = Object.entries(hostsWithTdx).map(([key, value]) => `${key}=${value}`);
  return {
    platformRegistration: registration,
    nodeSelector: quotes.nodeSelectorShape === "list" ? pairs : hostsWithTdx,
  };
}

/**
 * Enclaves and provisioning of as many pods of a host as Intel's sample allows; on every TDX host, whose tenant ever.
 *
 * Source: intel/intel-device-plugins-for-kubernetes, deployments/operator (v0.36.0). Its webhook takes images by digest.
 */
export function sgxPluginSpec(image: string | undefined): Record<string, unknown> {
  return {
    ...(image !== undefined && { image }),
    enclaveLimit: 110,
    provisionLimit: 110,
    logLevel: 2,
    nodeSelector: hostsWithTdx,
    tolerations: [gpuToleration, tenantToleration()],
  };
}

/** Why TDX hosts may not be prepared like this, each with its place below the section. */
export function tdxAttestationProblems(settings: TdxAttestationSettings, platform: TdxPlatform): string[] {
  const { registration, quotes, pccs } = settings;
  return [
    ...(quotes.kind === "dcapOperator" ? operatorQuoteProblems(quotes, registration) : []),
    ...(quotes.kind === "hostService" && platform === "openshift"
      ? ["quotes.kind: is for hosts that take packages, and OpenShift's take none; write dcapOperator"]
      : []),
    ...(quotes.kind === "hostService" && quotes.pccsUrl !== undefined && !quotes.pccsUrl.startsWith("https://")
      ? ["quotes.pccsUrl: is no https address; certificates would come from whoever answers"]
      : []),
    ...(pccs && quotes.kind === "dcapOperator"
      ? ["pccs: is asked by nobody, since Intel's operator keeps certificates in Secrets; remove it"]
      : []),
    ...(pccs && quotes.kind === "hostService" && quotes.pccsUrl === undefined
      ? ["quotes.pccsUrl: is missing, and hosts would not ask the cache of pccs; write its https address"]
      : []),
    ...(pccs ? pccsProblems(pccs).map((problem) => `pccs.${problem}`) : []),
  ];
}

function operatorQuoteProblems(
  { certificates, apiKeySecret, privilegedServiceAccounts = [] }: OperatorQuoteService,
  registration: Registration,
): string[] {
  return [
    ...(certificates === "online" && apiKeySecret === undefined
      ? ["quotes.apiKeySecret: is missing; name the Secret whose key api-key opens Intel's provisioning service"]
      : []),
    ...(certificates !== "online" && apiKeySecret !== undefined
      ? [`quotes.apiKeySecret: is used by nobody with certificates: ${certificates}; remove it`]
      : []),
    // Direct registration takes the manifest out of the variable that the operator reads, once and for all.
    ...(registration === "direct" && certificates !== "external"
      ? [
          `registration: leaves no platform manifest for Intel's operator to read, which it needs with certificates: ${certificates}; write in-band, or certificates: external`,
        ]
      : []),
    ...(privilegedServiceAccounts.includes("default")
      ? [
          'quotes.privilegedServiceAccounts: has "default", which makes every pod of the namespace privileged that names no account; name the operator\'s own, e.g. intel-tdx-dcap-qgs',
        ]
      : []),
  ];
}

/** What to know of hosts prepared like this; nothing of it can be decided here. */
export function tdxAttestationWarnings({ registration, quotes }: TdxAttestationSettings): string[] {
  return [
    ...(quotes.kind === "dcapOperator"
      ? [
          "pods of Intel's quote generation service tolerate no taint: hosts with taints for GPUs or for one tenant get no quotes until Intel's resource takes tolerations.",
        ]
      : []),
    ...(quotes.kind === "dcapOperator" && quotes.certificates !== "online"
      ? [
          `with certificates: ${quotes.certificates} no quote comes before a person has brought each host's certificates; this is not waited for.`,
        ]
      : []),
    ...(quotes.kind === "hostService" && quotes.pccsUrl === undefined
      ? [
          "quotes use certificates laid on the hosts, and nobody says when they are out of date: renew them after each TCB recovery of Intel's.",
        ]
      : []),
    ...(registration === "direct"
      ? ["hosts register themselves with Intel over the Internet: their operating systems need a way out to it."]
      : []),
  ];
}
