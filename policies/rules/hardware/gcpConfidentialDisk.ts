import { providerTypes } from "../../cloudSources";
import { gcpMachine, gcpNodePool } from "../../examples/gcp";
import { bootDiskOf, gcpConfidentialNodes } from "../../gcp";
import type { GcpNode } from "../../gcp";
import type { Finding } from "../../place";
import { resourceRule } from "../../rule";

export const gcpConfidentialDisk = resourceRule({
  id: "gcp-confidential-disk",
  title: "A confidential Google disk is a hyperdisk on NVMe under a key of one's own",
  pillar: "hardware",
  severity: "medium",
  threat:
    "The disk is refused without its key and its kind, and comes up in the clear when only the flag is taken out again.",
  remediation:
    "With confidential mode write a hyperdisk type and a KMS key; disks of confidential machines are on NVME, not SCSI.",
  source: providerTypes("gcp", "types/input.d.ts, compute.InstanceBootDiskInitializeParams.enableConfidentialCompute"),
  platforms: ["gcp"],
  claims: ["cloud-node-confidential", "keys-never-in-clear"],
  boundary: { by: "nothing", how: "evidence does not say under which key the cloud keeps a disk" },
  looksAt: gcpConfidentialNodes,
  *check(node) {
    yield* node.form === "machine" ? ofMachine(node) : ofPool(node);
  },
  compliant: [gcpMachine, gcpNodePool],
  breakages: [
    {
      mistake: "a confidential disk that is no hyperdisk",
      path: "/bootDisk/initializeParams/type",
      value: "pd-ssd",
      expect: "bootDisk.initializeParams.type",
    },
    {
      mistake: "a confidential disk without a key",
      path: "/bootDisk/kmsKeySelfLink",
      remove: true,
      expect: "bootDisk.kmsKeySelfLink",
    },
    {
      mistake: "a SCSI disk in a confidential machine",
      path: "/bootDisk/interface",
      value: "SCSI",
      expect: "bootDisk.interface",
    },
  ],
});

function* ofMachine(node: GcpNode): Iterable<Finding> {
  const disk = bootDiskOf(node);
  if (disk.at("interface").value === "SCSI")
    yield disk.at("interface").finding("is not there for confidential machines");
  const parameters = disk.at("initializeParams");
  if (parameters.at("enableConfidentialCompute").value !== true) return;
  const type = parameters.at("type");
  if (!type.text?.startsWith("hyperdisk-")) yield type.finding("has no confidential mode; hyperdisks do");
  if (!disk.at("kmsKeySelfLink").present && !disk.at("diskEncryptionKeyRsa").present)
    yield disk.at("kmsKeySelfLink").finding("is missing, and confidential mode needs a key");
}

function* ofPool({ config }: GcpNode): Iterable<Finding> {
  if (config.at("enableConfidentialStorage").value !== true) return;
  const [type, key] = [config.at("diskType"), config.at("bootDiskKmsKey")];
  if (!type.text?.startsWith("hyperdisk-")) yield type.finding("has no confidential mode; hyperdisks do");
  if (!key.present) yield key.finding("is missing, and confidential storage needs a key");
}
