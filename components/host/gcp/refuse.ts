import * as pulumi from "@pulumi/pulumi";
import type { Departure } from "../departures";
import { judge } from "../departures";

/** Stops a component before it registers anything, if what it was given contradicts a verified fact. */
export function refuseDepartures(departures: readonly Departure[], component: pulumi.Resource): void {
  const { errors } = judge(departures);
  if (errors.length > 0) throw new pulumi.ResourceError(errors.join("; "), component, true);
}

/** A disk under a key of the project's own needs that key, and no other disk has one. */
export function refuseKeyApart(diskKey: "kms" | "google", key: object | undefined, component: pulumi.Resource): void {
  if ((diskKey === "kms") !== (key !== undefined))
    throw new pulumi.ResourceError("diskKey: kms and a key belong together; give both or neither", component, true);
}
