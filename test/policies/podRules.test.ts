import { describe, expect, it } from "vitest";
import { confidentialNamespace } from "../../policies/examples/cluster";
import { confidentialDeployment } from "../../policies/examples/confidentialDeployment";
import { plainDeployment } from "../../policies/examples/plainDeployment";
import { clusterObserver, observer, observerBinding } from "../../policies/examples/roles";
import type { Resource, Rule } from "../../policies/rule";
import { namespaceAllConfidential } from "../../policies/rules/cluster/namespaceAllConfidential";
import { noExecGranted } from "../../policies/rules/cluster/noExecGranted";
import { noPrivilegeEscalation } from "../../policies/rules/cluster/noPrivilegeEscalation";
import { seccompRuntimeDefault } from "../../policies/rules/cluster/seccompRuntimeDefault";
import { initDataFits } from "../../policies/rules/guest/initDataFits";
import { noPlainVolumes } from "../../policies/rules/guest/noPlainVolumes";
import { imageNotShared } from "../../policies/rules/images/imageNotShared";
import { kernelParametersClosed } from "../../policies/rules/runtime/kernelParametersClosed";
import { asTheSdkShowsThem } from "./support";

interface Spec {
  securityContext?: object;
  containers: Record<string, unknown>[];
  volumes: object[];
}

/** The example with another pod in it. */
function pod(
  change: (spec: Spec, metadata: { annotations: Record<string, string> }) => void,
  kind = "Deployment",
): Resource {
  const copy = structuredClone(confidentialDeployment);
  const { template } = copy.props.spec as {
    template: { metadata: { annotations: Record<string, string> }; spec: Spec };
  };
  change(template.spec, template.metadata);
  return { ...copy, type: `kubernetes:apps/v1:${kind}` };
}

const paths = (rule: Rule, ...resources: Resource[]) =>
  rule.evaluate(asTheSdkShowsThem(resources)).findings.map(({ path }) => path);
const inContainer = (rest: string) => `spec.template.spec.containers[0].${rest}`;
const mounted = (mount: object, ...volumes: object[]) =>
  pod((spec) => {
    spec.volumes = volumes;
    (spec.containers[0] as Record<string, unknown>).volumeMounts = [{ name: "data", mountPath: "/data", ...mount }];
  });

describe("volumes that the guest does not encrypt", () => {
  const claim = { name: "data", persistentVolumeClaim: { claimName: "weights" } };
  const written = inContainer("volumeMounts[0]");

  it.each([
    ["a claim that is written", {}, claim, [written]],
    ["a claim that the container reads", { readOnly: true }, claim, []],
    [
      "a claim that is read only as a whole",
      {},
      { name: "data", persistentVolumeClaim: { claimName: "w", readOnly: true } },
      [],
    ],
    ["a claim that is not read only after all", { readOnly: false }, claim, [written]],
    ["a driver's volume", {}, { name: "data", csi: { driver: "files.example" } }, [written]],
    ["a claim made for the pod", {}, { name: "data", ephemeral: { volumeClaimTemplate: {} } }, [written]],
    ["a source that nobody knows yet", {}, { name: "data", future: {} }, [written]],
    ["what the guest encrypts", {}, { name: "data", emptyDir: {} }, []],
    ["a sealed Secret as files", {}, { name: "data", secret: { secretName: "sealed" } }, []],
  ])("%s", (_, mount, volume, expected) => {
    expect(paths(noPlainVolumes, mounted(mount, volume))).toEqual(expected);
  });

  it("a StatefulSet's claim, which is no volume of its template", () => {
    const resource = { ...mounted({}), type: "kubernetes:apps/v1:StatefulSet" };
    expect(paths(noPlainVolumes, resource)).toEqual([written]);
  });

  it("a volume that a patch leaves out may be any", () => {
    expect(paths(noPlainVolumes, { ...mounted({}), type: "kubernetes:apps/v1:DeploymentPatch" })).toEqual([]);
  });

  it("the trusted store, and any other device", () => {
    const device = (devicePath: string) =>
      pod((spec) => ((spec.containers[0] as Record<string, unknown>).volumeDevices = [{ name: "store", devicePath }]));
    expect(paths(noPlainVolumes, device("/dev/trusted_store"))).toEqual([]);
    expect(paths(noPlainVolumes, device("/dev/sdb"))).toEqual([inContainer("volumeDevices[0].devicePath")]);
  });
});

describe("what containers inherit from their pod", () => {
  it("a profile of each container's own does without the pod's", () => {
    const resource = pod((spec) => {
      delete spec.securityContext;
      for (const each of spec.containers) each.securityContext = { seccompProfile: { type: "RuntimeDefault" } };
    });
    expect(paths(seccompRuntimeDefault, resource)).toEqual([]);
  });

  it("a container that allows root undoes the pod's own word", () => {
    const resource = pod((spec) => {
      for (const each of spec.containers)
        each.securityContext = { ...(each.securityContext as object), runAsNonRoot: false };
    });
    expect(paths(noPrivilegeEscalation, resource)).toEqual([inContainer("securityContext.runAsNonRoot")]);
  });

  it("root of the pod is root of each container", () => {
    const resource = pod((spec) => (spec.securityContext = { runAsNonRoot: true, runAsUser: 0 }));
    expect(paths(noPrivilegeEscalation, resource)).toEqual(["spec.template.spec.securityContext.runAsUser"]);
  });
});

describe("ways into pods", () => {
  const allowing = (role: Resource, rule: object): Resource => ({ ...role, props: { ...role.props, rules: [rule] } });
  const exec = { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] };
  const everywhere: Resource = {
    ...observerBinding,
    type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    props: { ...observerBinding.props, metadata: { name: "observer" } },
  };

  it.each([
    ["one subresource of all", { ...exec, resources: ["*/exec"] }, 1],
    ["all groups", { ...exec, apiGroups: ["*"] }, 1],
    ["whatever can be done", { ...exec, verbs: ["*"] }, 1],
    ["the node's own way", { ...exec, resources: ["nodes/proxy"], verbs: ["get"] }, 1],
    ["looking on", { ...exec, verbs: ["list", "watch"] }, 0],
    ["the same name in another group", { ...exec, apiGroups: ["metrics.example"] }, 0],
    ["logs", { ...exec, resources: ["pods/log"], verbs: ["get"] }, 0],
  ])("in a role: %s", (_, rule, found) => {
    expect(paths(noExecGranted, allowing(observer, rule))).toHaveLength(found);
  });

  it("in a namespace that only the stack calls confidential", () => {
    const unlabelled = {
      ...allowing(observer, exec),
      props: { metadata: { name: "o", namespace: "acme" }, rules: [exec] },
    };
    expect(paths(noExecGranted, unlabelled)).toEqual([]);
    expect(paths(noExecGranted, unlabelled, confidentialNamespace)).toEqual(["rules[0].resources[0]"]);
  });

  it("for the whole cluster, where it has confidential namespaces", () => {
    const open = allowing(clusterObserver, exec);
    expect(paths(noExecGranted, everywhere, open)).toEqual([]);
    expect(paths(noExecGranted, everywhere, open, confidentialNamespace)).toEqual(["roleRef.name"]);
    expect(paths(noExecGranted, everywhere, clusterObserver, confidentialNamespace)).toEqual([]);
  });

  it("by a role that Kubernetes adds to one of its own", () => {
    const { props, ...role } = allowing(clusterObserver, exec);
    const labels = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
    const part = { ...role, props: { ...props, metadata: { name: "debuggers", labels } } };
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
    const viewers = { ...observerBinding, props: { ...observerBinding.props, roleRef } };
    expect(paths(noExecGranted, viewers, part)).toEqual(["roleRef.name"]);
    expect(paths(noExecGranted, viewers, allowing(clusterObserver, exec))).toEqual([]);
  });
});

describe("plain and confidential pods", () => {
  it("in the default namespace, if that is declared confidential", () => {
    const namespace = (name: string): Resource => ({
      ...confidentialNamespace,
      props: { metadata: { name, labels: { "trustfoundry.dev/confidential": "true" } } },
    });
    const plain = { ...plainDeployment, props: { ...plainDeployment.props, metadata: { name: "metrics" } } };
    expect(paths(namespaceAllConfidential, plain, namespace("default"))).toEqual(["metadata.namespace"]);
    expect(paths(namespaceAllConfidential, plain, namespace("acme"))).toEqual([]);
  });

  it("may use the same repository, not the same image", () => {
    const image = `registry.acme.example/llama@sha256:${"7".repeat(64)}`;
    const copy = structuredClone(plainDeployment);
    const { template } = copy.props.spec as { template: { spec: Spec } };
    (template.spec.containers[0] as Record<string, unknown>).image = image;
    expect(paths(imageNotShared, confidentialDeployment, copy)).toEqual([]);
  });
});

describe("Kata's configuration", () => {
  const stored = (name: string, text: string): Resource => ({
    type: "kubernetes:core/v1:ConfigMap",
    name: "files",
    props: { data: { [name]: text } },
  });

  it.each([
    ["quiet agent.debug_console", 1],
    ["agent.debug_console_vport=1026", 1],
    ["agent.log=debug", 1],
    ["console=ttyS0", 1],
    ["systemd.unit=rescue.target", 1],
    ["agent.log=info agent.image_pull_timeout=1800", 0],
    ["nvrc.smi.srs=1 cgroup_no_v1=all", 0],
  ])("with %s", (parameters, found) => {
    const toml = `[hypervisor.qemu]\nkernel_params = "${parameters}"\n`;
    expect(paths(kernelParametersClosed, stored("50-a.toml", toml))).toHaveLength(found);
  });

  it("is told from other programs' files by its tables", () => {
    expect(paths(kernelParametersClosed, stored("app.toml", 'enable_debug = true\n[log]\nlevel = "debug"\n'))).toEqual(
      [],
    );
    expect(paths(kernelParametersClosed, stored("a.toml", "[runtime]\nenable_debug = true\n"))).toHaveLength(1);
    // Go's parser reads keys whatever their case.
    expect(paths(kernelParametersClosed, stored("a.toml", "[Runtime]\nEnable_Debug = true\n"))).toHaveLength(1);
  });
});

describe("the size of annotations", () => {
  it("is told together with what fills them", () => {
    const resource = pod((_, { annotations }) => (annotations["acme.example/report"] = "x".repeat(256 * 1024)));
    const [finding] = initDataFits.evaluate([resource]).findings;
    expect(finding?.message).toMatch(
      /^annotations take 25\d\.\d KiB, .*allows 256\.0 KiB \(acme\.example\/report: 256\.0 KiB/,
    );
    expect(finding?.message).not.toContain("xxx");
  });
});
