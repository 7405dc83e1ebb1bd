import type { OperatorFact } from "../../openshift/operators";

/** Namespace of Intel's operators, of the Secrets that they read, and of their pods. */
export const intelNamespace = "intel-dcap";

/**
 * Intel's operators for TDX hosts on OpenShift. Neither has a version here: catalogues change, and none was found that a
 * source had tried together with the others.
 */
export const intelOperatorFacts = {
  devicePlugins: {
    package: "intel-device-plugins-operator",
    namespace: intelNamespace,
    scope: "allNamespaces",
    channel: "stable",
    catalog: "certified-operators",
    fact: {
      asOf: "2026-11-26",
      source: "intel/intel-device-plugins-for-kubernetes, OPENSHIFT.md (v0.36.0)",
      grade: "repository",
    },
  },
  dcap: {
    package: "intel-tdx-dcap-operator",
    namespace: intelNamespace,
    scope: "allNamespaces",
    channel: "alpha",
    catalog: "certified-operators",
    fact: {
      asOf: "2026-11-26",
      source:
        "intel/confidential-computing.tee.dcap.k8s.qgs (838cc85), base of the CSV; channel and namespace as validatedpatterns/coco-pattern has them (42652c7)",
      grade: "repository",
    },
  },
} as const satisfies Record<string, OperatorFact>;

export const intelOperatorNames = ["devicePlugins", "dcap"] as const;
export type IntelOperatorName = (typeof intelOperatorNames)[number];
