const binary: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 };
const decimal: Readonly<Record<string, number>> = { m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, "": 1 };

/** A Kubernetes quantity as a number: bytes, or whole units. What is none is 0, which is enough of nothing. */
export function bytesOf(quantity: string | undefined): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity ?? "") ?? [];
  const factor = binary[unit] ?? decimal[unit];
  return digits === undefined || factor === undefined ? 0 : Number(digits) * factor;
}

/** A duration as Go writes it (`20m0s`, `1200s`, `1h`), in seconds; undefined where it is none. */
export function secondsOf(duration: string | undefined): number | undefined {
  if (duration === undefined || !/^(\d+(\.\d+)?(h|m|s|ms))+$/.test(duration)) return undefined;
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3 };
  return [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, digits, unit = "s"]) => sum + Number(digits) * (units[unit] ?? 0),
    0,
  );
}
