import type { VcekCache } from "../attestation/evidenceSources";
import type { AttestationServiceChoice } from "../attestation/intelTrustAuthority";
import type { KeyStore } from "../attestation/keyStore";
import type { NodeAdmission } from "../attestation/nodeAdmission";
import type { Sessions } from "../attestation/sessions";
import type { Release } from "../workload/release";
import { operatorRepository, operatorVersions, operatorVolumes } from "./trusteeLayout";

/** What is asked of a key broker, by the names of the configuration. */
export interface OperatorDemands {
  /** ClusterServiceVersion of the operator. */
  readonly csv: string;
  readonly releases: readonly Release[];
  readonly nodes: readonly NodeAdmission[];
  readonly keyStore: KeyStore;
  readonly sessions: Sessions;
  readonly service: AttestationServiceChoice;
  readonly vcekCache: VcekCache | undefined;
  readonly resourcesSecret: string | undefined;
  /** Secrets with AMD's certificates, by chip id. */
  readonly vcekSecrets: Readonly<Record<string, string>>;
}

/**
 * What the Trustee operator cannot do, or only openly, as sentences that begin with the setting; empty when it may run the
 * key broker. Each follows from its code: openshift/trustee-operator v1.2.0, internal/controller/kbsconfig_controller.go.
 */
export function trusteeOperatorProblems(demands: OperatorDemands): string[] {
  const { csv, keyStore, sessions, service, vcekCache, resourcesSecret, vcekSecrets } = demands;
  const without = "or leave operator out, and Trustee runs in pods of its own";
  return [
    ...(operatorVersions.includes(csv)
      ? []
      : [
          `operator.csv: ${csv} runs a Trustee whose configuration is not known here; write ${operatorVersions.join(" or ")}`,
        ]),
    ...(keyStore.kind === "kvstorage"
      ? []
      : [
          `keyStore.kind: the operator mounts the key broker's file from a ConfigMap, for everybody to read, and runs no image of yours, so ${keyStore.kind} cannot be reached; leave keyStore out, ${without}`,
        ]),
    ...(service.kind === "coco"
      ? []
      : [
          `service.kind: the operator mounts the key broker's file from a ConfigMap, where the key for Intel's service would stand in plain text; write coco, ${without}`,
        ]),
    ...(sessions.kind === "memory"
      ? []
      : [
          `keyBroker.sessions: the operator takes environment variables as plain text, the database's password among them; leave sessions out, ${without}`,
        ]),
    ...(vcekCache === undefined
      ? []
      : [
          `vcekCache: the operator mounts certificates from Secrets; leave it out, and name them in operator.vcekSecrets`,
        ]),
    ...(resourcesSecret === undefined
      ? []
      : [
          `resourcesSecret: the operator finds keys by their paths, ${operatorRepository}/<Secret>/<key>; leave it out, and make the Secrets that the paths name`,
        ]),
    ...resourceProblems([...demands.releases, ...demands.nodes]),
    ...[...new Set(Object.values(vcekSecrets))]
      .filter((name) => pathsBySecret([...demands.releases, ...demands.nodes]).has(name))
      .map(
        (name) => `operator.vcekSecrets: ${name} also has keys of models; keep certificates in a Secret of their own`,
      ),
    ...switchProblems(demands.releases),
  ];
}

interface Served {
  readonly name: string;
  readonly resources: readonly string[];
}

/** Paths by the Secret that they name, sorted: what the operator is told to serve. */
export function pathsBySecret(served: readonly Served[]): Map<string, string[]> {
  const paths = [...new Set(served.flatMap(({ resources }) => resources))].sort();
  const secrets = [...new Set(paths.map(secretOf))].sort();
  return new Map(secrets.map((secret) => [secret, paths.filter((path) => secretOf(path) === secret)]));
}

const secretOf = (path: string) => path.split("/")[1] ?? "";

/** Names of Secrets are names of volumes there: labels, of at most 63 characters. */
const volumeName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function resourceProblems(served: readonly Served[]): string[] {
  return served.flatMap(({ name, resources }) =>
    resources.flatMap((path) => {
      const [repository = "", secret = "", key = ""] = path.split("/");
      const here = `operator: ${name}: key ${path}`;
      if (repository !== operatorRepository)
        return [
          `${here}: the operator serves Secrets as ${operatorRepository}/<Secret>/<key> only; name the key ${[operatorRepository, secret, key].join("/")} in models, and sign its release anew`,
        ];
      if (!volumeName.test(secret))
        return [
          `${here}: ${secret} can be no Secret of the operator's; write lower case, digits and dashes, 63 at most`,
        ];
      if (operatorVolumes.includes(secret))
        return [`${here}: ${secret} is the name of a volume of the operator's own; give the Secret another name`];
      // Hidden files are passed over by the operator's copier.
      if (key.startsWith(".")) return [`${here}: the operator passes over keys that begin with a dot; write another`];
      return [];
    }),
  );
}

/** Only policies of CPUs and GPUs are mounted; Trustee would judge NVSwitches by the ones that it brings along. */
function switchProblems(releases: readonly Release[]): string[] {
  return releases
    .filter(({ gpu }) => gpu.nvSwitches > 0)
    .map(
      ({ name }) =>
        `operator: release ${name} has NVSwitches, and the operator mounts no policy for them, so Trustee's own would judge them; leave operator out`,
    );
}
