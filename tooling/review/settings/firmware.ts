import { another } from "./readings";
import type { Setting } from "./setting";
import { provider } from "./setting";

const hosts = "own.hosts.*.firmware";
const about = { pillar: "hardware", protects: provider, reading: another } as const;

/** How a provider's hosts get their TEE. What they come to, evidence says; a wrong one costs the host its registration. */
export const firmwareSettings: readonly Setting[] = [
  { ...about, path: `${hosts}.vendor`, changed: "the host is set by another vendor's plan" },
  { ...about, path: `${hosts}.vendorFolder`, changed: "plans follow from data of other people" },
  {
    ...about,
    path: `${hosts}.registration`,
    changed: "firmware that registers by itself consumes the platform manifest that in-band registration needs",
  },
  { ...about, path: `${hosts}.attributes`, changed: "other attributes of the machine are set" },
  {
    ...about,
    path: `${hosts}.managementAddress`,
    changed: "whoever answers there is given the credentials of the machine's management",
  },
];
