import type { Limit } from "../guards";
import type { ReviewedResource } from "../types";
import { list, objectsOf, text, tree, where, written } from "./objects";

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity of Kubernetes as a number; what is none counts as no limit. */
export function quantity(value: unknown): number {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)?$/.exec(text(value));
  return match ? Number(match[1]) * (factors[match[2] ?? ""] ?? NaN) : Infinity;
}

/** How much a namespace may take. */
export function quotaLimits(resources: readonly ReviewedResource[]): Limit[] {
  return objectsOf(resources, "core/v1:ResourceQuota").flatMap((quota) =>
    Object.entries(tree(tree(quota.body.spec).hard)).map(([what, value]) => ({
      text: `${where(quota)}${what}`,
      resource: quota.resource,
      value: quantity(value),
      shown: written(value),
    })),
  );
}

/** How much one pod or container may take. */
export function rangeLimits(resources: readonly ReviewedResource[]): Limit[] {
  return objectsOf(resources, "core/v1:LimitRange").flatMap((range) =>
    list(tree(range.body.spec).limits).flatMap((item) =>
      Object.entries(tree(tree(item).max)).map(([what, value]) => ({
        text: `${where(range)}${what} of one ${text(tree(item).type)}`,
        resource: range.resource,
        value: quantity(value),
        shown: written(value),
      })),
    ),
  );
}
