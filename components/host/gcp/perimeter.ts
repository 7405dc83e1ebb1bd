import * as accesscontextmanager from "@pulumi/gcp/accesscontextmanager";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";

export interface GcpPerimeterArgs {
  /** Number of the organization's access policy. */
  readonly accessPolicy: string;
  /** Number of the project inside the perimeter. */
  readonly projectNumber: string;
  /** Whether violations are logged only. */
  readonly dryRun: boolean;
  /** Name of the perimeter: letters, digits and dashes. */
  readonly title: string;
  /** What has to be there first: whatever is still to be made from outside. */
  readonly after: readonly pulumi.Resource[];
}

/** Services whose data would leave the project: keys, disks, clusters, images, objects. */
export const restrictedServices = ["artifactregistry", "cloudkms", "compute", "container", "storage"].map(
  (service) => `${service}.googleapis.com`,
);

/**
 * VPC Service Controls around the project: stolen credentials are of no use from outside. It comes last, since in force
 * it also shuts out a program that runs outside without an access level.
 */
export class GcpPerimeter extends pulumi.ComponentResource {
  constructor(name: string, args: GcpPerimeterArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpPerimeter, name, {}, opts);
    const parent = `accessPolicies/${args.accessPolicy}`;
    const inside = { resources: [`projects/${args.projectNumber}`], restrictedServices };
    new accesscontextmanager.ServicePerimeter(
      `${name}-perimeter`,
      {
        parent,
        // Names of perimeters have no dashes.
        name: `${parent}/servicePerimeters/${args.title.replaceAll("-", "_")}`,
        title: args.title,
        perimeterType: "PERIMETER_TYPE_REGULAR",
        ...(args.dryRun ? { useExplicitDryRunSpec: true, spec: inside } : { status: inside }),
      },
      { parent: this, dependsOn: [...args.after] },
    );
    this.registerOutputs();
  }
}
