import type { Finding, Repair } from "./decide";
import { inWords } from "./state";

const doing: Readonly<Record<string, string>> = {
  creating: "was being created",
  updating: "was being updated",
  deleting: "was being deleted",
  reading: "was being read",
  importing: "was being imported",
};

/** One finding for a person: what, why, and what repair does about it. */
export function describeFinding({ resource, operation, because, repair }: Finding): string {
  const was = operation === undefined ? "" : ` ${doing[operation] ?? `was under ${operation}`} when the run ended`;
  const head = `${inWords(resource)}${was}: ${because}.`;
  return `  - ${head}\n      → ${action(repair, resource.urn)}`;
}

function action(repair: Repair, urn: string): string {
  switch (repair.kind) {
    case "adopt":
      return `takes ${repair.id} into the state; nothing live changes, and the next run completes it.${letGo(repair.strays)}`;
    case "clear":
      return `drops the note; nothing live changes.${letGo(repair.strays)}`;
    case "failRecords": {
      const records =
        repair.records.length === 0 ? "" : `marks Helm's record of it as failed (Secret ${repair.records.join(", ")})`;
      const state = repair.adoptedId === undefined ? "" : `takes ${repair.adoptedId} into the state`;
      const both = [records, state].filter((text) => text !== "").join(" and ");
      return `${both}; what is installed stays, and the next run completes it, or takes it away if that destroys.`;
    }
    case "forget":
      return "takes it out of the state; nothing live changes.";
    case "ask":
      return `stays as it is. Look it up, then say so: --exists "${urn}=<id>" or --absent "${urn}"`;
    case "leave":
      return `stays as it is. Run the command again that was interrupted, which takes ${repair.id} over; where that is not wanted, delete ${repair.id} yourself. Then repair again.`;
  }
}

function letGo(strays: readonly string[]): string {
  return strays.length === 0
    ? ""
    : ` What a killed run alone had set on it is let go (field manager ${strays.join(", ")}).`;
}
