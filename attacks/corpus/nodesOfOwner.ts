import type { RuleAttack } from "../attack";
import { replace } from "../change";
import { appraisal, cpu, release, releaseFile } from "./trustPlaces";

const base = "node-keys";
const values = "ConfigMap/reference-values";

/** The model owner's documents for kinds of nodes of clouds: one block and one set of rules for each kind of evidence. */
export const nodesOfOwner: readonly RuleAttack[] = [
  {
    id: "node-without-its-paravisor",
    threat:
      "The launch measurement is taken out of the nodes' rule, and a paravisor of the cloud's own making keeps the virtual TPM that says what booted.",
    attacker: "providerInsider",
    rule: "measurement-pinned",
    where: "preview",
    base,
    change: [replace(release, releaseFile, /\tsnp\.measurement in cpu\.measurements\n/, "")],
  },
  {
    id: "node-without-its-registers",
    threat:
      "Node images change every week, so the comparison of registers is dropped, and whatever kernel the provider boots gets the keys.",
    attacker: "carelessEngineer",
    rule: "measurement-pinned",
    where: "preview",
    base,
    change: [
      replace(
        release,
        releaseFile,
        /\tevery register, accepted in cpu\.pcrs \{\n\t\tsnp\.tpm\[register\] in accepted\n\t\}\n/,
        "",
      ),
    ],
  },
  {
    id: "node-block-without-registers",
    threat: "The rules stay as they are, and the block of the nodes lists no register any more for them to compare.",
    attacker: "supplyChain",
    rule: "measurement-pinned",
    where: "preview",
    base,
    change: [replace(release, releaseFile, /"pcrs":\{[^}]*\}/, '"pcrs":{}')],
  },
  {
    id: "node-with-any-kernel-on-google",
    threat: "RTMR2 is left out for a rollout of node images, and a kernel of the provider's own attests as the node's.",
    attacker: "providerInsider",
    rule: "tdx-kernel-pinned",
    where: "preview",
    base,
    change: [
      replace(
        release,
        releaseFile,
        /\ttdx\.quote\.body\.rtmr_[12] in cpu\.rtmr_[12]\n\ttdx\.quote\.body\.rtmr_[12] in cpu\.rtmr_[12]\n/,
        "",
      ),
    ],
  },
  {
    id: "node-whose-gpu-keeps-silent",
    threat:
      "A node whose GPU is not in confidential mode attests by its CPU alone, and is given the keys of the weights.",
    attacker: "providerInsider",
    rule: "gpus-counted",
    where: "preview",
    base,
    change: [
      replace(release, releaseFile, /(node_is\(node\) if \{\n\tin_time\(node\)\n\t#[^\n]*\n)\t\{name [^\n]*\n/, "$1"),
      replace(release, releaseFile, /\tcount\(identities\("gpu"\)\) == release\.gpus\n/, ""),
    ],
  },
  {
    id: "node-with-a-models-key",
    threat:
      "A node asks for the key of a model whose pods are isolated from such nodes, and nothing looks at the path.",
    attacker: "providerInsider",
    rule: "resource-paths-named",
    where: "preview",
    base,
    change: [replace(release, releaseFile, /\tdata\["resource-path"\] in node\.paths\n/, "")],
  },
  {
    id: "node-that-is-a-peer-pod",
    threat:
      "A peer pod with init-data of a tenant's own is taken for the node under it, since the nodes' rule compares none.",
    attacker: "maliciousTenant",
    rule: "init-data-pinned",
    where: "preview",
    base,
    change: [replace(release, releaseFile, /\tevidence\("cpu0"\)\.init_data in node\.init_data\n/, "")],
  },
  {
    id: "node-open-to-its-cloud",
    threat:
      "A node is launched with debugging allowed, and the cloud reads its memory while its evidence stays genuine.",
    attacker: "providerInsider",
    rule: "debug-guests-refused",
    where: "preview",
    base,
    change: [replace(appraisal, cpu, /\tinput\["az-snp-vtpm"\]\.policy_debug_allowed == "false"\n/, "")],
  },
  {
    id: "node-on-old-firmware",
    threat: "Microcode of the nodes' hosts is no longer asked for, and one with a published hole below them will do.",
    attacker: "providerInsider",
    rule: "tcb-floor-set",
    where: "preview",
    base,
    change: [
      replace(appraisal, cpu, /\tat_least\(number_of\(input\["az-snp-vtpm"\]\.reported_tcb_microcode\)[^\n]*\n/, ""),
    ],
  },
  {
    id: "node-value-that-no-block-names",
    threat: "A paravisor that was given up stays among the reference values, for whoever still boots nodes with it.",
    attacker: "supplyChain",
    rule: "measurements-agree",
    where: "preview",
    base,
    change: [replace(values, "data.measurement", /\],"version"/, `,"${"q".repeat(64)}"],"version"`)],
  },
  {
    id: "node-of-any-verdict",
    threat:
      "A node that the attestation service contraindicates is given keys all the same: nobody asks for its verdict.",
    attacker: "providerInsider",
    rule: "resource-policy-affirming",
    where: "preview",
    base,
    change: [
      replace(release, releaseFile, /(node_is\(node\) if \{[^]*?)\t\tsubmod\["ear\.status"\] == "affirming"\n/, "$1"),
    ],
  },
];
