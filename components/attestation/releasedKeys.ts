import type * as pulumi from "@pulumi/pulumi";

/**
 * What becomes of keys when their stack is destroyed, or no longer names them. `retain`: they stay where they are, and
 * Pulumi forgets them. `refuse`: nothing is destroyed until somebody takes the protection away (`pulumi state unprotect`).
 * To delete them with the stack is not offered: the weights that they open would go with them. Another `pulumi up` makes
 * new keys; to manage retained ones again, import them first.
 */
export const onDestroy = ["retain", "refuse"] as const;
export type OnDestroy = (typeof onDestroy)[number];

export function keptKey(
  choice: OnDestroy = "retain",
): Pick<pulumi.CustomResourceOptions, "protect" | "retainOnDelete"> {
  return { retainOnDelete: true, ...(choice === "refuse" && { protect: true }) };
}
