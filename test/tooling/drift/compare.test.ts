import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "../../../tooling/drift/compare";
import { patchOf } from "../../../tooling/drift/patch";
import type { Step, Tree } from "../../../tooling/drift/tree";
import { isTree, pathText } from "../../../tooling/drift/tree";

const wanted: Tree = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "kbs", namespace: "trustee", labels: { app: "kbs" } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "kbs" } },
    template: {
      metadata: { labels: { app: "kbs" } },
      spec: {
        automountServiceAccountToken: false,
        containers: [
          {
            name: "kbs",
            image: "kbs@sha256:1",
            resources: { limits: { cpu: "1000m", memory: "1Gi" } },
            ports: [{ containerPort: 8443, name: "kbs" }],
            volumeMounts: [{ name: "policy", mountPath: "/policy", readOnly: true }],
          },
        ],
        volumes: [{ name: "policy", configMap: { name: "policy-1" } }],
      },
    },
  },
};

/** As an API server gives it back: quantities rewritten, defaults filled in, its own bookkeeping. */
function served(): Tree {
  const live = structuredClone(wanted) as {
    metadata: Record<string, unknown>;
    spec: { template: { spec: { containers: Record<string, unknown>[] } & Record<string, unknown> } } & Record<
      string,
      unknown
    >;
  } & Record<string, unknown>;
  Object.assign(live.metadata, {
    uid: "u",
    resourceVersion: "7",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  });
  Object.assign(live.metadata, { annotations: { "deployment.kubernetes.io/revision": "1" } });
  live.status = { replicas: 2 };
  Object.assign(live.spec, { progressDeadlineSeconds: 600, revisionHistoryLimit: 10 });
  Object.assign(live.spec.template.spec, { restartPolicy: "Always", dnsPolicy: "ClusterFirst", securityContext: {} });
  Object.assign(live.spec.template.spec.containers[0] ?? {}, {
    resources: { limits: { cpu: "1", memory: "1Gi" } },
    ports: [{ containerPort: 8443, name: "kbs", protocol: "TCP" }],
    terminationMessagePath: "/dev/termination-log",
    imagePullPolicy: "IfNotPresent",
  });
  return live;
}

const told = (live: Tree, more: Partial<Parameters<typeof compare>[0]> = {}) =>
  compare({ wanted, live, ...more }).map(({ change, path }) => `${change} ${pathText(path)}`);

function edited(change: (spec: Record<string, unknown>, live: Record<string, unknown>) => void): Tree {
  const live = structuredClone(served()) as Record<string, unknown>;
  change(live.spec as Record<string, unknown>, live);
  return live;
}
const podOf = (spec: Record<string, unknown>) =>
  (spec.template as { spec: Record<string, unknown> & { containers: Record<string, unknown>[]; volumes: unknown[] } })
    .spec;

describe("comparing a live object with what was applied", () => {
  it("finds nothing in what an API server makes of it", () => {
    expect(told(served())).toEqual([]);
  });

  it.each<[string, (spec: Record<string, unknown>, live: Record<string, unknown>) => void, string]>([
    [
      "another image",
      (spec) => Object.assign(podOf(spec).containers[0] ?? {}, { image: "evil" }),
      "changed spec.template.spec.containers[kbs].image",
    ],
    [
      "a companion",
      (spec) => podOf(spec).containers.unshift({ name: "spy" }),
      "added spec.template.spec.containers[spy]",
    ],
    [
      "a mount that may be written",
      (spec) => Object.assign((podOf(spec).containers[0]?.volumeMounts as object[])[0] ?? {}, { readOnly: undefined }),
      "removed spec.template.spec.containers[kbs].volumeMounts[/policy].readOnly",
    ],
    [
      "the host's network",
      (spec) => Object.assign(podOf(spec), { hostNetwork: true }),
      "added spec.template.spec.hostNetwork",
    ],
    [
      "credentials",
      (spec) => delete podOf(spec).automountServiceAccountToken,
      "removed spec.template.spec.automountServiceAccountToken",
    ],
    [
      "a strategy that is no default",
      (spec) => Object.assign(spec, { strategy: { type: "Recreate" } }),
      "added spec.strategy",
    ],
    [
      "a label",
      (_, live) => Object.assign((live.metadata as { labels: object }).labels, { spy: "yes" }),
      "added metadata.labels.spy",
    ],
    [
      "more of a processor",
      (spec) =>
        Object.assign(podOf(spec).containers[0] ?? {}, { resources: { limits: { cpu: "1001m", memory: "1Gi" } } }),
      "changed spec.template.spec.containers[kbs].resources.limits.cpu",
    ],
  ])("finds %s", (_what, change, expected) => {
    expect(told(edited(change))).toEqual([expected]);
  });

  it("looks at nothing beside fields that alone are ours", () => {
    expect(
      told(
        edited((spec) => Object.assign(spec, { paused: true })),
        { partial: true },
      ),
    ).toEqual([]);
  });

  it("takes for nobody's doing what stood there when it had been applied, and for somebody's what does no longer", () => {
    const after = edited((spec) => Object.assign(spec, { minReadySeconds: 5 }));
    expect(told(after, { after })).toEqual([]);
    expect(
      told(
        edited((spec) => Object.assign(spec, { minReadySeconds: 6 })),
        { after },
      ),
    ).toEqual(["changed spec.minReadySeconds"]);
  });

  it("takes nothing for a default that somebody is on record for, however long it stands there", () => {
    const after = edited((spec, live) => {
      Object.assign(spec, { minReadySeconds: 5 });
      Object.assign((live.metadata as { labels: object }).labels, { spy: "yes" });
    });
    const others = new Set(["metadata", "metadata.labels", "metadata.labels.spy"]);
    expect(told(after, { after, isOthers: (path) => others.has(path.join(".")) })).toEqual([
      "added metadata.labels.spy",
    ]);
  });

  it("tells a selector of everything from none, and from another", () => {
    const policy = (from: Tree) => ({ spec: { ingress: [{ from: [from] }] } });
    const differ = (a: Tree, b: Tree) => compare({ wanted: policy(a), live: policy(b) }).length;
    expect(differ({ podSelector: {} }, { podSelector: {} })).toBe(0);
    expect(differ({ podSelector: {} }, { namespaceSelector: {} })).toBe(2);
    expect(differ({ podSelector: { matchLabels: { app: "as" } } }, { podSelector: {} })).toBe(1);
    expect(compare({ wanted: { spec: { ingress: [] } }, live: { spec: { ingress: [{}] } } })).toHaveLength(1);
  });

  it("takes a flag that is off, and an empty value, for the absence that an API server makes of them", () => {
    const spec = { template: { spec: { hostNetwork: false, tolerations: [{ key: "a", value: "" }] } } };
    expect(
      compare({ wanted: { spec }, live: { spec: { template: { spec: { tolerations: [{ key: "a" }] } } } } }),
    ).toEqual([]);
    expect(
      compare({ wanted: { metadata: { labels: { a: "" } } }, live: { metadata: { labels: { b: "" } } } }),
    ).toHaveLength(2);
  });

  it("says the same whatever order fields come in", () => {
    const live = edited((spec) => Object.assign(podOf(spec), { hostPID: true, hostIPC: true }));
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : isTree(value)
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, item]) => [key, reversed(item)]),
            )
          : value;
    expect(compare({ wanted, live: reversed(live) as Tree })).toEqual(compare({ wanted, live }));
  });
});

/** Every plain value in a tree, with its path. */
function leaves(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (isTree(value)) return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  return [[...path]];
}

function withValue(value: unknown, [step, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (step === undefined) return to;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === step ? withValue(item, rest, to) : item));
  return { ...(value as Tree), [step]: withValue((value as Tree)[step], rest, to) };
}

describe("any single change", () => {
  const ours = leaves(wanted).filter((path) => path.join(".") !== "metadata.namespace");

  it("of a field of ours is found", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ours), fc.oneof(fc.string(), fc.integer(), fc.constant(undefined)), (path, to) => {
        const before = path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], wanted);
        fc.pre(to !== before && !(path.at(-1) === "cpu" && to === "1"));
        const live = withValue(served(), path, to) as Tree;
        expect(compare({ wanted, live })).not.toEqual([]);
      }),
    );
  });

  it("is undone by the patch that is made for it", () => {
    const changes = fc.constantFrom(
      ...ours.filter((path) => !["name", "containerPort", "mountPath"].includes(String(path.at(-1)))),
    );
    fc.assert(
      fc.property(changes, fc.string({ minLength: 1 }), (path, to) => {
        const live = withValue(served(), path, to) as Tree;
        expect(told(patched(live, patchOf(live, compare({ wanted, live }))))).toEqual([]);
      }),
    );
  });

  it("beside ours is undone, too, items of lists from their end", () => {
    const live = edited((spec) => {
      podOf(spec).containers.unshift({ name: "one" });
      podOf(spec).containers.push({ name: "two" });
      podOf(spec).volumes.unshift({ name: "host", hostPath: { path: "/" } });
      Object.assign(podOf(spec), { hostPID: true });
    });
    const patch = patchOf(live, compare({ wanted, live }), wanted);
    expect(patch.every(({ op }) => op === "remove")).toBe(true);
    expect(told(patched(live, patch))).toEqual([]);
  });
});

/** RFC 6902, as far as patches here go. */
function patched(live: Tree, patch: ReturnType<typeof patchOf>): Tree {
  const result = structuredClone(live) as Record<string, unknown>;
  for (const { op, path, value } of patch) {
    const steps = path
      .split("/")
      .slice(1)
      .map((step) => step.replace(/~1/g, "/").replace(/~0/g, "~"));
    const last = steps.pop() ?? "";
    const parent = steps.reduce<Record<string, unknown>>((at, step) => at[step] as Record<string, unknown>, result);
    if (op === "remove" && Array.isArray(parent)) parent.splice(Number(last), 1);
    else if (op === "remove") delete parent[last];
    else if (Array.isArray(parent) && op === "add") parent.push(value);
    else parent[last] = value;
  }
  return result;
}

describe("paths", () => {
  it.each<[readonly Step[], string]>([
    [["data", "policy.rego"], 'data["policy.rego"]'],
    [["spec", "rules", 0, "verbs"], "spec.rules[0].verbs"],
    [["spec", "ports", { by: "port,protocol", is: "443/TCP" }], "spec.ports[443/TCP]"],
  ])("%j read %s", (steps, text) => {
    expect(pathText(steps)).toBe(text);
  });
});
