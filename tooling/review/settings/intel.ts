import { tenants } from "../../../policies/rule";
import { another, grants, ladder, ranges } from "./readings";
import type { Setting } from "./setting";
import { owner, provider } from "./setting";

const judged = { pillar: "attestation", protects: owner } as const;
const hosts = { pillar: "hardware", protects: [...tenants, ...provider] } as const;

/** Intel as judge of evidence, and a provider's TDX hosts. */
export const intelSettings: readonly Setting[] = [
  {
    ...judged,
    path: "attestation.service.kind",
    reading: ladder(["coco", undefined], ["intelTrustAuthority"]),
    weaker: "Intel judges evidence and signs what the key broker believes: it can hand out the keys, too",
    stronger: "the owner's own attestation service judges evidence, and nobody else",
  },
  {
    ...judged,
    path: "attestation.service.region",
    reading: another,
    changed: "another region of Intel's judges evidence and signs tokens, under the law of another place",
  },
  {
    ...judged,
    path: "attestation.service.policyIds",
    reading: another,
    changed: "other policies in Intel's portal have to match",
  },
  {
    ...hosts,
    path: "own.intel.registration",
    reading: another,
    changed: "how hosts are registered: a platform manifest that was taken once is not there again",
  },
  {
    ...hosts,
    path: "own.intel.quotes.certificates",
    reading: another,
    changed: "quotes have their certificates from elsewhere",
  },
  {
    ...hosts,
    path: "own.intel.quotes.privilegedServiceAccounts",
    reading: grants,
    weaker: "pods of this account may do anything on hosts",
    stronger: "pods of this account may no longer do anything on hosts",
  },
  { ...hosts, path: "own.intel.quotes.pccsUrl", reading: another, changed: "another cache answers the hosts" },
  { ...hosts, path: "own.intel.pccs.image", reading: another, changed: "another build of the certificate cache" },
  {
    ...hosts,
    path: "own.intel.pccs.clientCidrs",
    reading: ranges,
    weaker: "from there the certificate cache is reached",
    stronger: "from there the certificate cache is no longer reached",
  },
];
