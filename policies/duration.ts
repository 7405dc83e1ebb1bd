const secondsOf: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3 };

/** Seconds of a duration as Go and Kubernetes write it (`20m`, `1h30m`, `1200s`); undefined for anything else. */
export function durationSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (secondsOf[unit ?? ""] ?? 0),
    0,
  );
}
