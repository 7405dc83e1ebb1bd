import { encodeInitData, initDataAnnotationKey, initDataDigestKey } from "../../components/guest/initDataAnnotation";
import { initDataDigest } from "../../components/guest/initData";
import type { Resource } from "../rule";

const digest = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";

/** The init-data of the example, as the guest sees it. */
export const initDataToml = `version = "0.1.0"
algorithm = "sha256"

[data]
"aa.toml" = '''
[token_configs.kbs]
url = "https://kbs.acme.example"
cert = """
-----BEGIN CERTIFICATE-----
MIIB
-----END CERTIFICATE-----
"""
'''
"cdh.toml" = '''
[kbc]
name = "cc_kbc"
url = "https://kbs.acme.example"
kbs_cert = """
-----BEGIN CERTIFICATE-----
MIIB
-----END CERTIFICATE-----
"""

[image]
image_security_policy_uri = "kbs:///acme/policy/images"
'''
"policy.rego" = '''
package agent_policy

# Closed unless a rule below opens it.
default AllowRequestsFailingPolicy := false
default CreateContainerRequest := false
default ExecProcessRequest := false
default ReadStreamRequest := false
default SetPolicyRequest := false
default WriteStreamRequest := false

CreateContainerRequest if {
  input.OCI.Annotations["image"] == "registry.acme.example/llama@sha256:${digest}"
}
'''
`;

/** Where the pod and its first container are, as JSON pointers. */
export const podPointer = "/spec/template/spec";
export const containerPointer = `${podPointer}/containers/0`;
export const initDataPointer = `/spec/template/metadata/annotations/${initDataAnnotationKey}`;
/** The same as the property paths of findings. */
export const podPath = "spec.template.spec";
export const containerPath = `${podPath}.containers[0]`;
export const initDataPath = `spec.template.metadata.annotations["${initDataAnnotationKey}"]`;

/** One model on one GPU, as this architecture wants it. */
export const confidentialDeployment: Resource = {
  type: "kubernetes:apps/v1:Deployment",
  name: "llama",
  props: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "llama", namespace: "acme", labels: { "trustfoundry.dev/confidential": "true" } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { "app.kubernetes.io/name": "llama" } },
      template: {
        metadata: {
          labels: { "app.kubernetes.io/name": "llama" },
          annotations: {
            [initDataAnnotationKey]: encodeInitData(initDataToml),
            [initDataDigestKey]: initDataDigest(initDataToml),
          },
        },
        spec: {
          runtimeClassName: "kata-qemu-nvidia-gpu-snp",
          serviceAccountName: "llama",
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          nodeSelector: { "trustfoundry.dev/gpu-model": "H100" },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            fsGroup: 1000,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "model",
              image: `registry.acme.example/llama@sha256:${digest}`,
              env: [
                { name: "MODEL_NAME", value: "llama" },
                { name: "NGC_API_KEY", valueFrom: { secretKeyRef: { name: "llama-sealed", key: "NGC_API_KEY" } } },
              ],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              resources: { limits: { cpu: "16", memory: "48Gi", "nvidia.com/pgpu": "1" } },
              volumeMounts: [{ name: "scratch", mountPath: "/tmp" }],
            },
          ],
          volumes: [{ name: "scratch", emptyDir: { sizeLimit: "8Gi" } }],
        },
      },
    },
  },
};

/** Eight Hopper GPUs in protected PCIe mode: they and the four NVSwitches go to one virtual machine. */
export const eightGpuDeployment: Resource = withLimits({ "nvidia.com/pgpu": "8", "nvidia.com/nvswitch": "4" });

function withLimits(limits: Readonly<Record<string, string>>): Resource {
  const copy = structuredClone(confidentialDeployment);
  const spec = (copy.props as { spec: { template: { spec: { containers: { resources: { limits: object } }[] } } } })
    .spec;
  for (const { resources } of spec.template.spec.containers) Object.assign(resources.limits, limits);
  return copy;
}
