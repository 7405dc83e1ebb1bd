import type { Resource } from "../rule";

/** Files of TDX hosts, where configuration management takes them from. */
export const tdxHostSettings: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "tdx-host-settings",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "tdx-host-settings", namespace: "trustfoundry-system" },
    data: {
      "qgs.conf": "number_threads = 4\n",
      "sgx_default_qcnl.conf": `{"pccs_url": "https://pccs.example.com:8081/sgx/certification/v4/", "use_secure_cert": true}\n`,
    },
  },
};

/** What a certificate cache is told in the open; its key is in a Secret. */
export const pccsSettings: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "pccs-settings",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "pccs-settings", namespace: "intel-pccs" },
    data: { "default.json": '{"CachingFillMode": "LAZY", "ApiKey": "", "UserTokenHash": ""}\n' },
  },
};

/** Intel's quote generation service with certificates by an API key. */
export const quoteGeneration: Resource = {
  type: "kubernetes:trustedservices.intel.com/v1:TdxQuoteGenerationService",
  name: "intel-tdx-dcap",
  props: {
    apiVersion: "trustedservices.intel.com/v1",
    kind: "TdxQuoteGenerationService",
    metadata: { name: "intel-tdx-dcap" },
    spec: {
      platformRegistration: { Online: { apiKeySecretName: "intel-pcs" } },
      nodeSelector: ["intel.feature.node.kubernetes.io/tdx=true"],
    },
  },
};
