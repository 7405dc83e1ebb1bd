import type { Fact } from "../fact";
import type { Departure } from "../departures";
import {
  azureConfidentialSeries,
  azureLimits,
  azureRegion,
  gpuSizeOf,
  places,
  placesOf,
  plainGpuSizes,
} from "../offerings";

/** One thing that Azure demands of a request. */
export interface Constraint<Request> {
  /** In kebab-case; users override hints by it. */
  readonly name: string;
  readonly fact: Fact;
  /** What departs from it: where, and what to write instead. */
  readonly check: (request: Request) => Iterable<Problem>;
}

interface Problem {
  /** Below the request, or `region`, which all requests of a provider share. */
  readonly path: string;
  readonly message: string;
  /** Where a row of the table says more than the constraint. */
  readonly fact?: Fact;
}

/** Where and of what size: what machines and pools have in common. */
export interface AzureSizeRequest {
  /** Size as Azure names it. */
  readonly size: string;
  /** Region by its short name. */
  readonly region: string;
  /** Spot capacity. */
  readonly spot?: boolean;
  /** Availability zones. */
  readonly zones?: readonly string[];
}

/** All departures of one request; `at` is where it stands in the configuration, such as `machines[0]`. */
export function departuresOf<Request>(
  constraints: readonly Constraint<Request>[],
  request: Request,
  at = "",
): Departure[] {
  return constraints.flatMap(({ name, fact, check }) =>
    [...check(request)].map((problem) => ({
      constraint: name,
      path: at === "" || problem.path === "region" ? problem.path : `${at}.${problem.path}`,
      message: problem.message,
      fact: problem.fact ?? fact,
    })),
  );
}

const gpuSizes = azureConfidentialSeries.filter(({ gpu }) => gpu).map(({ like }) => like);
const [knownSize] = places.filter(({ size }) => gpuSizeOf("azure", size));
if (!knownSize) throw new Error("the table of offerings has no place of a confidential GPU size on Azure");

/** For every node with a confidential GPU, machine or pool. */
export const sizeConstraints: readonly Constraint<AzureSizeRequest>[] = [
  {
    name: "azure-size-confidential",
    fact: azureLimits.oneGpu,
    *check({ size }) {
      if (gpuSizeOf("azure", size)) return;
      const plain = plainGpuSizes.find((row) => row.cloud === "azure" && row.sizes.test(size));
      yield {
        path: "size",
        message: `"${size}" is not a documented size with exactly one confidential GPU; write ${gpuSizes.join(" or ")}`,
        ...(plain && { fact: plain.fact }),
      };
    },
  },
  {
    name: "azure-region-offered",
    fact: knownSize.fact,
    *check({ size, region }) {
      const known = placesOf(size);
      if (known && !known.includes(azureRegion(region)))
        yield { path: "region", message: `"${region}" does not offer ${size}; write one of ${known.join(", ")}` };
    },
  },
  {
    name: "azure-zones",
    fact: azureLimits.zones,
    *check({ zones = [] }) {
      if (zones.length > 0)
        yield { path: "zones", message: `"${zones.join(", ")}" may not have the size; leave zones out` };
    },
  },
  {
    name: "azure-spot",
    fact: azureLimits.spot,
    *check({ spot }) {
      if (spot === true)
        yield {
          path: "spot",
          message: "true asks for capacity that only price lists mention; write false if none comes",
        };
    },
  },
];
