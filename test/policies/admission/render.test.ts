import { describe, expect, it } from "vitest";
import { policiesInForce } from "../../../policies/admission/inForce";
import { renderPolicies, renderPolicy } from "../../../policies/admission/render";
import type { Exception } from "../../../policies/exceptions";
import type { IsolationUnit } from "../../../policies/isolation";
import { appliesTo } from "../../../policies/isolation";
import { confidentialLabel, podPaths } from "../../../policies/kubernetes";
import { rules } from "../../../policies/rules";
import { samples } from "../../acceptance/policies/sampleRules";

const now = new Date("2026-11-26T12:00:00Z");
const options = { now };
const rendered = renderPolicies(
  rules.map((rule) => ({ rule, level: "mandatory" })),
  { now, tenants: ["acme"] },
);
const asked = (unit: IsolationUnit | undefined) =>
  rules.filter((rule) => rule.admission && appliesTo(rule, unit)).map(({ id }) => id);
const podPolicy = (exceptions: readonly Exception[] = []) =>
  renderPolicy(samples.pods, "mandatory", { now, exceptions })?.policy.spec;

describe("every rule's policy", () => {
  it("is there for each rule that has a demand on one object, and for no other", () => {
    expect(rendered.map(({ rule }) => rule)).toEqual(asked(undefined));
    expect(rendered.length).toBeGreaterThan(20);
  });

  it.each(rendered.map((each) => [each.rule, each] as const))("%s: names its rule and fails closed", (id, each) => {
    const { metadata, spec } = each.policy;
    expect(metadata.name).toBe(`trustfoundry-${id}`);
    expect(metadata.labels).toEqual({ "app.kubernetes.io/managed-by": "trustfoundry", "trustfoundry.dev/rule": id });
    expect(id.length).toBeLessThan(64);
    expect(metadata.annotations["trustfoundry.dev/page"]).toBe(`docs/rules/${id}.md`);
    expect(spec.failurePolicy).toBe("Fail");
    expect(spec.matchConstraints.matchPolicy).toBe("Equivalent");
    for (const { message } of spec.validations) expect(message).toMatch(new RegExp(`^${id}: [^\\n]+\\. [^\\n]+\\.$`));
    for (const { spec: binding } of each.bindings) expect(binding.validationActions).toEqual(["Deny"]);
  });

  it.each(rendered.map(({ rule, policy }) => [rule, policy] as const))("%s: leaves the cluster alone", (_, policy) => {
    const { matchConstraints, matchConditions } = policy.spec;
    expect(matchConstraints.namespaceSelector.matchExpressions).toContainEqual({
      key: "kubernetes.io/metadata.name",
      operator: "NotIn",
      values: ["kube-node-lease", "kube-public", "kube-system"],
    });
    expect(matchConditions.map(({ expression }) => expression)).toContain(
      'request.userInfo.username != "system:apiserver"',
    );
    for (const { resources, operations } of matchConstraints.resourceRules) {
      expect(operations).not.toContain("DELETE");
      // A pattern would take in status, leases and finalize.
      expect(resources.join()).not.toContain("*");
      expect(resources.filter((name) => /\/(binding|scale|eviction)$/.test(name))).toEqual([]);
      // By these, labels and annotations are taken, too; what else they write must change nothing of what is judged.
      if (resources.some((name) => /\/(status|finalize)$/.test(name))) {
        const variable = (wanted: string) => policy.spec.variables.find(({ name }) => name === wanted)?.expression;
        expect(variable("judged")).toContain("variables.changed");
        expect(variable("changed")).toMatch(/^request\.operation != "UPDATE" \|\| /);
        expect(variable("changed")).not.toContain(".all(");
      }
    }
  });

  it("is the same each time", () => {
    const again = renderPolicies(
      rules.map((rule) => ({ rule, level: "mandatory" })),
      { now: new Date("2027-01-01T00:00:00Z"), tenants: ["acme"] },
    );
    expect(JSON.stringify(again)).toBe(JSON.stringify(rendered));
  });
});

describe("what is asked about", () => {
  it("is every kind that holds pods, and what changes pods that run", () => {
    const asked = podPolicy()?.matchConstraints.resourceRules.flatMap(({ apiGroups, apiVersions, resources }) =>
      resources.map((resource) => [apiGroups.join(), apiVersions.join(), resource].filter(Boolean).join("/")),
    );
    const holders = Object.keys(podPaths).map((kind) => `${kind.toLowerCase()}s`);
    expect(asked?.sort()).toEqual(
      [...holders, ...["ephemeralcontainers", "resize", "status"].map((part) => `v1/pods/${part}`)].sort(),
    );
  });

  it("is connections into confidential namespaces only", () => {
    const { matchConstraints } = renderPolicy(samples.connections, "mandatory", options)?.policy.spec ?? {};
    expect(matchConstraints?.resourceRules.map(({ operations }) => operations)).toEqual([["CONNECT"]]);
    expect(matchConstraints?.namespaceSelector.matchExpressions).toContainEqual({
      key: confidentialLabel,
      operator: "In",
      values: ["true"],
    });
  });

  it("of nodes is their labels, unless the rule reads more", () => {
    const changed = (judges?: readonly string[]) =>
      renderPolicy(
        { ...samples.nodes, admission: { ...samples.nodes.admission!, ...(judges && { judges }) } },
        "mandatory",
        options,
      )?.policy.spec.variables.find(({ name }) => name === "changed")?.expression;
    expect(changed()).toBe(
      'request.operation != "UPDATE" || dyn(object).?metadata.?labels != dyn(oldObject).?metadata.?labels',
    );
    expect(changed(["spec.taints"])).toBe(
      'request.operation != "UPDATE" || dyn(object).?spec.?taints != dyn(oldObject).?spec.?taints',
    );
  });

  it("refuses names that the generator has taken", () => {
    const clash = { ...samples.pods, admission: { ...samples.pods.admission!, variables: { containers: "[]" } } };
    expect(() => renderPolicy(clash, "mandatory", options)).toThrow(/"containers"/);
  });
});

describe("bindings", () => {
  it("warn and write the audit log where a pack only advises", () => {
    const [binding] = renderPolicy(samples.pods, "advisory", options)?.bindings ?? [];
    expect(binding?.spec.validationActions).toEqual(["Warn", "Audit"]);
  });

  it("of what a provider accepts are one a tenant, each with that tenant's parameters", () => {
    const { bindings = [], policy } =
      renderPolicy(samples.acceptance, "mandatory", { now, tenants: ["globex", "acme", "globex"] }) ?? {};
    expect(policy?.spec.paramKind).toEqual({ apiVersion: "v1", kind: "ConfigMap" });
    expect(bindings.map(({ metadata }) => metadata.name)).toEqual([
      "trustfoundry-sample-acceptance-acme",
      "trustfoundry-sample-acceptance-globex",
    ]);
    expect(bindings[0]?.spec).toMatchObject({
      matchResources: {
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["acme"] }],
        },
      },
      paramRef: { name: "acme", namespace: "trustfoundry-admission", parameterNotFoundAction: "Deny" },
    });
  });
});

describe("exceptions", () => {
  const granted: Exception = {
    rule: "sample-pods",
    resource: "llama",
    reason: "a test",
    owner: "somebody",
    until: "2026-12-01",
  };
  const condition = (exceptions: readonly Exception[]) =>
    podPolicy(exceptions)?.matchConditions.find(({ name }) => name === "not-an-exception")?.expression;

  it("spare the named object, and what controllers make of it", () => {
    expect(condition([granted])).toMatch(
      /^!\(\(!has\(request\.namespace\) .* && \(request\.name == "llama" \|\| \(request\.userInfo\.username\.matches/,
    );
    expect(condition([granted, { ...granted, resource: "other" }])).toContain('request.name == "other"');
  });

  it("spare it in one namespace, where they name one", () => {
    expect(condition([{ ...granted, namespace: "acme" }])).toMatch(
      /^!\(request\.namespace == "acme" && \(request\.name == "llama" \|\| \(.*\)\)\)$/,
    );
  });

  it.each([
    ["has expired", { until: "2026-11-25" }],
    ["lasts too long", { until: "2028-01-01" }],
    ["is another rule's", { rule: "sample-nodes" }],
    ["names what no object can be called", { resource: 'x" || true || "' }],
  ])("spare nothing when one %s", (_, change) => {
    expect(condition([{ ...granted, ...change }])).toBeUndefined();
  });
});

describe("policies in force", () => {
  const ids = (side: "provider" | "owner", tenants: readonly string[] = ["acme"]) =>
    policiesInForce(side, "baseline", { now, tenants }).map(({ rule }) => rule);

  it("about the key broker are the model owner's, about hosts and pods the provider's", () => {
    const pillarOf = (id: string) => rules.find((rule) => rule.id === id)?.pillar;
    const shared = ids("owner").filter((id) => ids("provider").includes(id));
    const onlyOf = (side: "provider" | "owner") => ids(side).filter((id) => !shared.includes(id));
    expect(onlyOf("provider").filter((id) => pillarOf(id) === "attestation")).toEqual([]);
    expect(onlyOf("owner").filter((id) => ["hardware", "runtime"].includes(pillarOf(id) ?? ""))).toEqual([]);
    expect(onlyOf("owner").length).toBeGreaterThan(2);
    expect(onlyOf("provider").length).toBeGreaterThan(10);
  });

  it("on nodes that are TEEs themselves are those that hold for them", () => {
    const onNodes = policiesInForce("provider", "baseline", { now, tenants: ["acme"], isolationUnit: "node" });
    const found = onNodes.map(({ rule }) => rule);
    expect(found).toEqual(asked("node").filter((id) => found.includes(id)));
    expect(found).toEqual(expect.arrayContaining(["no-host-access", "images-by-digest", "peer-pod-annotations"]));
    for (const id of ["confidential-runtime-class", "init-data-present", "gpu-operator-kata-mode"])
      expect(found).not.toContain(id);
    expect(ids("provider")).not.toContain("peer-pod-annotations");
  });

  it("leave out what is bound to no tenant", () => {
    const parametric = rules.filter(({ admission }) => admission?.parameters).map(({ id }) => id);
    expect(ids("provider", []).filter((id) => parametric.includes(id))).toEqual([]);
    expect(ids("provider")).toEqual(expect.arrayContaining(parametric));
  });

  it("follow the pack", () => {
    const actions = (pack: "baseline" | "strict" | "audit") =>
      policiesInForce("provider", pack, options).flatMap(({ bindings }) =>
        bindings.flatMap(({ spec }) => spec.validationActions),
      );
    expect(new Set(actions("strict"))).toEqual(new Set(["Deny"]));
    expect(new Set(actions("audit"))).toEqual(new Set(["Warn", "Audit"]));
    expect(policiesInForce("provider", "off", options)).toEqual([]);
  });
});
