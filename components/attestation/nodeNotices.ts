import type { Notice } from "./admittedRelease";
import type { NodeAdmission, NodeEvidence } from "./nodeAdmission";
import { sortedNodes } from "./nodeAdmission";

/** How long before their end accepted values are spoken of, in days: clouds renew node images every week or two. */
const noticeDays = 14;

/** What is to be said of values that end. The key broker ends them by itself, in its resource policy. */
export function nodeExpiryNotices(nodes: readonly NodeAdmission[], now: Date): Notice[] {
  return sortedNodes(nodes).flatMap(({ name, validity: { notAfter } }): Notice[] => {
    const days = Math.floor((Date.parse(notAfter) - now.getTime()) / 86_400_000);
    if (days >= noticeDays) return [];
    const remedy = "observe the values of a node that you trust again, and set a later notAfter";
    return days < 0
      ? [{ expired: true, text: `node ${name}: its nodes get no keys since ${notAfter}; ${remedy}, or take it out` }]
      : [
          {
            expired: false,
            text: `node ${name}: its nodes get keys for ${days} more days, until ${notAfter}; ${remedy}`,
          },
        ];
  });
}

const ofEvidence: Readonly<Record<NodeEvidence["kind"], string>> = {
  azureSnpVtpm:
    "its evidence goes through Microsoft's paravisor, which runs at the most privileged level (VMPL0) and keeps the virtual TPM, so Microsoft " +
    "is trusted with both; and Trustee v0.21.0 does not compare which registers a quote says it is of, which the policy makes up for in part (docs/trust.md)",
  tdx: "its firmware is the cloud's, measured and not yours; what runs above the kernel is in no register that is compared",
};

/** What an owner should hear at every preview: what keys of nodes are worth less than keys of releases. */
export function nodeWarnings(nodes: readonly NodeAdmission[]): string[] {
  return sortedNodes(nodes).flatMap(({ name, evidence }) => [
    `node ${name}: the whole node is the TEE, with kubelet, all its pods and every administrator of its cluster inside; ` +
      "a key given to it is given to everybody who commands that cluster",
    `node ${name}: its evidence names neither cluster nor tenant, so whoever commands any other node of the same image and reaches the key broker ` +
      "is given its keys, too; keep clientCidrs to addresses of your own nodes. Nobody signed its values: this configuration is the only statement",
    `node ${name}: ${ofEvidence[evidence.kind]}`,
  ]);
}

/** The addresses that a site may have of its own; more of them on the internet are many customers'. */
const fewestBits = 24;
const privateRange = /^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\./;

/** Nodes' evidence names no tenant, so the network alone keeps others' nodes out: a range of a whole cloud's keeps out nobody. */
export function openNodeClients(nodes: readonly NodeAdmission[], clientCidrs: readonly string[]): string[] {
  if (nodes.length === 0) return [];
  return clientCidrs
    .filter((cidr) => !privateRange.test(cidr) && Number(cidr.split("/")[1]) < fewestBits)
    .map(
      (cidr) =>
        `"${cidr}" is wide for an address range of your own nodes: whoever rents a node of the same image within it is given their keys; write the nodes' egress addresses`,
    );
}
