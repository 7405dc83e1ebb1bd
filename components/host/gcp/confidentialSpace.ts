import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import { spaceDepartures } from "./constraints";
import type { MachineSurroundings } from "./machine";
import { placeMachine } from "./machine";
import { closedMetadata, spaceMetadata } from "./machineSettings";
import { nodeAccount } from "./nodeAccount";
import { refuseDepartures, refuseKeyApart } from "./refuse";
import type { SpaceRequest } from "./requests";

export interface GcpConfidentialSpaceArgs extends SpaceRequest, MachineSurroundings {
  /** TCP ports on which the container is reached from inside the network. Default none. */
  readonly ports?: readonly number[];
  /** Range of the network. */
  readonly networkCidr: string;
}

/**
 * A Confidential Space machine: one container by digest on an image of Google's that nobody can log in to. Its token,
 * signed by Google, tells of CPU, GPU and container alike, so a key can be bound to all three.
 */
export class GcpConfidentialSpace extends pulumi.ComponentResource {
  readonly machineName: pulumi.Output<string>;
  /** Account that the machine runs as: the model owner names it in the condition of the key's release. */
  readonly serviceAccount: pulumi.Output<string>;

  constructor(name: string, args: GcpConfidentialSpaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpConfidentialSpace, name, {}, opts);
    refuseDepartures(spaceDepartures(args), this);
    refuseKeyApart(args.diskKey, args.key, this);
    const { project, ports = [] } = args;
    const account = nodeAccount(
      name,
      // To ask for a token. Who owns the container's image lets the account read it.
      { project, what: "Confidential Space", roles: ["roles/confidentialcomputing.workloadUser"] },
      { parent: this, dependsOn: [...args.after] },
    );
    if (ports.length > 0)
      new compute.Firewall(
        `${name}-ports`,
        {
          project,
          network: args.network.network,
          description: `the container of ${args.machineName}, from inside the network`,
          direction: "INGRESS",
          sourceRanges: [args.networkCidr],
          // By account: tags are set by whoever may edit a machine.
          targetServiceAccounts: [account.email],
          allows: [{ protocol: "tcp", ports: ports.map(String) }],
        },
        { parent: this },
      );
    this.machineName = placeMachine(name, args, account, { ...closedMetadata, ...spaceMetadata(args.container) }, this);
    this.serviceAccount = account.email;
    this.registerOutputs({ machineName: this.machineName, serviceAccount: this.serviceAccount });
  }
}
