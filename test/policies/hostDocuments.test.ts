import { describe, expect, it } from "vitest";
import { renderKubeletDropIn } from "../../components/cluster/kubeletConfiguration";
import { deployerRules } from "../../components/cluster/tenantRules";
import { defaultPullTimeouts } from "../../components/runtime/timeouts";
import { renderPolicies } from "../../policies/admission/render";
import { durationSeconds } from "../../policies/duration";
import { helmReleaseOf } from "../../policies/helm";
import { hostKernels } from "../../policies/hosts";
import { chartVersion } from "../../policies/kata";
import { kataKubelets, kubeletConfigurations } from "../../policies/kubelet";
import { objectsOf } from "../../policies/kubernetes";
import { strict } from "../../policies/packs/strict/pack";
import { excess } from "../../policies/rbac";
import type { Resource } from "../../policies/rule";
import { admissionPoliciesKept } from "../../policies/rules/cluster/admissionPoliciesKept";
import { hostKernelClosed } from "../../policies/rules/hardware/hostKernelClosed";
import { snpWithoutIommuPt } from "../../policies/rules/hardware/snpWithoutIommuPt";
import { webhookFailClosed } from "../../policies/rules/cluster/webhookFailClosed";
import { isReference, isSecretText, isTellingName } from "../../components/secretText";

const configMap = (data: Record<string, string>): Resource => ({
  type: "kubernetes:core/v1:ConfigMap",
  name: "texts",
  props: { metadata: { name: "texts" }, data },
});

describe("durations as Kubernetes writes them", () => {
  it.each([
    ["20m", 1200],
    ["10m0s", 600],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["1200s", 1200],
    ["500ms", 0.5],
    ["0s", 0],
    ["1200", undefined],
    ["", undefined],
    ["20 m", undefined],
    ["-5m", undefined],
    ["1d", undefined],
    [undefined, undefined],
  ])("%s", (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });
});

describe("versions of charts", () => {
  const versionOf = (props: Record<string, unknown>) => {
    const release = helmReleaseOf({ type: "kubernetes:helm.sh/v3:Release", name: "r", props });
    const found = release && chartVersion(release);
    return found && [found.place.path, found.version];
  };
  it.each([
    [{ chart: "kata-deploy", version: "4.0.0" }, ["version", "4.0.0"]],
    [{ chart: "gpu-operator", version: "v26.3.1" }, ["version", "26.3.1"]],
    [{ chart: "/mirror/kata-deploy-4.1.0.tgz" }, ["chart", "4.1.0"]],
    [{ chart: "oci://mirror.example:5000/kata-deploy:4.1.0" }, ["chart", "4.1.0"]],
    [{ chart: `oci://mirror.example/kata-deploy:4.1.0@sha256:${"a".repeat(64)}` }, ["chart", "4.1.0"]],
    [{ chart: "oci://10.0.0.1:5000/kata-deploy" }, undefined],
    [{ chart: "kata-deploy", version: "^4.0.0" }, undefined],
    [{ chart: "kata-deploy-4.1.0.tgz", version: "latest" }, undefined],
    [{ chart: "./charts/kata-deploy" }, undefined],
  ])("%j", (props, expected) => {
    expect(versionOf(props)).toEqual(expected);
  });
});

describe("kubelet configurations in ConfigMaps", () => {
  const found = (data: Record<string, string>) => [
    [...kubeletConfigurations.select(configMap(data))].length,
    [...kataKubelets.select(configMap(data))].length,
  ];
  const ours = renderKubeletDropIn("1.33", defaultPullTimeouts);
  it.each<[string, Record<string, string>, number[]]>([
    ["this project's own", { "90-trustfoundry.conf": ours }, [1, 1]],
    ["kubeadm's", { kubelet: "kind: KubeletConfiguration\nmaxPods: 110\n" }, [1, 0]],
    ["kubeadm's, among other documents", { "config.yaml": `kind: ClusterConfiguration\n---\n${ours}` }, [1, 1]],
    ["in JSON", { "config.yaml": '{"kind": "KubeletConfiguration", "readOnlyPort": 10255}' }, [1, 0]],
    ["under a name of another sort", { "values.txt": ours }, [0, 0]],
    ["a configuration of something else", { "nginx.conf": "server { listen 80; }" }, [0, 0]],
    ["YAML of another kind", { "config.yaml": "kind: Other\nruntimeRequestTimeout: 1s\n" }, [0, 0]],
    ["text that only looks like one", { "a.conf": "kind: KubeletConfiguration\n  : :\n- [" }, [0, 0]],
  ])("%s", (_, data, expected) => {
    expect(found(data)).toEqual(expected);
  });
});

describe("kernel arguments", () => {
  const words = (resource: Resource) =>
    [...hostKernels.select(resource)].flatMap((kernel) => kernel.words.map(({ word, place }) => [word, place.path]));
  const openshift = (kind: string, version: string, spec: object): Resource => ({
    type: `kubernetes:${version}:${kind}`,
    name: "hosts",
    props: { spec },
  });

  it("are found in every form in which hosts are given them", () => {
    expect(
      words(
        openshift("MachineConfig", "machineconfiguration.openshift.io/v1", {
          kernelArguments: ["iommu=pt amd_iommu=on", "quiet"],
        }),
      ),
    ).toEqual([
      ["iommu=pt", "spec.kernelArguments[0]"],
      ["amd_iommu=on", "spec.kernelArguments[0]"],
      ["quiet", "spec.kernelArguments[1]"],
    ]);
    expect(
      words(openshift("PerformanceProfile", "performance.openshift.io/v2", { additionalKernelArgs: ["nosmt"] })),
    ).toEqual([["nosmt", "spec.additionalKernelArgs[0]"]]);
    const grub = configMap({
      "99-gpu.grub.cfg": `# GRUB_CMDLINE_LINUX="mitigations=off"\nGRUB_CMDLINE_LINUX_DEFAULT='quiet iommu=pt'\nGRUB_CMDLINE_LINUX+=nosmt\n`,
      other: 'GRUB_CMDLINE_LINUX="iommu=pt"',
    });
    expect(words(grub).map(([word]) => word)).toEqual(["quiet", "iommu=pt", "nosmt"]);
  });

  it("are read as the kernel reads them", () => {
    const spec = { kernelArguments: ['"kvm-amd.sev=0" modprobe.blacklist=a-b', "iommu=force,pt"] };
    const resource = openshift("MachineConfig", "machineconfiguration.openshift.io/v1", spec);
    expect(words(resource).map(([word]) => word)).toEqual([
      "kvm_amd.sev=0",
      "modprobe.blacklist=a-b",
      "iommu=force,pt",
    ]);
    expect(hostKernelClosed.evaluate([resource]).findings).toHaveLength(1);
    expect(snpWithoutIommuPt.evaluate([resource]).findings).toHaveLength(1);
  });
});

describe("rights beyond a tenant's own", () => {
  const role = (...rules: object[]) => {
    const [object] = objectsOf({ type: "kubernetes:rbac.authorization.k8s.io/v1:Role", name: "r", props: { rules } });
    if (!object) throw new Error("no object");
    return excess(object);
  };
  it.each([
    [{ resources: ["secrets"], verbs: ["get"] }, "reads Secrets"],
    [{ resources: ["secrets"], verbs: ["*"] }, "reads Secrets"],
    [{ resources: ["secrets"], verbs: ["create"] }, undefined],
    [{ resources: ["*"], verbs: ["get"] }, "is about all resources"],
    [{ resources: ["pods/exec"], verbs: ["create"] }, undefined],
    [{ resources: ["nodes"], verbs: ["patch"] }, "changes nodes"],
    [{ resources: ["nodes"], verbs: ["get"] }, undefined],
    [{ resources: ["rolebindings"], verbs: ["create"] }, "changes rolebindings"],
    [{ resources: ["roles"], verbs: ["escalate"] }, "may escalate"],
    [{ resources: ["users"], verbs: ["impersonate"] }, "may impersonate"],
    [{ resources: ["pods"], verbs: ["*"] }, undefined],
    [{ resources: ["serviceaccounts/token"], verbs: ["create"] }, "makes tokens of other accounts"],
    [{ resources: ["clusterroles"], verbs: ["deletecollection"] }, "changes clusterroles"],
    [{}, undefined],
  ])("%j", (rule, reason) => {
    expect(role({ apiGroups: [""], ...rule })).toBe(reason);
  });

  it("are none of the deployer's that this project makes", () => {
    expect(role(...deployerRules())).toBeUndefined();
  });
});

describe("secrets in settings of charts", () => {
  it.each(["password", "apiKey", "NGC_API_KEY", "clientToken", "clientSecret", "dbPasswd"])("%s tells", (name) => {
    expect(isTellingName(name)).toBe(true);
  });
  it.each(["existingSecret", "imagePullSecrets", "secretName", "tokenExpirationSeconds", "passwordKey"])(
    "%s is a name of one",
    (name) => {
      expect(isTellingName(name)).toBe(false);
    },
  );
  it("are told by themselves, and from what only refers to one", () => {
    expect(isSecretText("-----BEGIN PRIVATE KEY-----\n")).toBe(true);
    expect(isSecretText("-----BEGIN CERTIFICATE-----\n")).toBe(false);
    const token = `hf_${"a".repeat(24)}`;
    for (const text of [token, `--token=${token}`, `serve --with ${token}`])
      expect(isSecretText(text), text).toBe(true);
    for (const text of [`/models/${token}`, `my${token}`]) expect(isSecretText(text), text).toBe(false);
    for (const text of ["", "kbs:///default/key/1", "$(TOKEN)", "${TOKEN}", "{{ .Values.token }}", "/run/token"])
      expect(isReference(text), text).toBe(true);
    for (const text of ["hunter2", "$ecret", "a/b"]) expect(isReference(text), text).toBe(false);
  });
});

it("the policies that this project renders are bound, without exceptions, and fail closed", () => {
  const rendered = renderPolicies(strict.selection, { now: new Date(0), tenants: ["acme", "other"] });
  const resources = rendered.flatMap(({ policy, bindings }) =>
    [policy, ...bindings].map((object) => ({
      type: `kubernetes:${object.apiVersion}:${object.kind}`,
      name: object.metadata.name,
      props: { ...object },
    })),
  );
  for (const rule of [admissionPoliciesKept, webhookFailClosed])
    expect(rule.evaluate(resources)).toEqual({ applies: true, findings: [], unknown: [] });
  const unbound = resources.filter(({ type }) => !type.endsWith("Binding"));
  expect(admissionPoliciesKept.evaluate(unbound).findings).toHaveLength(rendered.length);
});
