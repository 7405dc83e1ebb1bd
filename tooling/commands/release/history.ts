import Table from "cli-table3";
import { auditHistory } from "../../../components/workload/release/historyAudit";
import type { HistoryEntry } from "../../../components/workload/release/historyAudit";
import { UserError } from "../../ui";
import { readPolicy } from "./configuration";
import { readReleases } from "./directory";
import { banner } from "./show";

export interface HistoryArgs {
  readonly dir: string;
  readonly name: string;
  readonly signers: string;
  readonly now: Date;
}

/** Every release of a name that ever could read a prompt, as one chain under today's signatures. */
export async function history({ dir, name, signers, now }: HistoryArgs): Promise<string> {
  const { current, former } = readReleases(dir, name);
  if (!current)
    throw new UserError(`There is no current release of ${name} in ${dir}; name the directory with all of its files.`);
  const audit = await auditHistory([...former, current], readPolicy(signers), now);
  if ("problems" in audit) throw new UserError(audit.problems.join("\n"));
  const table = new Table({
    head: ["number", "model version", "digest", "valid", "may be given", "state", "signed by"],
    style: { head: [], border: [] },
  });
  for (const entry of audit.entries) table.push(rowOf(entry, now));
  return [
    `Releases of ${name} that could read prompts at some time: ${audit.entries.length}, in one chain.`,
    table.toString(),
    "The newest one's signatures vouch for all. A second chain that is shown to others cannot be seen from here: compare the newest digest with other readers.",
    ...(audit.entries.some(({ release }) => release.simulated) ? [banner] : []),
  ].join("\n");
}

function rowOf({ release, digest, signedBy, revoked }: HistoryEntry, now: Date): string[] {
  const { history: place, modelVersion, validity, resources } = release;
  return [
    String(place.sequence),
    modelVersion,
    `${digest.slice(0, 16)}…`,
    `${validity.notBefore}\nto ${validity.notAfter}`,
    resources.join("\n"),
    revoked !== undefined ? `revoked: ${revoked}` : stateAt(validity, now),
    signedBy.join("\n") || "(the chain alone)",
  ];
}

function stateAt({ notBefore, notAfter }: HistoryEntry["release"]["validity"], now: Date): string {
  if (now.getTime() < Date.parse(notBefore)) return "not valid yet";
  return now.getTime() > Date.parse(notAfter) ? "expired" : "valid";
}
