import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { imageSetConfiguration } from "../../../components/openshift/imageSet";
import { chooseOperator, operatorFacts, operatorProblems } from "../../../components/openshift/operators";
import type { ChosenOperator } from "../../../components/openshift/operators";

const chosen = (name: keyof typeof operatorFacts, choice = {}): ChosenOperator => {
  const result = chooseOperator(operatorFacts[name], choice);
  if ("problem" in result) throw new Error(result.problem);
  return result.operator;
};

describe("operators", () => {
  it("have a version of somebody's, or none", () => {
    expect(chooseOperator(operatorFacts.nodeFeatures)).toEqual({
      problem: expect.stringMatching(/^csv is missing.*oc get packagemanifest nfd/) as string,
    });
    expect(chosen("gpu")).toMatchObject({ csv: "gpu-operator-certified.v26.3.0", catalog: "certified-operators" });
    expect(chosen("gpu", { catalog: "mirror" })).toMatchObject({ catalog: "mirror", channel: "v26.3" });
  });

  it("of one namespace go together, and each names a version", () => {
    const nfd = chosen("nodeFeatures", { csv: "nfd.4.21.0-202604140347" });
    expect(operatorProblems([nfd])).toEqual([]);
    expect(operatorProblems([nfd, chosen("gpu")])).toEqual([
      "gpu-operator-certified: is for nvidia-gpu-operator (ownNamespace), and nfd for openshift-nfd (ownNamespace)",
    ]);
    expect(operatorProblems([{ ...nfd, csv: "nfd" }])).toEqual([
      'nfd: csv "nfd" names no version; write one such as nfd.v1.2.3',
    ]);
  });

  it("are copied in exactly their versions, whatever the mirror's catalogue is called", () => {
    const operators = [
      chosen("nodeFeatures", { csv: "nfd.4.21.0-202604140347", catalog: "cs-mirror" }),
      chosen("gpu"),
      chosen("sandboxedContainers"),
    ];
    const text = imageSetConfiguration({ openshiftVersion: "4.21.24", operators });
    const versions = (version: string) => ({ minVersion: version, maxVersion: version });
    expect(parse(text)).toEqual({
      apiVersion: "mirror.openshift.io/v2alpha1",
      kind: "ImageSetConfiguration",
      mirror: {
        operators: [
          {
            catalog: "registry.redhat.io/redhat/certified-operator-index:v4.21",
            packages: [{ name: "gpu-operator-certified", channels: [{ name: "v26.3", ...versions("26.3.0") }] }],
          },
          {
            catalog: "registry.redhat.io/redhat/redhat-operator-index:v4.21",
            packages: [
              { name: "nfd", channels: [{ name: "stable", ...versions("4.21.0-202604140347") }] },
              { name: "sandboxed-containers-operator", channels: [{ name: "stable", ...versions("1.13.0") }] },
            ],
          },
        ],
      },
    });
  });
});
