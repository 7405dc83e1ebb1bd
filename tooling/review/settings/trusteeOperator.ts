import { another, ladder } from "./readings";
import type { Setting } from "./setting";
import { owner } from "./setting";

const run = { pillar: "attestation", protects: owner } as const;

/** Who runs the key broker: Trustee's own pods, or Red Hat's operator. */
export const trusteeOperatorSettings: readonly Setting[] = [
  {
    ...run,
    path: "attestation.operator.kind",
    reading: ladder([undefined], ["openshift/trusteeOperator"]),
    weaker: "Red Hat's operator runs the key broker: keys and evidence in one process, which reaches the internet",
  },
  { ...run, path: "attestation.operator.csv", reading: another, changed: "another version runs the key broker" },
  { ...run, path: "attestation.operator.catalog", reading: another, changed: "the operator comes from elsewhere" },
  {
    ...run,
    path: "attestation.operator.askAmd",
    reading: another,
    changed: "whether AMD is asked for certificates of chips that none is kept of",
  },
];
