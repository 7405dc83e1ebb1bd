/** Suffixes of quantities (k8s.io/apimachinery v0.36.3, pkg/api/resource/suffix.go), as powers of 2 and of 10. */
const binary: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/** Whether two quantities are the same amount, however they are written. Exact: two large ones differ by one unit. */
export function sameQuantity(a: string, b: string): boolean {
  const [first, second] = [nanos(a), nanos(b)];
  return first !== undefined && first === second;
}

function nanos(quantity: string): bigint | undefined {
  const [, digits = "", fraction = "", suffix = "", exponent] =
    /^(\d+)(?:\.(\d{0,9}))?([A-Za-z]*?)(?:[eE]([+-]?\d{1,2}))?$/.exec(quantity) ?? [];
  if (digits === "") return undefined;
  const amount = BigInt(digits + fraction.padEnd(9, "0"));
  const power = binary[suffix];
  if (power !== undefined) return amount << power;
  const ten = decimal[suffix];
  if (ten === undefined) return undefined;
  const shift = ten + Number(exponent ?? 0);
  return shift >= 0 ? amount * 10n ** BigInt(shift) : amount / 10n ** BigInt(-shift);
}
