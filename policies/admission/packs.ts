import { packNames } from "../pack";

/** What a cluster enforces: the rules' policies at a pack's levels, or none. */
export const admissionPacks = [...packNames, "off"] as const;
export type AdmissionPack = (typeof admissionPacks)[number];
