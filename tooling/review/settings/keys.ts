import { another, entries, grants, ladder, onlyThese, ranges, ranked } from "./readings";
import type { Setting } from "./setting";
import { owner } from "./setting";

const released = { pillar: "attestation", protects: owner } as const;
const isShared = (authority: unknown) =>
  authority === undefined || (typeof authority === "string" && /^https:\/\/shared[a-z0-9]+\./i.test(authority));

const destroyed: Setting = {
  ...released,
  path: "azure.onDestroy",
  reading: another,
  changed: "what becomes of keys when the stack is destroyed",
};

/** Who can hand out the model owner's keys, and to what. */
export const keySettings: readonly Setting[] = [
  {
    ...released,
    path: "role",
    reading: ladder(["trust"], ["keys"]),
    weaker: "keys are released by a cloud's own attestation and not by the owner's Trustee",
    stronger: "keys are released by the owner's Trustee and not by a cloud's own attestation",
    changed: "the stack is another party's",
  },
  {
    ...released,
    path: "attestation.keyAuthority",
    reading: ladder(["owner"], ["cloud"]),
    weaker: "a cloud's operator can hand out the keys, too",
    stronger: "nobody but the model owner can hand out the keys",
  },
  { ...released, path: "azure.subscriptionId", reading: another, changed: "other people administer the keys" },
  { ...released, path: "azure.tenantId", reading: another, changed: "other people administer the keys" },
  { ...released, path: "azure.region", reading: another, changed: "another vault, under the law of another place" },
  {
    ...released,
    path: "azure.authority",
    reading: ranked((authority) => (isShared(authority) ? 0 : 1), undefined),
    weaker: "whoever administers this attestation provider decides who gets the keys",
    stronger: "nobody administers the attestation provider but Microsoft",
    changed: "another authority decides who gets the keys",
  },
  {
    ...released,
    path: "azure.clientCidrs",
    reading: ranges,
    weaker: "from there the vault is reached over the internet",
    stronger: "from there the vault is no longer reached",
  },
  destroyed,
  { ...released, path: "azure.keys", reading: entries("changed", "changed"), changed: "keys of this stack" },
  {
    ...released,
    path: "azure.keys.*.principals",
    reading: grants,
    weaker: "machines of this identity may ask for the key",
    stronger: "machines of this identity may no longer ask for the key",
  },
  {
    ...released,
    path: "azure.keys.*.machines",
    reading: onlyThese,
    weaker: "further machines are given the key",
    stronger: "fewer machines are given the key",
  },
  { ...released, path: "gcp.project", reading: another, changed: "other people administer the keys" },
  { ...released, path: "gcp.projectNumber", reading: another, changed: "principals are named by another project" },
  { ...released, path: "gcp.region", reading: another, changed: "another key ring, under the law of another place" },
  { ...released, path: "gcp.hardware", reading: another, changed: "tokens of another TEE are given the keys" },
  { ...released, path: "gcp.gpu.model", reading: another, changed: "tokens of another GPU are given the keys" },
  {
    ...released,
    path: "gcp.gpu.drivers",
    reading: onlyThese,
    weaker: "machines with it are given the keys",
    stronger: "machines with another driver are given no keys",
  },
  { ...destroyed, path: "gcp.onDestroy" },
  { ...released, path: "gcp.keys", reading: entries("changed", "changed"), changed: "keys of this stack" },
  {
    ...released,
    path: "gcp.keys.*.imageDigest",
    reading: another,
    changed: "another container is given the key",
  },
  {
    ...released,
    path: "gcp.keys.*.serviceAccount",
    reading: another,
    changed: "machines of another account are given the key",
  },
  {
    ...released,
    path: "gcp.keys.*.overrides",
    reading: ladder(["none"], ["asImageAllows"]),
    weaker: "whoever starts the machine changes command and variables as the image's labels allow",
    stronger: "whoever starts the machine changes neither command nor variables",
  },
];
