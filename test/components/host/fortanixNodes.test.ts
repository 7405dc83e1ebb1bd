import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FortanixNodes } from "../../../components/host/fortanixNodes";
import type { NodeAgentChart, NodeAgentDaemonSet } from "../../../components/host/fortanixPlan";
import {
  nodeAgentNetwork,
  nodeAgentPod,
  nodeAgentProblems,
  nodeAgentWarnings,
} from "../../../components/host/fortanixPlan";
import { fortanixSchema } from "../../../stacks/config/fortanix";
import { settled } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { recordRegistrations, refusal } from "../../support/registrations";

const agent: NodeAgentDaemonSet = {
  kind: "daemonSet",
  namespace: "fortanix-node-agent",
  image: `registry.acme.example/node-agent@sha256:${"a".repeat(64)}`,
  joinToken: { secret: "ccm-join", key: "token" },
  joinTokenVariable: "JOIN",
  environment: { MANAGER: "https://ccm.acme.example" },
  devices: { "sgx.intel.com/enclave": 1 },
  user: 65532,
  managerCidrs: ["203.0.113.0/28"],
};
const chart: NodeAgentChart = {
  kind: "chart",
  joinToken: agent.joinToken,
  chart: {
    reference: `oci://registry.acme.example/charts/node-agent@sha256:${"a".repeat(64)}`,
    version: "1.0.0",
    values: { existingSecret: "ccm-join" },
    namespace: "fortanix-node-agent",
    releaseName: "fortanix-node-agent",
    podSecurity: "restricted",
  },
};

describe("Fortanix's node agent", () => {
  it("is given no right of the host or of the cluster", () => {
    const spec = nodeAgentPod(agent, ["gpu-b", "gpu-a"]).spec as unknown as Record<string, unknown>;
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: { limits: { "sgx.intel.com/enclave": "1" } },
        },
      ],
    });
    expect(JSON.stringify(spec)).not.toMatch(/hostPath|hostNetwork|hostPID|privileged/);
    expect(JSON.stringify(spec)).toContain('"values":["gpu-a","gpu-b"]');
  });

  it("has its token by the Secret's name, and reaches its manager alone", () => {
    const [container] = (nodeAgentPod(agent, ["gpu-a"]).spec as unknown as { containers: { env: unknown[] }[] })
      .containers;
    expect(container?.env).toEqual([
      { name: "JOIN", valueFrom: { secretKeyRef: { name: "ccm-join", key: "token" } } },
      { name: "MANAGER", value: "https://ccm.acme.example" },
    ]);
    expect(nodeAgentNetwork(agent)).toMatchObject({
      "deny-all": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      manager: { egress: [{ to: [{ ipBlock: { cidr: "203.0.113.0/28" } }], ports: [{ port: 443 }] }] },
    });
  });

  it("is refused where the token would stand in its settings, or its chart names no Secret", () => {
    expect(nodeAgentProblems(agent)).toEqual([]);
    expect(nodeAgentProblems({ ...agent, environment: { JOIN: "x" } }).join()).toMatch(/is the join token's variable/);
    expect(nodeAgentProblems(chart)).toEqual([]);
    const other = { ...chart, chart: { ...chart.chart, values: { existingSecret: "other" } } };
    expect(nodeAgentProblems(other).join()).toMatch(/joinToken\.secret: stands nowhere in chart\.values/);
  });

  it("is said to be no evidence about guests", () => {
    expect(nodeAgentWarnings.join()).toMatch(/nothing public says what it attests of TDX, SEV-SNP or a GPU/);
  });
});

describe("enrolled hosts", () => {
  let recording: Recording;
  beforeEach(() => {
    recording = recordRegistrations();
  });
  afterEach(settled);
  const types = () => recording.resources.map(({ type }) => type.split(":").at(-1)).sort();

  it("have the agent in a namespace that enforces as much", async () => {
    new FortanixNodes("nodes", { agent, hosts: ["gpu-a"] });
    await settled();
    expect(types()).toEqual([
      "DaemonSet",
      "FortanixNodes",
      "Namespace",
      "NetworkPolicy",
      "NetworkPolicy",
      "NetworkPolicy",
    ]);
    const namespace = recording.resources.find(({ type }) => type.endsWith(":Namespace"));
    expect(namespace?.inputs).toMatchObject({
      metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
  });

  it("may have it by a chart of Fortanix's", async () => {
    new FortanixNodes("nodes", { agent: chart, hosts: ["gpu-a"] });
    await settled();
    expect(types()).toEqual(["FortanixNodes", "Namespace", "Release"]);
  });

  it("are named", () => {
    expect(refusal(() => new FortanixNodes("nodes", { agent, hosts: [] }))).toMatch(/hosts is empty/);
  });
});

describe("the section fortanix", () => {
  const { namespace, user, ...required } = agent;
  void namespace;
  void user;
  const accepts = (changes: Record<string, unknown>) =>
    fortanixSchema.safeParse({ nodeAgent: { ...required, ...changes } }).success;

  it("takes image, variable and Secret from whoever has them from Fortanix", () => {
    expect(fortanixSchema.parse({ nodeAgent: required })).toEqual({ nodeAgent: agent });
    for (const name of ["image", "joinToken", "joinTokenVariable", "managerCidrs"])
      expect(accepts({ [name]: undefined }), name).toBe(false);
  });

  it.each([
    { image: "registry.acme.example/node-agent:latest" },
    { environment: { CCM_TOKEN: "x" } },
    { environment: { NOTE: "-----BEGIN PRIVATE KEY-----" } },
    { environment: { LD_PRELOAD: "/x.so" } },
    { user: 0 },
    { devices: { "/dev/sgx_enclave": 1 } },
    { joinToken: "abc" },
  ])("refuses %j", (changes) => {
    expect(accepts(changes)).toBe(false);
  });
});
