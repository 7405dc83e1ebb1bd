import { describe, expect, it } from "vitest";
import type { Direction } from "../../../tooling/review/change";
import { compareGuards } from "../../../tooling/review/compareGuards";
import { quantity } from "../../../tooling/review/guards/limits";
import type { ReviewedResource } from "../../../tooling/review/types";
import { kubernetes } from "./support";

const networkPolicy = (name: string, spec: object) => kubernetes("networking.k8s.io/v1:NetworkPolicy", name, { spec });
const deny = networkPolicy("deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
const allow = (cidr: string) =>
  networkPolicy("allow", {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port: 443 }] }],
  });
const quota = (pods: string) => kubernetes("core/v1:ResourceQuota", "tenant", { spec: { hard: { pods } } });
const namespace = (level?: string) =>
  kubernetes("core/v1:Namespace", "acme", {
    metadata: { labels: level === undefined ? {} : { "pod-security.kubernetes.io/enforce": level } },
  });
const admission = (spec: object) =>
  kubernetes("admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy", "images", { spec });
const binding = (...validationActions: string[]) =>
  kubernetes("admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding", "images", {
    spec: { policyName: "images", validationActions },
  });
const demand = { expression: "object.spec.image.contains('@')" };
const role = (...verbs: string[]) =>
  kubernetes("rbac.authorization.k8s.io/v1:Role", "deployer", {
    rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs }],
  });
const subjects = (...names: string[]) =>
  kubernetes("rbac.authorization.k8s.io/v1:RoleBinding", "deployer", {
    roleRef: { name: "deployer" },
    subjects: names.map((name) => ({ kind: "User", name })),
  });
const service = (type: string) => kubernetes("core/v1:Service", "kbs", { spec: { type } });
const runtimeClass = (nodeSelector: object) =>
  kubernetes("node.k8s.io/v1:RuntimeClass", "kata-qemu-snp", { scheduling: { nodeSelector } });

type Case = readonly [
  title: string,
  weak: readonly ReviewedResource[],
  strong: readonly ReviewedResource[],
  says: RegExp,
];

/** Each is weaker in one direction and stronger in the other. */
const cases: readonly Case[] = [
  ["a policy that closes a network", [], [deny], /network isolation: .*Ingress of all pods is closed/],
  [
    "a range that may be reached",
    [deny, allow("0.0.0.0/0")],
    [deny],
    /network isolation: .*0\.0\.0\.0\/0.*port 443\/TCP/,
  ],
  ["a number that nothing may exceed", [quota("20")], [quota("10")], /quota: in acme: pods: /],
  ["a limit that is there or not", [], [quota("10")], /no limit/],
  ["the pods that a namespace takes", [namespace("privileged")], [namespace("restricted")], /pods of acme: /],
  ["a standard that is enforced or not", [namespace()], [namespace("baseline")], /pods of acme: /],
  [
    "an expression of an admission policy",
    [admission({})],
    [admission({ validations: [demand] })],
    /admission: .*contains/,
  ],
  [
    "an admission policy that ignores its failures",
    [admission({ failurePolicy: "Ignore" })],
    [admission({ failurePolicy: "Fail" })],
    /refuses what it cannot judge/,
  ],
  ["a binding that warns or denies", [binding("Warn")], [binding("Warn", "Deny")], /makes images Deny/],
  [
    "what an admission policy passes over",
    [admission({ matchConditions: [demand] })],
    [admission({})],
    /passes over what is not/,
  ],
  ["a verb of a role", [role("get", "delete")], [role("get")], /deployer may delete deployments\.apps/],
  ["a subject of a role", [subjects("eve", "bob")], [subjects("bob")], /User eve is deployer/],
  ["a service that is open to the outside", [service("LoadBalancer")], [service("ClusterIP")], /kbs is reachable/],
  ["a label that a runtime class asks nodes for", [runtimeClass({})], [runtimeClass({ snp: "true" })], /snp=true/],
];

const directions = (from: readonly ReviewedResource[], to: readonly ReviewedResource[]): Direction[] => [
  ...new Set(compareGuards(from, to).map(({ direction }) => direction)),
];

describe("guards", () => {
  it.each(cases)("%s", (_, weak, strong, says) => {
    expect(directions(strong, weak)).toEqual(["weaker"]);
    expect(directions(weak, strong)).toEqual(["stronger"]);
    expect(compareGuards(strong, weak).some(({ text }) => says.test(text))).toBe(true);
    expect(directions(weak, weak)).toEqual([]);
  });

  it("does not take a new name for a change", () => {
    const renamed = { ...allow("10.0.0.0/8"), name: "other" };
    expect(compareGuards([deny, allow("10.0.0.0/8")], [deny, renamed])).toEqual([]);
  });

  it("does not call it weaker that an allowing policy goes while all pods stay closed", () => {
    const some = networkPolicy("some", {
      podSelector: { matchLabels: { app: "a" } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }],
    });
    expect(directions([deny, some], [deny])).toEqual(["stronger"]);
    expect(directions([some], [])).toContain("weaker");
  });

  it("takes an empty list of peers for everybody, as Kubernetes does", () => {
    const everybody = networkPolicy("allow", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] });
    const [first, ...others] = compareGuards([deny], [deny, everybody]);
    expect(first).toMatchObject({
      direction: "weaker",
      text: expect.stringContaining("to anywhere, all ports") as string,
    });
    expect(others).toEqual([]);
  });

  it("lets the lowest of several quotas count", () => {
    const second = { ...quota("5"), name: "second" };
    expect(directions([quota("10"), second], [second])).toEqual([]);
    expect(directions([quota("10"), second], [quota("10")])).toEqual(["weaker"]);
  });
});

describe("quantities", () => {
  it.each([
    ["10", 10],
    ["1500m", 1.5],
    ["2Gi", 2 ** 31],
    ["1e3", 1000],
    [12, 12],
  ])("%s", (written, number) => expect(quantity(written)).toBe(number));

  it("count as no limit where they are none", () => {
    expect(quantity("lots")).toBe(Infinity);
    expect(quantity({})).toBe(Infinity);
  });
});
