import { describe, expect, it } from "vitest";
import type { DriverReading } from "../../../components/cluster/gkeDriverManifest";
import { gkeDriverUrl, readDriverManifest } from "../../../components/cluster/gkeDriverManifest";
import { sha256 } from "../../../components/names";
import { absence, upstream } from "../../support/upstream";
import { readFileSync } from "node:fs";

const pinned = `registry.example/pause@sha256:${"b".repeat(64)}`;
const good = `# Of the form of Google's, and nothing of it.
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: driver, namespace: kube-system }
spec:
  selector: { matchLabels: { app: driver } }
  template:
    metadata: { labels: { app: driver } }
    spec:
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [
        { matchExpressions: [{ key: cloud.google.com/gke-confidential-nodes-instance-type, operator: In, values: [TDX] }] }] } } }
      tolerations: [{ operator: Exists }]
      initContainers: [{ name: driver, image: "preloaded:fixed", imagePullPolicy: Never }]
      containers: [{ name: pause, image: "${pinned}" }]
`;
const read = (text: string): DriverReading => readDriverManifest(text, sha256(text));
const problem = (text: string) => {
  const reading = read(text);
  return "problem" in reading ? reading.problem : "none";
};

describe("the driver's manifest", () => {
  it("is taken as it stands, and says which images nobody pins but Google", () => {
    const reading = read(good);
    expect(reading).toMatchObject({ daemonSet: { metadata: { name: "driver" } }, preloaded: ["preloaded:fixed"] });
  });

  it("is the very file that somebody looked at", () => {
    const reading = readDriverManifest(`${good} `, sha256(good));
    expect("problem" in reading && reading.problem).toContain(
      `has the SHA-256 ${sha256(`${good} `)}, not ${sha256(good)}`,
    );
    expect("problem" in reading && reading.problem).toContain(gkeDriverUrl);
  });

  it.each([
    ["no YAML", "{", /is no YAML/],
    ["two objects", `${good}---\n${good}`, /is not one DaemonSet in kube-system/],
    ["another kind", good.replace("kind: DaemonSet", "kind: Deployment"), /is not one DaemonSet/],
    ["another namespace", good.replace("kube-system", "acme-models"), /is not one DaemonSet/],
    ["nothing", "", /is not one DaemonSet/],
    [
      "an image by tag",
      good.replace(pinned, "registry.example/pause:3.8"),
      /pulls registry\.example\/pause:3\.8 by a tag/,
    ],
    [
      "a preloaded image that is pulled",
      good.replace(", imagePullPolicy: Never", ""),
      /pulls preloaded:fixed by a tag/,
    ],
    ["an image of nothing", good.replace(`, image: "${pinned}"`, ""), /pulls nothing by a tag/],
    [
      "the driver for ordinary nodes",
      good.replace("cloud.google.com/gke-confidential-nodes-instance-type", "cloud.google.com/gke-accelerator"),
      /goes to nodes without a TEE, too/,
    ],
    [
      "no toleration",
      good.replace("tolerations: [{ operator: Exists }]", "tolerations: []"),
      /does not tolerate nvidia\.com\/gpu/,
    ],
  ])("of %s is refused", (_, text, reason) => {
    expect(problem(text)).toMatch(reason);
  });

  const file = "gke/daemonset-confidential.yaml";
  it.skipIf(!upstream(file))(`of Google's is taken${absence(file)}`, () => {
    expect(problem(readFileSync(upstream(file) ?? "", "utf8"))).toBe("none");
  });
});
