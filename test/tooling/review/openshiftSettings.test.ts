import { describe, expect, it } from "vitest";
import { compareSettings } from "../../../tooling/review/compareSettings";

const hosts = (openshift: object) => ({ role: "infrastructure", provider: "p", providers: [{ name: "p", openshift }] });
const found = (before: object, after: object) =>
  compareSettings(hosts(before), hosts(after)).map(({ direction, text }) => `${direction} ${text}`);

const section = {
  version: "4.21.24",
  pool: "worker",
  operators: { sandboxedContainers: { csv: "sandboxed-containers-operator.v1.13.0", catalog: "redhat-operators" } },
  mirrors: [{ source: "registry.redhat.io", mirrors: ["registry.acme.example/redhat"] }],
};

describe("what a review says of OpenShift", () => {
  it("is nothing of the same settings", () => expect(found(section, section)).toEqual([]));

  it("is which operator runs on hosts, and who says so", () => {
    const operators = { sandboxedContainers: { csv: "sandboxed-containers-operator.v1.13.1", catalog: "acme" } };
    expect(found(section, { ...section, operators })).toEqual([
      expect.stringMatching(/^changed openshift\.operators\.sandboxedContainers\.csv: .*another version/),
      expect.stringMatching(/^changed openshift\.operators\.sandboxedContainers\.catalog: .*another catalogue/),
    ]);
  });

  it("is another place of images, another pool, another version", () => {
    const mirrors = [{ source: "registry.redhat.io", mirrors: ["registry.else.example"] }];
    expect(found(section, { ...section, version: "4.22.1", pool: "master", mirrors })).toEqual([
      expect.stringMatching(/^changed openshift\.version/),
      expect.stringMatching(/^changed openshift\.pool/),
      expect.stringMatching(/^changed openshift\.mirrors/),
    ]);
  });
});
