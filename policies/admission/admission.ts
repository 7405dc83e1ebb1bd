/**
 * What the API server is asked about.
 *
 * `confidentialPods`: pods and whatever makes them (Deployments, Jobs …), as far as they are confidential: by their
 * namespace's label, their own, their init-data or their runtime class. Expressions may use `variables.metadata` and
 * `variables.spec` (those of the pod or template), `variables.containers` (init and ephemeral ones included).
 *
 * `connections`: exec, attach, port-forward and proxy into pods of confidential namespaces.
 *
 * Otherwise: resources by group, version and plural, e.g. `{ group: "", version: "v1", resource: "nodes" }`.
 */
export type AdmissionScope = "confidentialPods" | "connections" | readonly AdmissionResource[];

export interface AdmissionResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, with a subresource where one is meant: `pods/ephemeralcontainers`. */
  readonly resource: string;
}

export interface AdmissionValidation {
  /** CEL (Kubernetes 1.36), true where the object may be admitted. */
  readonly expression: string;
  /** What is wrong with an object that is not, as a finding would say it. The rule's id is put in front. */
  readonly message: string;
}

/** Whose API server checks it: the provider's, who runs pods, the model owner's, who runs the key broker, or both. */
export type AdmissionCluster = "provider" | "owner" | "both";

/** A rule's demand on one object, as a ValidatingAdmissionPolicy checks it. */
export interface Admission {
  readonly scope: AdmissionScope;
  /** Default provider. */
  readonly cluster?: AdmissionCluster;
  /**
   * Parts of the object that the expressions read, e.g. `metadata.labels`: an update that changes none of them is admitted,
   * so that what was there before the policy can still be drained, finalized and removed. Default labels, annotations and
   * everything that is neither metadata nor status; of nodes, which controllers write all the time, the labels. No
   * choice with `confidentialPods`: pods' labels, annotations and specs.
   */
  readonly judges?: readonly string[];
  /**
   * CEL, true for objects that the rule is about; the others are admitted unseen. Default all of `scope`. It can use
   * `object`, `oldObject`, `request`; with `scope: "confidentialPods"` the variables, too.
   */
  readonly when?: string;
  /** Names for parts of expressions, e.g. `{ limits: "variables.containers.map(c, …)" }`, used as `variables.limits`. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly AdmissionValidation[];
  /**
   * A tenant's ConfigMap in the provider's namespace that expressions read as `params.data`: what the provider accepts of
   * that tenant. Default none.
   */
  readonly parameters?: "tenantAcceptance";
  /** Breakages, by `mistake`, that one object alone does not give away to CEL, with the reason. */
  readonly blindTo?: Readonly<Record<string, string>>;
}
