import { initDataDigestKey } from "../../../components/guest/initDataAnnotation";
import { initDataDigest } from "../../../components/guest/initData";
import { confidentialDeployment, initDataPointer } from "../../examples/confidentialDeployment";
import type { InitData } from "../../initData";
import { initDataOf } from "../../initData";
import { missing, pods } from "../../kubernetes";
import type { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** What the pods of a release carry beside init-data: the digest that the release was signed with. */
const annotation = initDataDigestKey;
const pointer = `/spec/template/metadata/annotations/${annotation.replace("/", "~1")}`;
const path = `spec.template.metadata.annotations["${annotation}"]`;

const releasedPods: Selector<{ readonly initData: InitData; readonly digest: Place }> = {
  kinds: [`pods annotated with ${annotation}, and everything that makes them`],
  *select(resource) {
    for (const pod of pods.select(resource)) {
      const annotations = pod.metadata.at("annotations");
      if (annotations.keys().includes(annotation))
        yield { initData: initDataOf(pod), digest: annotations.at(annotation) };
    }
  },
};

export const initDataDigestMatches = resourceRule({
  id: "init-data-digest-matches",
  title: "A release's pod brings the very init-data that the release was signed with",
  pillar: "guest",
  severity: "high",
  threat:
    "Somebody swapped the agent policy or the key broker's address on the way, or one of the two was left behind; the guest starts, attests as something unknown and waits for its key in vain.",
  remediation: `Take ${annotation} and the init-data annotation from the same release; never edit or encode one of them by hand.`,
  source: file(repositories.trustee, "kbs/docs/initdata.md", "v0.21.0"),
  platforms,
  claims: ["guest-rules-bound"],
  boundary: { by: "keyBroker", how: "the resource policy compares the digest of init-data in the evidence" },
  looksAt: releasedPods,
  *check({ initData, digest }) {
    if (!initData.annotation.present) {
      // A patch of the digest alone cannot be compared with anything.
      if (missing(initData.pod.object, initData.annotation))
        yield digest.finding("is of init-data that the pod does not bring");
      return;
    }
    // That it decodes is a demand of `init-data-present`.
    if ("error" in initData.decoded) return;
    const own = initDataDigest(initData.decoded.toml);
    if (digest.value !== own) yield digest.finding(`is not the SHA-256 of the pod's init-data, ${own}`);
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "another release's init-data",
      path: initDataPointer,
      replaceInInitData: ["https://kbs.acme.example", "https://kbs.evil.example"],
      expect: path,
    },
    { mistake: "another release's digest", path: pointer, value: "9f86d081884c7d65".repeat(4), expect: path },
    { mistake: "init-data taken away", path: initDataPointer, remove: true, expect: path },
    { mistake: "a digest that is empty", path: pointer, value: "", expect: path },
  ],
});
