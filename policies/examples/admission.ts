import type { Resource } from "../rule";

const labels = { "app.kubernetes.io/managed-by": "trustfoundry", "trustfoundry.dev/rule": "no-host-access" };

/** A rule as the API server checks it. */
export const ownPolicy: Resource = {
  type: "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
  name: "trustfoundry-no-host-access",
  props: {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "trustfoundry-no-host-access", labels },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }],
        },
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
      validations: [{ expression: "!object.spec.?hostNetwork.orValue(false)", message: "takes the host's network" }],
    },
  },
};

/** What puts it in force. */
export const ownPolicyBinding: Resource = {
  type: "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
  name: "trustfoundry-no-host-access",
  props: {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "trustfoundry-no-host-access", labels },
    spec: { policyName: "trustfoundry-no-host-access", validationActions: ["Deny"] },
  },
};

/** Another product's webhook that looks at confidential namespaces. */
export const confidentialWebhook: Resource = {
  type: "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
  name: "init-data",
  props: {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "init-data" },
    webhooks: [
      {
        name: "init-data.example.com",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        clientConfig: { service: { namespace: "policies", name: "init-data" } },
        namespaceSelector: { matchLabels: { "trustfoundry.dev/confidential": "true" } },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
    ],
  },
};
