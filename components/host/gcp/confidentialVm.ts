import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import { machineDepartures } from "./constraints";
import type { MachineSurroundings } from "./machine";
import { placeMachine } from "./machine";
import { closedMetadata } from "./machineSettings";
import { nodeAccount } from "./nodeAccount";
import { refuseDepartures, refuseKeyApart } from "./refuse";
import type { MachineRequest } from "./requests";

export interface GcpConfidentialVmArgs extends MachineRequest, MachineSurroundings {}

/**
 * A confidential virtual machine with one confidential GPU, outside of any cluster. Whoever runs the image's system is
 * inside the boundary. Its evidence is for a verifier of the model owner's: Google's attestation tokens are for
 * Confidential Space alone.
 */
export class GcpConfidentialVm extends pulumi.ComponentResource {
  /** Name of the machine, or of the group that it comes in. */
  readonly machineName: pulumi.Output<string>;
  readonly serviceAccount: pulumi.Output<string>;

  constructor(name: string, args: GcpConfidentialVmArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpConfidentialVm, name, {}, opts);
    refuseDepartures(machineDepartures(args), this);
    refuseKeyApart(args.diskKey, args.key, this);
    const account = nodeAccount(
      name,
      {
        project: args.project,
        what: "confidential machine",
        roles: ["roles/logging.logWriter", "roles/monitoring.metricWriter"],
      },
      { parent: this, dependsOn: [...args.after] },
    );
    this.machineName = placeMachine(name, args, account, closedMetadata, this);
    this.serviceAccount = account.email;
    this.registerOutputs({ machineName: this.machineName, serviceAccount: this.serviceAccount });
  }
}
