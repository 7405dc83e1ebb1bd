/** More releases than one key broker can hold. */
export class TooManyReleases extends Error {}

/** What to do about it. */
export const spreadThem =
  "so spread the releases over several key brokers: trust stacks with a part of the models each (docs/scale.md)";
