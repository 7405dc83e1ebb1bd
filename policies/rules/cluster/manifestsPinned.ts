import { pinnedManifests, pinnedOverlay } from "../../examples/hosts";

import { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const yaml = ["kubernetes:yaml:ConfigFile", "kubernetes:yaml/v2:ConfigFile"];
const groups = ["kubernetes:yaml:ConfigGroup", "kubernetes:yaml/v2:ConfigGroup"];
const kustomize = ["kubernetes:kustomize:Directory", "kubernetes:kustomize/v2:Directory"];
const commit = /(^|[/=@])[0-9a-f]{40}([/?&]|$)/;
const remote = /^(https?:\/\/|git@|git::|ssh:\/\/|(www\.)?github\.com[/:])/;

const sources: Selector<Place> = {
  kinds: [...yaml, ...groups, ...kustomize],
  *select({ type, props }) {
    const body = Place.root(props);
    if (yaml.includes(type)) yield body.at("file");
    if (kustomize.includes(type)) yield body.at("directory");
    if (groups.includes(type)) {
      const files = body.at("files");
      yield* files.text === undefined ? files.items() : [files];
    }
  },
};

export const manifestsPinned = resourceRule({
  id: "manifests-pinned",
  title: "Manifests that are fetched come from one commit",
  pillar: "cluster",
  severity: "high",
  threat:
    "Somebody pushes to the branch behind the address, or moves its tag, and the next update applies it with the rights of this program.",
  remediation: "Name a commit by all of its 40 digits, or keep the manifests beside the program.",
  source: page(
    "Kustomize, Remote targets",
    "https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md",
  ),
  platforms,
  claims: ["operators-as-pinned"],
  boundary: { by: "measurement", how: "guests are measured; what the cluster runs beside them is not" },
  looksAt: sources,
  *check(place) {
    const address = place.text;
    if (address === undefined || !remote.test(address)) return;
    if (address.startsWith("http://")) yield place.finding("is not encrypted on its way");
    else if (!commit.test(address)) yield place.finding("is fetched by a name that can be moved");
  },
  compliant: [pinnedManifests, pinnedOverlay],
  breakages: [
    {
      mistake: "manifests of a branch",
      path: "/file",
      value: "https://raw.githubusercontent.com/NVIDIA/cloud-native-docs/main/samples/pod.yaml",
      expect: "file",
    },
    {
      mistake: "an overlay by its tag",
      resource: 1,
      path: "/directory",
      value: "https://github.com/confidential-containers/operator/config/release?ref=v0.10.0",
      expect: "directory",
    },
    {
      mistake: "manifests on plain HTTP",
      path: "/file",
      value: "http://manifests.example.com/0123456789abcdef0123456789abcdef01234567/pod.yaml",
      expect: "file",
    },
  ],
});
