import { describe, expect, it } from "vitest";
import type { NodeView, PodView } from "../../../tooling/rehearsal/placement";
import { decided, hosts, misplaced, placements } from "../../../tooling/rehearsal/placement";

const ready = {
  "amd.feature.node.kubernetes.io/snp": "true",
  "nvidia.com/cc.ready.state": "true",
  "nvidia.com/cc.mode.state": "on",
  "katacontainers.io/kata-runtime": "true",
};
const node = (name: string, labels: Record<string, string> = ready): NodeView => ({
  metadata: { name, labels },
  status: { allocatable: { "nvidia.com/pgpu": "8" } },
});
const running = (name: string, host: string): PodView => ({
  metadata: { name },
  spec: { nodeName: host },
  status: { phase: "Running" },
});
const pending = (name: string, message?: string): PodView => ({
  metadata: { name },
  spec: {},
  status: { phase: "Pending", conditions: message ? [{ type: "PodScheduled", status: "False", message }] : [] },
});

describe("placements", () => {
  it("name the host of a running pod and the scheduler's reason for a pending one", () => {
    expect(placements([pending("b", "0/5 nodes are available"), running("a", "host-1")])).toEqual([
      { release: "a", pod: "a", state: "running", where: "host-1" },
      { release: "b", pod: "b", state: "pending", where: "0/5 nodes are available" },
    ]);
  });

  it("are decided only when every pod runs or has its reason", () => {
    expect(decided([running("a", "h"), pending("b", "why")])).toBe(true);
    expect(decided([running("a", "h"), pending("b")])).toBe(false);
  });
});

describe("hosts", () => {
  it.each([
    ["without a TEE label", { ...ready, "amd.feature.node.kubernetes.io/snp": "false" }],
    ["with a failed CC mode", { ...ready, "nvidia.com/cc.ready.state": "", "nvidia.com/cc.mode.state": "failed" }],
    ["before Kata is installed", { ...ready, "katacontainers.io/kata-runtime": "false" }],
  ])("%s are not eligible, and a pod there is called misplaced", (_what, labels) => {
    const nodes = [node("good"), node("bad", labels)];
    expect(hosts(nodes, [])).toMatchObject([
      { host: "bad", eligible: false },
      { host: "good", eligible: true },
    ]);
    expect(misplaced(nodes, [running("a", "good")])).toEqual([]);
    expect(misplaced(nodes, [running("a", "bad")])).toEqual([
      "1 confidential pods on bad, which is not ready for them",
    ]);
  });
});
