import { gpuOperator, kataDeploy } from "../../examples/cluster";
import { gpuOperatorSettings } from "../../gpuOperator";
import { kataChart, nodeFeatureChart, peerPodsChart, releases } from "../../helm";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Names by which charts choose an image. */
const choosing = /^(image|tag|version|reference|repository)$/;
const floating = /^(.*:)?(latest|main|master|edge|nightly|dev|devel|stable|canary|HEAD)$|-(latest|nightly|SNAPSHOT)$/;
const deepest = 8;

const others = releases(kataChart, nodeFeatureChart, peerPodsChart);
const settings: Selector<Place> = {
  kinds: [...gpuOperatorSettings.kinds, ...others.kinds],
  *select(resource) {
    for (const { settings } of gpuOperatorSettings.select(resource)) yield settings;
    for (const { values } of others.select(resource)) yield values;
  },
};

export const operatorImagesPinned = resourceRule({
  id: "operator-images-pinned",
  title: "Operators of confidential hosts run images of one version, never of a moving tag",
  pillar: "cluster",
  severity: "high",
  threat:
    "A tag is pushed anew, and at the next restart of a pod another program has all rights on the host, or installs another guest.",
  remediation: "Leave the chart's own versions, or write a version with its digest: v0.4.0@sha256:….",
  source: file(repositories.gpuOperator, "deployments/gpu-operator/values.yaml", "v26.3.1"),
  platforms,
  claims: ["operators-as-pinned"],
  protects: ["modelOwner", "infrastructureProvider", "dataOwner"],
  boundary: { by: "measurement", how: "guests are measured; operators that run on hosts are not" },
  looksAt: settings,
  check: (place) => floatingIn(place, 0),
  compliant: [gpuOperator, kataDeploy],
  breakages: [
    {
      mistake: "whichever CC manager is newest",
      path: "/values/ccManager/version",
      value: "latest",
      expect: "values.ccManager.version",
    },
    {
      mistake: "kata-deploy from the main branch",
      resource: 1,
      path: "/values/image",
      value: { reference: "quay.io/kata-containers/kata-deploy-ci:kata-containers-latest" },
      expect: "values.image.reference",
    },
    {
      mistake: "the operator's own image by a moving tag",
      path: "/values/operator",
      value: { version: "main" },
      expect: "values.operator.version",
    },
  ],
});

function* floatingIn(place: Place, depth: number): Iterable<Finding> {
  if (depth > deepest) return;
  for (const key of place.keys()) {
    const child = place.at(key);
    if (choosing.test(key) && child.text !== undefined) {
      if (floating.test(child.text)) yield child.finding("is moved to another image without notice");
    } else yield* floatingIn(child, depth + 1);
  }
}
