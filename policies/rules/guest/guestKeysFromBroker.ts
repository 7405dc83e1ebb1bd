import { confidentialDeployment, initDataPath, initDataPointer } from "../../examples/confidentialDeployment";
import { guestFile, initDataDocuments } from "../../initData";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

export const guestKeysFromBroker = resourceRule({
  id: "guest-keys-from-broker",
  title: "The guest asks a key broker for its keys, never a file of its own image",
  pillar: "guest",
  severity: "critical",
  threat:
    "Keys in a file of the guest image are there for everybody who has the image, the host first of all, and no attestation comes before them.",
  remediation: 'Write name = "cc_kbc" into cdh.toml ([kbc]).',
  source: file(repositories.guestComponents, "confidential-data-hub/hub/src/config/mod.rs"),
  platforms,
  claims: ["keys-for-release-only"],
  boundary: { by: "keyBroker", how: "keys that only the key broker holds do not get into such a guest" },
  looksAt: initDataDocuments,
  *check({ document }) {
    const name = guestFile(document, "cdh.toml")?.at("kbc", "name");
    if (name && name.text !== "cc_kbc") yield name.finding("is not cc_kbc, the client that attests");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "keys out of the guest image",
      path: initDataPointer,
      replaceInInitData: ['name = "cc_kbc"', 'name = "offline_fs_kbc"'],
      expect: `${initDataPath}#data["cdh.toml"]#kbc.name`,
    },
  ],
});
