import { describe, expect, it } from "vitest";
import { confidentialDeployment } from "../../policies/examples/confidentialDeployment";
import { plainDeployment } from "../../policies/examples/plainDeployment";
import { podPaths } from "../../policies/kubernetes";
import { writeEdits } from "../../policies/remediation";
import type { Resource, Rule } from "../../policies/rule";
import { noServiceAccountToken } from "../../policies/rules/cluster/noServiceAccountToken";
import { seccompRuntimeDefault } from "../../policies/rules/cluster/seccompRuntimeDefault";
import { confidentialRuntimeClass } from "../../policies/rules/runtime/confidentialRuntimeClass";
import { noDebugRuntimeClass } from "../../policies/rules/runtime/noDebugRuntimeClass";
import { asTheSdkShowsThem, unknownValue } from "./support";

interface PodSpec {
  runtimeClassName?: unknown;
  automountServiceAccountToken?: unknown;
  nodeSelector?: Record<string, string>;
  securityContext?: Record<string, unknown>;
  containers: { securityContext?: Record<string, unknown> }[];
}
interface Template {
  readonly metadata: object;
  readonly spec: PodSpec;
}

const snp = { "amd.feature.node.kubernetes.io/snp": "true" };
const tdx = { "intel.feature.node.kubernetes.io/tdx": "true" };

/** Each mistake, and what is right in its place. */
const mistakes: { rule: Rule; what: string; make: (spec: PodSpec) => void; right: Partial<PodSpec> }[] = [
  {
    rule: noServiceAccountToken,
    what: "nothing said of the token",
    make: (spec) => delete spec.automountServiceAccountToken,
    right: { automountServiceAccountToken: false },
  },
  {
    rule: noServiceAccountToken,
    what: "the token asked for",
    make: (spec) => (spec.automountServiceAccountToken = true),
    right: { automountServiceAccountToken: false },
  },
  {
    rule: seccompRuntimeDefault,
    what: "no security context",
    make: (spec) => delete spec.securityContext,
    right: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
  },
  {
    rule: seccompRuntimeDefault,
    what: "an unconfined pod",
    make: (spec) => (spec.securityContext = { runAsUser: 7, seccompProfile: { type: "Unconfined" } }),
    right: { securityContext: { runAsUser: 7, seccompProfile: { type: "RuntimeDefault" } } },
  },
  {
    rule: seccompRuntimeDefault,
    what: "an unconfined container",
    make: (spec) =>
      spec.containers.forEach((each) => (each.securityContext = { seccompProfile: { type: "Unconfined" } })),
    right: {
      containers: [expect.objectContaining({ securityContext: { seccompProfile: { type: "RuntimeDefault" } } })],
    },
  },
  {
    rule: confidentialRuntimeClass,
    what: "the TEE's class without GPUs",
    make: (spec) => (spec.runtimeClassName = "kata-qemu-tdx"),
    right: { runtimeClassName: "kata-qemu-nvidia-gpu-tdx" },
  },
  {
    rule: confidentialRuntimeClass,
    what: "no class, on hosts of one TEE",
    make: (spec) => Object.assign(spec, { runtimeClassName: undefined, nodeSelector: snp }),
    right: { runtimeClassName: "kata-qemu-nvidia-gpu-snp" },
  },
  {
    rule: noDebugRuntimeClass,
    what: "the debug guest",
    make: (spec) => (spec.runtimeClassName = "kata-qemu-nvidia-gpu-snp-debug"),
    right: { runtimeClassName: "kata-qemu-nvidia-gpu-snp" },
  },
  {
    rule: noDebugRuntimeClass,
    what: "the devkit guest",
    make: (spec) => (spec.runtimeClassName = "kata-qemu-nvidia-gpu-tdx-devkit"),
    right: { runtimeClassName: "kata-qemu-nvidia-gpu-tdx" },
  },
];
const remediated = [...new Set(mistakes.map(({ rule }) => rule))];

/** More than one answer, or none that the resource gives. */
const undecided: { rule: Rule; what: string; make: (spec: PodSpec) => void }[] = [
  {
    rule: confidentialRuntimeClass,
    what: "no class and no TEE",
    make: (spec) => delete spec.runtimeClassName,
  },
  {
    rule: confidentialRuntimeClass,
    what: "hosts of both TEEs",
    make: (spec) => Object.assign(spec, { runtimeClassName: undefined, nodeSelector: { ...snp, ...tdx } }),
  },
  {
    rule: confidentialRuntimeClass,
    what: "one TEE by class, the other by hosts",
    make: (spec) => Object.assign(spec, { runtimeClassName: "kata-qemu-snp", nodeSelector: tdx }),
  },
  {
    rule: noDebugRuntimeClass,
    what: "a developer's guest",
    make: (spec) => (spec.runtimeClassName = "kata-qemu-coco-dev"),
  },
];

describe.each(Object.keys(podPaths))("a confidential pod in %s", (kind) => {
  it.each(mistakes)("is put right: $rule.id, $what", ({ rule, make, right }) => {
    const resource = holding(kind, changed(make));
    const { resource: after, written } = remedy(rule, resource);
    expect(written).toBe(true);
    expect(specIn(after, kind)).toMatchObject(right);
    expect(rule.evaluate([after]).findings).toEqual([]);
    expect(remedy(rule, after).written).toBe(false);
  });

  it.each(undecided)("is left alone: $rule.id, $what", ({ rule, make }) => {
    const resource = holding(kind, changed(make));
    expect(rule.evaluate([resource]).findings).not.toEqual([]);
    expect(remedy(rule, resource)).toEqual({ resource, written: false });
  });
});

describe.each(remediated.map((rule) => ({ rule, id: rule.id })))("the remediation of $id", ({ rule }) => {
  const own = mistakes.filter((mistake) => mistake.rule === rule);

  it("leaves alone what complies, what is plain and what is no pod", () => {
    const service = { type: "kubernetes:core/v1:Service", name: "llama", props: { spec: { selector: {} } } };
    for (const resource of [confidentialDeployment, plainDeployment, service])
      expect(remedy(rule, resource)).toEqual({ resource, written: false });
  });

  it("leaves a patch alone that does not speak of it", () => {
    const props = {
      metadata: confidentialDeployment.props.metadata,
      spec: { template: { spec: { containers: [{ name: "model" }] } } },
    };
    const patch = { type: "kubernetes:apps/v1:DeploymentPatch", name: "patch", props };
    expect(remedy(rule, patch)).toEqual({ resource: patch, written: false });
  });

  it("reaches every element of a list", () => {
    for (const { make } of own) {
      const items = [confidentialDeployment.props, holding("apps/v1/Deployment", changed(make)).props];
      const list = { type: "kubernetes:apps/v1:DeploymentList", name: "all", props: { items } };
      expect(rule.evaluate([remedy(rule, list).resource]).findings).toEqual([]);
    }
  });

  it("changes nothing while what it looks at is unknown", () => {
    const fields: Record<string, (spec: PodSpec) => void> = {
      [noServiceAccountToken.id]: (spec) => (spec.automountServiceAccountToken = unknownValue),
      [seccompRuntimeDefault.id]: (spec) => (spec.securityContext = { seccompProfile: { type: unknownValue } }),
      [confidentialRuntimeClass.id]: (spec) => (spec.runtimeClassName = unknownValue),
      [noDebugRuntimeClass.id]: (spec) => (spec.runtimeClassName = unknownValue),
    };
    const [resource] = asTheSdkShowsThem([
      holding("apps/v1/Deployment", changed(fields[rule.id] ?? (() => undefined))),
    ]);
    expect(() => editsOf(rule, resource as Resource)).toThrow(/known during preview/);
  });
});

function changed(make: (spec: PodSpec) => void): Template {
  const { template } = structuredClone(confidentialDeployment.props).spec as { template: Template };
  make(template.spec);
  return template;
}

/** The pod in an object of a kind, labelled as confidential. */
function holding(kind: string, template: Template): Resource {
  const [name = "", version = "", group = "core"] = kind.split("/").reverse();
  const path = podPaths[kind] ?? [];
  const inside = [...path].reverse().reduce<object>((value, key) => ({ [key]: value }), template);
  const labels = { "trustfoundry.dev/confidential": "true" };
  const own = path.length === 0 ? template.metadata : {};
  return {
    type: `kubernetes:${group}/${version}:${name}`,
    name: "llama",
    props: { ...inside, metadata: { ...own, name: "llama", namespace: "acme", labels } },
  };
}

function specIn({ props }: Resource, kind: string): unknown {
  const path = [...(podPaths[kind] ?? []), "spec"];
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], props);
}

function editsOf({ remediate }: Rule, resource: Resource) {
  return [...(remediate?.(resource, { digestOf: () => undefined }) ?? [])];
}

/** As the pack does it: edits are collected first, and then written. */
function remedy(rule: Rule, resource: Resource): { resource: Resource; written: boolean } {
  const copy = structuredClone(resource);
  const written = writeEdits(copy.props, editsOf(rule, copy));
  return { resource: copy, written };
}
