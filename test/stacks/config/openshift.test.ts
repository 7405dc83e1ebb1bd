import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../stacks/config/load";
import { completeSections } from "../../../stacks/presetFile";
import { readStackFile } from "../../../tooling/review/stackFiles";
import { root } from "../../support/factory";

const template = join(root, "stacks", "partners", "redhat");
const openshift = "providers[0].openshift";

/** What Red Hat's template says of answers that differ from its sample's. */
function problems(answers: Readonly<Record<string, unknown>>): readonly string[] {
  const sample = readStackFile(template, "sample-infrastructure", template)?.sections;
  try {
    parseConfig(completeSections(template, { ...sample, ...answers }).sections);
    return [];
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
}

describe("a provider's OpenShift", () => {
  it.each([
    ["version", "4.21.24"],
    ["version", "4.22.0"],
    ["operators.nodeFeatures.csv", "nfd.4.22.0-202605010000"],
    ["operators.sandboxedContainers.csv", "sandboxed-containers-operator.v1.13.1"],
    ["operators.gpu.csv", "gpu-operator-certified.v26.7.0"],
  ])("may have %s %s", (setting, value) => {
    expect(problems({ [`${openshift}.${setting}`]: value })).toEqual([]);
  });

  it.each([
    ["version", "4.21", '"4.21" is not right; write a full version such as 4.21.24'],
    ["version", "latest", '"latest" is not right; write a full version such as 4.21.24'],
    ["version", "4.20.3", "bare metal (sandboxed containers 1.13); write 4.21.24 or later"],
    ["pool", "infra", '"infra" is not known; write worker, master'],
    ["operators.nodeFeatures.csv", "nfd", "write a name with its version"],
    [
      "operators.nodeFeatures.csv",
      "nfdd.4.21.0",
      '"nfdd.4.21.0" is no version of the package nfd; write nfd.<version>',
    ],
    [
      "operators.sandboxedContainers.csv",
      "sandbox-containers-operator.v1.13.0",
      "is no version of the package sandboxed",
    ],
    [
      "operators.sandboxedContainers.csv",
      "sandboxed-containers-operator.v1.9.0",
      "is older than 1.13.0, the first with",
    ],
    ["operators.gpu.csv", "gpu-operator.v26.3.0", "is no version of the package gpu-operator-certified"],
  ])("may not have %s %s, and one sentence says why", (setting, value, message) => {
    expect(problems({ [`${openshift}.${setting}`]: value })).toEqual([
      expect.stringContaining(`trustfoundry:${openshift}.${setting}: `),
    ]);
    expect(problems({ [`${openshift}.${setting}`]: value })[0]).toContain(message);
  });

  it("goes with its distribution, and the distribution with it", () => {
    expect(problems({ "providers[0].distribution": "k8s" })).toEqual([
      expect.stringContaining("stands beside distribution k8s; write distribution: openshift, or remove it"),
    ]);
  });
});
