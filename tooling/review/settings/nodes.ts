import { pinnedRegisters } from "../../../components/attestation/nodeAdmission";
import { tenants } from "../../../policies/rule";
import { another, beginning, end, entries, floor, grants, onlyThese } from "./readings";
import type { Setting } from "./setting";

const about = { pillar: "attestation", protects: tenants } as const;
/** As a release's accepted values are worded. */
const accepted = {
  ...about,
  weaker: "accepted now: nodes with it are given keys",
  stronger: "no longer accepted: nodes with it are given no keys",
} as const;
const azure = "nodes.*.evidence{kind=azureSnpVtpm}";
const tdx = "nodes.*.evidence{kind=tdx}";

/** What a model owner accepts of nodes that are TEEs. Nobody signs it: the file is the statement. */
export const nodeSettings: readonly Setting[] = [
  {
    ...about,
    path: "nodes",
    reading: entries("weaker", "stronger"),
    weaker: "a kind of nodes that is given keys now",
    stronger: "a kind of nodes that is given no keys any more",
  },
  { ...about, path: "nodes.*.provider", reading: another, changed: "for people alone, since no evidence says it" },
  { ...about, path: "nodes.*.evidence.kind", reading: another, changed: "another TEE proves itself" },
  { ...accepted, path: `${azure}.measurements`, reading: grants },
  ...pinnedRegisters.map((register): Setting => ({
    ...accepted,
    path: `${azure}.pcrs.${register}`,
    reading: onlyThese,
  })),
  ...(["bootloader", "microcode", "snp", "tee"] as const).map((part): Setting => ({
    ...about,
    path: `${azure}.tcb.${part}`,
    reading: floor,
    weaker: "nodes with older firmware, and its known holes, are given keys",
    stronger: "nodes with older firmware are given no keys",
  })),
  ...(["mrTd", "rtmr1", "rtmr2", "xfam", "attributes", "mrConfigId"] as const).map((value): Setting => ({
    ...accepted,
    path: `${tdx}.${value}`,
    reading: grants,
  })),
  // Left out, they are not compared, or Intel's word is taken.
  ...(["rtmr0", "rtmr3", "mrSeam"] as const).map((value): Setting => ({
    ...accepted,
    path: `${tdx}.${value}`,
    reading: onlyThese,
  })),
  { ...about, path: "nodes.*.gpu.model", reading: another, changed: "nodes with another GPU are given keys" },
  { ...accepted, path: "nodes.*.gpu.drivers", reading: grants },
  { ...accepted, path: "nodes.*.gpu.vbios", reading: grants },
  {
    ...about,
    path: "nodes.*.keys",
    reading: grants,
    weaker: "may be given to such nodes now, and thereby to everybody who commands one",
    stronger: "is no longer given to such nodes",
  },
  {
    ...about,
    path: "nodes.*.notBefore",
    reading: beginning,
    weaker: "earlier: such nodes are given keys before the former beginning",
    stronger: "later: such nodes are given no keys before",
  },
  {
    ...about,
    path: "nodes.*.notAfter",
    reading: end,
    weaker: "longer: such nodes are given keys after the former end",
    stronger: "shorter: such nodes are given no keys after",
  },
];
