import * as compute from "@pulumi/gcp/compute";
import type * as pulumi from "@pulumi/pulumi";
import type { GcpDiskKey } from "./diskKey";
import { bootDisk, confidentialSettings, reservationAffinity, scheduling, templateDisk } from "./machineSettings";
import type { GcpNetwork } from "./network";
import type { NodeAccount } from "./nodeAccount";
import type { MachineRequest } from "./requests";

/** What a machine has around it, the same for plain machines and for Confidential Space. */
export interface MachineSurroundings {
  readonly project: string;
  /** Name of the machine. */
  readonly machineName: string;
  readonly network: GcpNetwork;
  /** Key of the boot disk where `diskKey` is kms. */
  readonly key?: GcpDiskKey;
  /** What has to be there first. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * A single machine; with Flex-start a group that is asked to grow by one when capacity comes (InstanceTemplate,
 * InstanceGroupManager, ResizeRequest), since only groups get such capacity.
 */
export function placeMachine(
  name: string,
  request: MachineRequest & MachineSurroundings,
  account: NodeAccount,
  metadata: Readonly<Record<string, string>>,
  parent: pulumi.ComponentResource,
): pulumi.Output<string> {
  const { project, zone, machineName, network, key } = request;
  const affinity = reservationAffinity(request.provisioning);
  const settings = {
    ...confidentialSettings(request),
    project,
    scheduling: scheduling(request),
    ...(affinity && { reservationAffinity: affinity }),
    networkInterfaces: [{ subnetwork: network.subnetwork, nicType: request.nicType ?? "GVNIC" }],
    serviceAccount: { email: account.email, scopes: ["cloud-platform"] },
    metadata,
    labels: { "trustfoundry-isolation-unit": "node" },
  };
  const opts = {
    parent,
    dependsOn: [...request.after, ...account.grants, ...(key?.grants ?? []), network.nat],
  };
  if (request.provisioning.kind !== "flexStart") {
    const instance = new compute.Instance(
      `${name}-machine`,
      {
        ...settings,
        name: machineName,
        zone,
        bootDisk: { ...bootDisk(request), ...(key && { kmsKeySelfLink: key.keyId }) },
        // Without, a change of shielded settings fails.
        allowStoppingForUpdate: true,
      },
      opts,
    );
    return instance.name;
  }
  const template = new compute.InstanceTemplate(
    `${name}-template`,
    {
      ...settings,
      disks: [{ ...templateDisk(request), ...(key && { diskEncryptionKey: { kmsKeySelfLink: key.keyId } }) }],
    },
    opts,
  );
  const group = new compute.InstanceGroupManager(
    `${name}-group`,
    {
      project,
      zone,
      name: machineName,
      baseInstanceName: machineName,
      versions: [{ instanceTemplate: template.selfLink }],
      // A machine that is there keeps running; the next one is made of the new template.
      updatePolicy: { type: "OPPORTUNISTIC", minimalAction: "REPLACE" },
      instanceLifecyclePolicy: { defaultActionOnFailure: "DO_NOTHING" },
      waitForInstances: false,
    },
    opts,
  );
  new compute.ResizeRequest(
    `${name}-request`,
    {
      project,
      zone,
      instanceGroupManager: group.name,
      name: machineName,
      resizeBy: 1,
      requestedRunDuration: { seconds: String(request.provisioning.maxRunSeconds) },
    },
    { parent },
  );
  return group.name;
}
