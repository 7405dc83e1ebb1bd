/** A chart's values, or a part of them. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * Paths of the keys that are set and that the published values have not. A published empty map or list takes anything
 * (`nodeSelector: {}`), and so does null; list items are the API's, not the chart's.
 */
export function unknownKeys(ours: Values, published: Values, path: readonly string[] = []): string[] {
  return Object.entries(ours).flatMap(([key, value]) => {
    const here = [...path, key];
    if (!(key in published)) return [here.join(".")];
    const theirs = published[key];
    if (!isMap(value) || theirs === null || (isMap(theirs) && Object.keys(theirs).length === 0)) return [];
    return isMap(theirs) ? unknownKeys(value, theirs, here) : [here.join(".")];
  });
}

export function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
