import { beforeEach, describe, expect, it } from "vitest";
import { NodeMode } from "../../../components/cluster/nodeMode";
import { sampleHost } from "../../support/hosts";
import { settled, valueOf } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { childrenOf, named, recordRegistrations, refusal } from "../../support/registrations";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

const confidential = sampleHost();
const plain = sampleHost({ name: "genoa-plain", teeEnabled: false, ccMode: "off" });

describe("NodeMode", () => {
  it("patches the labels of each host, and nothing else of its Node", async () => {
    const mode = new NodeMode("node-mode", { hosts: [confidential, plain] });
    expect(await valueOf(mode.hostNames)).toEqual(["genoa-h100", "genoa-plain"]);
    await settled();
    const patches = childrenOf(recording, "node-mode").filter(({ read }) => !read);
    expect(patches.map(({ type, name, inputs }) => ({ type, name, inputs }))).toEqual([
      {
        type: "kubernetes:core/v1:NodePatch",
        name: "node-mode-genoa-h100",
        inputs: {
          apiVersion: "v1",
          kind: "Node",
          metadata: {
            name: "genoa-h100",
            labels: {
              "nvidia.com/gpu.workload.config": "vm-passthrough",
              "nvidia.com/cc.mode": "on",
              "trustfoundry.dev/gpu-model": "H100",
            },
          },
        },
      },
      expect.objectContaining({
        name: "node-mode-genoa-plain",
        inputs: expect.objectContaining({
          metadata: {
            name: "genoa-plain",
            labels: {
              "nvidia.com/gpu.workload.config": "container",
              "nvidia.com/cc.mode": "off",
              "trustfoundry.dev/gpu-model": "H100",
            },
          },
        }) as unknown,
      }),
    ]);
    expect(recording.finished).toContain(named(recording, "node-mode").urn);
  });

  it("looks each host up first, since a patch would create a Node that no machine is", async () => {
    new NodeMode("node-mode", { hosts: [confidential] });
    await settled();
    const lookup = named(recording, "node-mode-genoa-h100-joined");
    expect(lookup).toMatchObject({ type: "kubernetes:core/v1:Node", read: true });
    expect(named(recording, "node-mode-genoa-h100").dependencies).toEqual(["node-mode-genoa-h100-joined"]);
  });

  it("refuses what no host can be, all of it at once, before any Node is touched", async () => {
    const impossible = [
      sampleHost({ name: "b200", gpu: { model: "B200", count: 8 }, ccMode: "ppcie" }),
      sampleHost({ name: "tee-off", teeEnabled: false }),
    ];
    expect(refusal(() => new NodeMode("node-mode", { hosts: impossible }))).toBe(
      "host b200: ccMode ppcie is no confidential mode of B200; write on or off; " +
        "host tee-off: ccMode on needs SEV-SNP, which is off there; switch it on in the firmware, or write off",
    );
    await settled();
    expect(childrenOf(recording, "node-mode")).toEqual([]);
  });
});
