import type { Resource } from "../rule";

const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const keyBrokerLabels = { "app.kubernetes.io/name": "trustee-kbs" };

/** The key broker itself. */
export const keyBrokerDeployment: Resource = {
  type: "kubernetes:apps/v1:Deployment",
  name: "kbs",
  props: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "kbs", namespace: "trustee" },
    spec: {
      replicas: 1,
      selector: { matchLabels: keyBrokerLabels },
      template: {
        metadata: { labels: keyBrokerLabels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "kbs",
              image: `ghcr.io/confidential-containers/staged-images/kbs@sha256:${digest}`,
              env: [{ name: "RUST_LOG", value: "info" }],
              volumeMounts: [
                { name: "resource-policy", mountPath: "/var/lib/trustee/kbs/kbs", readOnly: true },
                { name: "resources", mountPath: "/var/lib/trustee/kbs/repository", readOnly: true },
              ],
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
          volumes: [
            { name: "resource-policy", configMap: { name: "resource-policy" } },
            { name: "resources", persistentVolumeClaim: { claimName: "resources" } },
          ],
        },
      },
    },
  },
};

/** The attestation service's own Service: reachable inside the cluster only. */
export const attestationService: Resource = {
  type: "kubernetes:core/v1:Service",
  name: "as",
  props: {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "as", namespace: "trustee" },
    spec: {
      type: "ClusterIP",
      selector: { "app.kubernetes.io/name": "trustee-as" },
      ports: [{ name: "grpc", port: 50004, targetPort: 50004 }],
    },
  },
};

/** Who may talk to the attestation service: the key broker. */
export const attestationServiceNetwork: Resource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "as",
  props: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "as", namespace: "trustee" },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "trustee-as" } },
      policyTypes: ["Ingress"],
      ingress: [
        { from: [{ podSelector: { matchLabels: keyBrokerLabels } }], ports: [{ port: 50004, protocol: "TCP" }] },
      ],
    },
  },
};

/** How guests reach the key broker: from their own ranges, and always the same replica. */
export const keyBrokerService: Resource = {
  type: "kubernetes:core/v1:Service",
  name: "kbs",
  props: {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kbs", namespace: "trustee" },
    spec: {
      type: "LoadBalancer",
      loadBalancerSourceRanges: ["198.51.100.0/24"],
      sessionAffinity: "ClientIP",
      selector: keyBrokerLabels,
      ports: [{ name: "https", port: 443, targetPort: 8080 }],
    },
  },
};

/** Through an ingress that leaves TLS alone. */
export const keyBrokerIngress: Resource = {
  type: "kubernetes:networking.k8s.io/v1:Ingress",
  name: "kbs",
  props: {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: "kbs",
      namespace: "trustee",
      annotations: { "nginx.ingress.kubernetes.io/ssl-passthrough": "true" },
    },
    spec: {
      ingressClassName: "nginx",
      rules: [
        {
          host: "kbs.acme.example",
          http: {
            paths: [
              { path: "/", pathType: "Prefix", backend: { service: { name: "trustee-kbs", port: { number: 443 } } } },
            ],
          },
        },
      ],
    },
  },
};

/** The same on OpenShift. */
export const keyBrokerRoute: Resource = {
  type: "kubernetes:route.openshift.io/v1:Route",
  name: "kbs",
  props: {
    apiVersion: "route.openshift.io/v1",
    kind: "Route",
    metadata: {
      name: "kbs",
      namespace: "trustee",
      annotations: { "haproxy.router.openshift.io/ip_allowlist": "198.51.100.0/24 192.0.2.7" },
    },
    spec: {
      host: "kbs.acme.example",
      to: { kind: "Service", name: "kbs-service" },
      tls: { termination: "passthrough" },
    },
  },
};

/** A gateway that routes other things by their requests. */
export const keyBrokerGatewayRoute: Resource = {
  type: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
  name: "documents",
  props: {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "documents", namespace: "trustee" },
    spec: { parentRefs: [{ name: "gateway" }], rules: [{ backendRefs: [{ name: "documents", port: 8080 }] }] },
  },
};

/** Trustee's own chart, as far as its values go: it knows no way to close the administration interface. */
export const trusteeRelease: Resource = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "trustee",
  props: {
    chart: "oci://registry.acme.example/charts/trustee",
    version: "0.21.0",
    namespace: "trustee",
    values: {
      log_level: "info",
      storageBackend: { type: "LocalFs", localFs: { persistence: { kbs: "kbs", as: "as", rvps: "rvps" } } },
      kbs: {
        replicaCount: 1,
        tls: { enabled: true, secretName: "kbs-tls" },
        service: { exposeLoadBalancer: false },
      },
      as: { verifier: { nvidia: { type: "Remote" } } },
      secrets: { useEphemeralGeneratedKeys: false, existingSecretName: "trustee-keys" },
      ingress: { enabled: false },
      nodePort: { enabled: false },
    },
  },
};

/** Who may talk to the key broker: guests, by the ranges that they come from. */
export const keyBrokerNetwork: Resource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "kbs",
  props: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "kbs", namespace: "trustee" },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "trustee-kbs" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ ipBlock: { cidr: "198.51.100.0/24" } }], ports: [{ port: 8080, protocol: "TCP" }] }],
    },
  },
};

/** What a model owner may hand over: public halves. */
export const ownersKeys: Resource = {
  type: "kubernetes:core/v1:Secret",
  name: "owner-keys",
  props: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "owner-keys", namespace: "acme" },
    type: "Opaque",
    stringData: {
      "cosign.pub": "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n",
      "sealing.jwk": '{"kty":"EC","crv":"P-256","x":"ZXhhbXBsZQ","y":"ZXhhbXBsZQ"}',
      note: "public halves only",
    },
  },
};

/** As well kept as the key broker, and none. */
export const otherService: Resource = {
  type: "kubernetes:apps/v1:StatefulSet",
  name: "documents",
  props: {
    ...(JSON.parse(
      JSON.stringify(keyBrokerDeployment.props).replace("staged-images/kbs@", "staged-images/documents@"),
    ) as object),
    kind: "StatefulSet",
  },
};
export const otherRelease: Resource = {
  ...trusteeRelease,
  name: "documents",
  props: { ...trusteeRelease.props, chart: "oci://registry.acme.example/charts/documents" },
};
export const otherSettings: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "documents",
  props: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "documents", namespace: "trustee" }, data: {} },
};
