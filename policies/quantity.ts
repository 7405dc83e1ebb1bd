const factors: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A Kubernetes memory quantity in MiB; undefined where it is none. */
export function mebibytes(quantity: unknown): number | undefined {
  // Anything else may not even be turned into text: an object can say that it has no way to.
  if (typeof quantity !== "string" && typeof quantity !== "number") return undefined;
  const match = /^(\d+(?:\.\d+)?)([KMGT]i|[kMGT])?$/.exec(String(quantity));
  const factor = match ? factors[match[2] ?? ""] : undefined;
  return match && factor !== undefined ? (Number(match[1]) * factor) / 2 ** 20 : undefined;
}
