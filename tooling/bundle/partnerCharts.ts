import type { partnerChartSchema } from "../../stacks/config/partnerCharts";
import type { z } from "zod";
import type { LockedChart, LockParty, Unresolved } from "./schema";
import { digestPattern } from "../../components/catalogLock";

type Chart = z.infer<typeof partnerChartSchema>;

/** A partner's chart is pinned by the settings themselves. Images that it runs are known to its vendor alone. */
export function partnerChart(
  { reference, version, digest }: Chart,
  what: string,
  party: LockParty,
): { readonly chart?: LockedChart; readonly unresolved: readonly Omit<Unresolved, "accepted">[] } {
  const images = {
    name: `images of ${what}`,
    reason: `which images ${what}'s chart ${version} runs stands in its templates alone; list them with \`helm template\`, and mirror them by digest`,
  };
  const [, address, manifest] = /^oci:\/\/([^@]+)@(.+)$/.exec(reference) ?? [];
  if (address === undefined || manifest === undefined || !digestPattern.test(manifest)) {
    // An archive lies in the project and travels with it, held to its digest at each preview.
    return {
      unresolved: [
        ...(reference.startsWith("oci://") || digest === undefined
          ? [
              {
                name: `chart of ${what}`,
                reason: `${reference} carries no digest; write it as its vendor published it`,
              },
            ]
          : []),
        images,
      ],
    };
  }
  const name = address.slice(address.lastIndexOf("/") + 1);
  return { chart: { name, version, repository: `oci://${address}`, manifest, party }, unresolved: [images] };
}
