/** What an hour of a machine cost somebody. Prices differ by region and contract: look them up before you order. */
export interface PriceHint {
  readonly what: string;
  readonly usdPerHour: string;
  /** Month of the price, YYYY-MM. */
  readonly asOf: string;
  /** Second-hand, all of them: no vendor's price list could be read. */
  readonly source: string;
}

export const priceHints: readonly PriceHint[] = [
  {
    what: "`Standard_NCC40ads_H100_v5`, on demand",
    usdPerHour: "8.90",
    asOf: "2026-08",
    source: "note of one project",
  },
  { what: "`Standard_NCC40ads_H100_v5`, Spot", usdPerHour: "1.64", asOf: "2026-08", source: "note of one project" },
  {
    what: "`Standard_NC40ads_H100_v5` in `eastus`, which is not confidential",
    usdPerHour: "6.98",
    asOf: "2026-11",
    source: "comparison of prices",
  },
  {
    what: "`a3-highgpu-1g` in `us-central1`, Spot",
    usdPerHour: "6.57",
    asOf: "2026-09",
    source: "comparison of prices",
  },
  {
    what: "`a3-highgpu-1g` in `us-central1` by the list; it cannot be ordered on demand",
    usdPerHour: "10.98",
    asOf: "2026-09",
    source: "comparison of prices",
  },
];
