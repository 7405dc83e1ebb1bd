/** Ranges of one network, as they are cut out of the one that the configuration names. */
export interface NodeRanges {
  /** First quarter: addresses of nodes and machines. */
  readonly nodes: string;
  /** Second quarter: Kubernetes Services. */
  readonly services: string;
  /** Second half: pods. */
  readonly pods: string;
}

/** Pods of each node. GKE sets twice as many addresses aside, rounded up to a power of two. */
export const maxPodsPerNode = 64;
const addressesPerNode = 128;

export interface Range {
  readonly first: number;
  readonly prefix: number;
}

/** `10.42.0.0/16` as a number and its prefix; undefined where it is none, or has bits beyond its prefix. */
export function parseRange(cidr: string): Range | undefined {
  const [, address, length] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr) ?? [];
  const octets = (address ?? "").split(".").map(Number);
  const prefix = Number(length);
  if (octets.length !== 4 || octets.some((octet) => octet > 255) || !(prefix <= 32)) return undefined;
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return first % sizeOf(prefix) === 0 ? { first, prefix } : undefined;
}

export function overlap(one: Range, other: Range): boolean {
  return one.first < other.first + sizeOf(other.prefix) && other.first < one.first + sizeOf(one.prefix);
}

/** Nodes, services and pods of a network. */
export function nodeRanges(cidr: string): NodeRanges {
  const range = parseRange(cidr);
  if (!range) throw new RangeError(`${cidr} is no range of IPv4 addresses`);
  const { first, prefix } = range;
  return {
    nodes: show(first, prefix + 2),
    services: show(first + sizeOf(prefix + 2), prefix + 2),
    pods: show(first + sizeOf(prefix + 1), prefix + 1),
  };
}

/** How many nodes have addresses for their pods. */
export function nodesThatFit(cidr: string): number {
  const range = parseRange(cidr);
  return range ? sizeOf(range.prefix + 1) / addressesPerNode : 0;
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

function show(first: number, prefix: number): string {
  return `${[24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256).join(".")}/${prefix}`;
}
