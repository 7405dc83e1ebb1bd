import { kataDeploy } from "../../examples/cluster";
import { kataReleases, shims } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

/** Guests without a TEE that answer attestation with the sample attester's evidence. */
const pretending = /-coco-dev(-runtime-rs)?$/;

export const kataShimsChosen = resourceRule({
  id: "kata-shims-chosen",
  title: "kata-deploy installs the shims that somebody chose, and none that merely pretends to a TEE",
  pillar: "runtime",
  severity: "high",
  threat:
    "The chart installs all its shims where none is chosen: hosts offer guests without a TEE, under names that differ by a few letters.",
  remediation: "Write shims.disableAll: true and enable the NVIDIA shims one by one.",
  source: nvidiaDocs("confidential-containers-deploy"),
  platforms: bareMetal,
  claims: ["cpu-genuine"],
  boundary: { by: "keyBroker", how: "evidence of the sample attester affirms nothing, and an open guest has none" },
  looksAt: kataReleases,
  *check({ values }) {
    const disabled = values.at("shims", "disableAll");
    if (disabled.value !== true) yield disabled.finding("installs every shim of the chart, as it does left out");
    for (const { name, settings } of shims(values))
      if (pretending.test(name)) yield settings.finding("runs guests without a TEE that look confidential");
  },
  compliant: [kataDeploy],
  breakages: [
    {
      mistake: "all shims of the chart",
      path: "/values/shims/disableAll",
      remove: true,
      expect: "values.shims.disableAll",
    },
    {
      mistake: "the shim that developers use",
      path: "/values/shims/qemu-coco-dev",
      value: { enabled: true },
      expect: "values.shims.qemu-coco-dev",
    },
  ],
});
