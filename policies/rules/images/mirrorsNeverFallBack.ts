import { digestMirrors } from "../../examples/hosts";
import { objects } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { file } from "../../sources";

const sets = objects(
  "config.openshift.io/v1/ImageDigestMirrorSet",
  "config.openshift.io/v1/ImageTagMirrorSet",
  "operator.openshift.io/v1alpha1/ImageContentSourcePolicy",
);
const wanted = "NeverContactSource";
const first = "/spec/imageDigestMirrors/0";
const path = "spec.imageDigestMirrors[0].mirrorSourcePolicy";

export const mirrorsNeverFallBack = resourceRule({
  id: "mirrors-never-fall-back",
  title: "Where images come from a mirror, they come from nowhere else",
  pillar: "images",
  severity: "medium",
  threat:
    "An image that the mirror lacks is fetched from the internet after all: the air gap has a hole that opens on the day when somebody forgets to copy.",
  remediation: `Write mirrorSourcePolicy: ${wanted} for each source; left out it is AllowContactingSource.`,
  source: file("openshift/api", "config/v1/types_image_digest_mirror_set.go"),
  platforms,
  claims: ["operators-as-pinned"],
  // A mirror for speed alone may well fall back.
  baseline: "advisory",
  boundary: {
    by: "nothing",
    how: "the cluster's firewall, where it has one; an image by digest is at least the right one",
  },
  looksAt: sets,
  *check({ kind, body, partial }) {
    const spec = body.at("spec");
    if (kind.endsWith("ImageContentSourcePolicy")) {
      const mirrors = spec.at("repositoryDigestMirrors");
      if (mirrors.present) yield mirrors.finding("is of a kind that always falls back; write an ImageDigestMirrorSet");
      return;
    }
    for (const key of ["imageDigestMirrors", "imageTagMirrors"])
      for (const mirror of spec.at(key).items()) {
        const policy = mirror.at("mirrorSourcePolicy");
        if (policy.present ? policy.text !== wanted : !partial)
          yield policy.finding("lets images come from the source after all");
      }
  },
  compliant: [digestMirrors],
  breakages: [
    {
      mistake: "the source as a last resort",
      path: `${first}/mirrorSourcePolicy`,
      value: "AllowContactingSource",
      expect: path,
    },
    { mistake: "the policy left out", path: `${first}/mirrorSourcePolicy`, remove: true, expect: path },
  ],
});
