/** Ranges of pods and services of the cluster; they exist inside of it only. */
export const podCidr = "10.244.0.0/16";
export const serviceCidr = "10.245.0.0/16";
/** The cluster's DNS service, in the range of services. */
export const dnsServiceIp = "10.245.0.10";

export interface NetworkPlan {
  readonly cidr: string;
  /** Nodes of the cluster. */
  readonly nodes: string;
  /** Machines outside of any cluster. */
  readonly machines: string;
}

/** Halves a network: nodes of the cluster, and machines. Throws where the range is none that serves. */
export function networkPlan(cidr: string): NetworkPlan {
  const range = parse(cidr);
  if (!range || range.length < 16 || range.length > 20)
    throw new Error(`"${cidr}" is no network of /16 to /20; write one such as 10.42.0.0/16`);
  if (range.start % 2 ** (32 - range.length) !== 0)
    throw new Error(`"${cidr}" does not begin where a /${range.length} does; write ${format(aligned(range))}`);
  if (!privateRanges.some((each) => within(range, each)))
    throw new Error(`"${cidr}" is not private; write a range in ${privateRanges.map(format).join(", ")}`);
  const taken = [podCidr, serviceCidr].find((each) => overlap(range, parse(each)));
  if (taken !== undefined)
    throw new Error(
      `"${cidr}" overlaps with ${taken}, which pods and services of the cluster have; write another range`,
    );
  const half = range.length + 1;
  return {
    cidr,
    nodes: format({ start: range.start, length: half }),
    machines: format({ start: range.start + 2 ** (32 - half), length: half }),
  };
}

interface Range {
  readonly start: number;
  readonly length: number;
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
  .map((each) => parse(each))
  .filter((each) => !!each);

function parse(cidr: string): Range | undefined {
  const [, address, length] = /^((?:\d{1,3}\.){3}\d{1,3})\/(\d{1,2})$/.exec(cidr) ?? [];
  const bytes = address?.split(".").map(Number) ?? [];
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255) || Number(length) > 32) return undefined;
  return { start: bytes.reduce((sum, byte) => sum * 256 + byte, 0), length: Number(length) };
}

function format({ start, length }: Range): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${length}`;
}

function aligned({ start, length }: Range): Range {
  return { start: start - (start % 2 ** (32 - length)), length };
}

function within(inner: Range, outer: Range): boolean {
  return inner.length >= outer.length && overlap(inner, outer);
}

function overlap(a: Range, b: Range | undefined): boolean {
  if (!b) return false;
  const size = 2 ** (32 - Math.min(a.length, b.length));
  return Math.floor(a.start / size) === Math.floor(b.start / size);
}
