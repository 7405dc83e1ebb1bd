import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { newPrivateDirectory } from "../controlplane/files";
import { replaceFile } from "../files";
import { UserError } from "../ui";
import type { UpgradePlan } from "./plan";
import type { Progress } from "./progress";

/** What is known of a procedure that is under way: decided once, and how far it has come. No secret is in it. */
export interface ProcedureRecord<Plan = UpgradePlan, Inputs = unknown> {
  readonly formatVersion: 1;
  readonly plan: Plan;
  readonly progress: Progress;
  /** What the steps are done with, such as both descriptions of a rehearsed factory. */
  readonly inputs: Inputs;
}

/**
 * The record's file: written whole and down to the disk before a step begins and after it is done, so that whoever comes
 * after a kill knows which step may be half done.
 */
export class RecordFile<Plan = UpgradePlan, Inputs = unknown> {
  readonly path: string;

  constructor(readonly directory: string) {
    this.path = join(directory, "procedure.json");
  }

  read(): ProcedureRecord<Plan, Inputs> | undefined {
    if (!existsSync(this.path)) return undefined;
    const record = parsed(readFileSync(this.path, "utf8")) as Partial<ProcedureRecord<Plan, Inputs>> | undefined;
    if (record?.formatVersion === 1 && record.plan !== undefined && record.progress !== undefined)
      return record as ProcedureRecord<Plan, Inputs>;
    throw new UserError(
      `${this.path} is no record of this version of Trustfoundry.`,
      "Go on with the version that wrote it.",
    );
  }

  write(record: ProcedureRecord<Plan, Inputs>): void {
    newPrivateDirectory(this.directory);
    replaceFile(this.path, `${JSON.stringify(record, null, 2)}\n`, 0o600);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
