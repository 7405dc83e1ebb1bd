import { spaceDeployment } from "../../cloudSources";
import { gcpMachine, gcpSpaceTemplate } from "../../examples/gcp";
import { gcpConfidentialMachines } from "../../gcp";
import { resourceRule } from "../../rule";

const key = "tee-image-reference";

export const gcpWorkloadByDigest = resourceRule({
  id: "gcp-workload-by-digest",
  title: "A Confidential Space machine names its container image by digest",
  pillar: "images",
  severity: "high",
  threat: "Whoever can push to the registry moves the tag, and the next machine that starts runs his program.",
  remediation: `Write metadata ${key}: <registry>/<image>@sha256:<digest>.`,
  source: spaceDeployment,
  platforms: ["gcp"],
  claims: ["image-as-released"],
  boundary: { by: "keyBroker", how: "a condition on image_digest gives another image's token nothing" },
  looksAt: gcpConfidentialMachines,
  *check({ config }) {
    const image = config.at("metadata", key);
    if (image.present && !/@sha256:[0-9a-f]{64}$/.test(image.text ?? "")) yield image.finding("is a tag, which moves");
  },
  compliant: [gcpMachine, gcpSpaceTemplate],
  breakages: [
    {
      mistake: "a tag for the program in the machine",
      path: `/metadata/${key}`,
      value: "us-docker.pkg.dev/acme/models/serve:1.4",
      expect: `metadata.${key}`,
    },
    {
      mistake: "no tag nor digest for a template's program",
      resource: 1,
      path: `/metadata/${key}`,
      value: "us-docker.pkg.dev/acme/models/serve",
      expect: `metadata.${key}`,
    },
  ],
});
