import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { confidentialNamespace } from "../../policies/examples/cluster";
import { intelResourcePolicy } from "../../policies/examples/intel";
import { keyBrokerRoute } from "../../policies/examples/trustee";
import type { Resource, Rule } from "../../policies/rule";
import { externalSecretsBounded } from "../../policies/rules/attestation/externalSecretsBounded";
import { intelTokenJudged } from "../../policies/rules/attestation/intelTokenJudged";
import { keyBrokerServiceBounded } from "../../policies/rules/attestation/keyBrokerServiceBounded";
import { tenantSecurityContext } from "../../policies/rules/cluster/tenantSecurityContext";
import { hostCpusOnline } from "../../policies/rules/hardware/hostCpusOnline";
import { snpWithoutIommuPt } from "../../policies/rules/hardware/snpWithoutIommuPt";
import { tdxQuotesBySocket } from "../../policies/rules/hardware/tdxQuotesBySocket";

/** The same mistake in another form: each of these went past its rule once. */
const refused = (rule: Rule, ...resources: Resource[]) =>
  expect(rule.evaluate(resources).findings.length, rule.id).toBeGreaterThan(0);

interface Props {
  metadata: { name: string; annotations: Record<string, string> };
  spec: Record<string, unknown>;
  data: Record<string, string>;
}

const edited = (resource: Resource, edit: (props: Props) => void): Resource => {
  const copy = structuredClone(resource);
  edit(copy.props as unknown as Props);
  return copy;
};
const of = (type: string, props: object): Resource => ({ type: `kubernetes:${type}`, name: "it", props: { ...props } });

describe("Intel's tokens", () => {
  const key = "resource-policy.rego";
  const comparison = /^ {2}"5d1e5a3c.*\n/m;
  it.each([
    ["how many policies matched", comparison, "  count(input.policy_ids_matched) == 1\n"],
    ["what holds of any list", comparison, "  input.policy_ids_matched == input.policy_ids_matched\n"],
    ["the list's type", comparison, '  type_name(input.policy_ids_matched) == "array"\n'],
    ["the opposite of a status", "input.tdx.attester_tcb_status ==", "not input.tdx.attester_tcb_status =="],
    ["the opposite of not debuggable", "input.tdx.tdx_is_debuggable ==", "not input.tdx.tdx_is_debuggable =="],
  ])("are not judged by %s", (_, from, to) => {
    const policy = edited(intelResourcePolicy, ({ data }) => {
      expect(data[key]).toMatch(from);
      data[key] = data[key]?.replace(from, to) ?? "";
    });
    refused(intelTokenJudged, policy);
  });
});

describe("OpenShift's constraints are not opened for a tenant", () => {
  const group = "rbac.authorization.k8s.io";
  const { name: namespace } = (confidentialNamespace.props as unknown as Props).metadata;
  const tenants = [{ kind: "ServiceAccount", name: "llama", namespace }];
  const binding = (kind: string, roleRef: object) =>
    of(`${group}/v1:${kind}`, { metadata: { name: "b", namespace }, roleRef, subjects: tenants });
  const role = (kind: string, resourceNames?: readonly string[]) => {
    const rule = { apiGroups: ["security.openshift.io"], resources: ["securitycontextconstraints"], verbs: ["use"] };
    return of(`${group}/v1:${kind}`, {
      metadata: { name: "own", namespace },
      rules: [{ ...rule, ...(resourceNames && { resourceNames }) }],
    });
  };

  it("by an account that has its namespace beside its name", () => {
    const roleRef = { kind: "ClusterRole", name: "system:openshift:scc:privileged" };
    refused(tenantSecurityContext, confidentialNamespace, binding("ClusterRoleBinding", roleRef));
  });

  it.each(["Role", "ClusterRole"])("by a %s of one's own", (kind) => {
    const bound = binding("RoleBinding", { kind, name: "own" });
    refused(tenantSecurityContext, confidentialNamespace, bound, role(kind, ["nonroot-v2", "hostnetwork-v2"]));
    refused(tenantSecurityContext, confidentialNamespace, bound, role(kind));
    const closed = [confidentialNamespace, bound, role(kind, ["nonroot-v2"])];
    expect(tenantSecurityContext.evaluate(closed).findings).toEqual([]);
  });
});

describe("a Route to the key broker", () => {
  const list = "haproxy.router.openshift.io/ip_allowlist";
  it("is one, too, where it shares its connections", () => {
    const shared = edited(keyBrokerRoute, ({ metadata, spec }) => {
      spec.alternateBackends = [spec.to];
      spec.to = { kind: "Service", name: "other" };
      metadata.annotations = {};
    });
    refused(keyBrokerServiceBounded, shared);
  });

  it.each(["10.0.0/24", "999.1.1.1/24", "10.0.0.0/33", " 10.0.0.0/24", "10.0.0.0/24\n"])(
    "has no list that the router passes over: %j",
    (text) =>
      refused(
        keyBrokerServiceBounded,
        edited(keyBrokerRoute, (p) => (p.metadata.annotations[list] = text)),
      ),
  );
});

describe("what a MachineConfig writes", () => {
  const machineConfig = (config: object) =>
    of("machineconfiguration.openshift.io/v1:MachineConfig", { metadata: { name: "m" }, spec: { config } });
  const url = (bytes: Buffer | string) => `data:;base64,${Buffer.from(bytes).toString("base64")}`;
  const port = "port = 4050\n";
  const percent = `data:,${[...gzipSync(port)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")}`;

  it.each([
    ["in plain", { contents: { source: url(port) } }],
    ["packed", { contents: { source: url(gzipSync(port)), compression: "gzip" } }],
    ["packed and escaped", { contents: { source: percent, compression: "gzip" } }],
    ["appended", { append: [{ source: url(port) }] }],
    ["under a scheme in capitals", { contents: { source: url(port).replace("data", "DATA") } }],
  ])("is read %s", (_, file) =>
    refused(tdxQuotesBySocket, machineConfig({ storage: { files: [{ path: "/etc/qgs.conf", ...file }] } })),
  );

  const off = "echo off > /sys/devices/system/cpu/smt/control";
  it.each([
    ["a unit's drop-in", { systemd: { units: [{ dropins: [{ contents: `ExecStart=/bin/sh -c '${off}'` }] }] } }],
    ["a script", { storage: { files: [{ path: "/usr/local/bin/tune", contents: { source: url(off) } }] } }],
  ])("switches no CPU off by %s", (_, config) => refused(hostCpusOnline, machineConfig(config)));
});

it.each(["v1alpha1", "v1", "v2"])("PerformanceProfiles of %s are looked at", (version) => {
  const profile = (spec: object) => of(`performance.openshift.io/${version}:PerformanceProfile`, { spec });
  refused(hostCpusOnline, profile({ cpu: { offlined: "64-127" } }));
  refused(snpWithoutIommuPt, profile({ additionalKernelArgs: ["amd_iommu=on", "iommu=pt"] }));
});

it("external secrets for many namespaces, or of an old version, are held to the same", () => {
  const spec = { secretStoreRef: { kind: "SecretStore", name: "s" }, dataFrom: [{ extract: { key: "all" } }] };
  const metadata = { annotations: { "trustfoundry.dev/etcd-encrypted": "true" } };
  refused(
    externalSecretsBounded,
    of("external-secrets.io/v1:ClusterExternalSecret", {
      spec: { externalSecretSpec: spec, externalSecretMetadata: metadata },
    }),
  );
  refused(externalSecretsBounded, of("external-secrets.io/v1alpha1:ExternalSecret", { metadata, spec }));
});
