import { join } from "node:path";
import { lostProviders } from "../../rehearsal/lost";
import type { InstancePaths } from "../../rehearsal/paths";
import { UserError } from "../../ui";
import { nextStep } from "../progress";
import type { ProcedureRecord } from "../record";
import { RecordFile } from "../record";
import type { RotationPlan } from "../rotation/steps";
import { nextRotationStep } from "../rotation/steps";

/** Folder of an upgrade's record. */
export const upgradeDirectory = (paths: InstancePaths): string => join(paths.root, "upgrade");

/** Folder of the record of a signer's or a certificate's rotation. */
export const rotationDirectory = (paths: InstancePaths): string => join(paths.root, "rotation");

export const rotateCommandOf = (paths: InstancePaths): string => `npm run rehearse -- rotate --name ${paths.instance}`;

export const upgradeCommandOf = (paths: InstancePaths): string =>
  `npm run rehearse -- upgrade --name ${paths.instance}`;

export function upgradeUnderWay(paths: InstancePaths): boolean {
  const record = new RecordFile(upgradeDirectory(paths)).read();
  return record !== undefined && nextStep(record.plan, record.progress) !== undefined;
}

/** Of a signer's or a certificate's rotation. */
export function isUnderWay(record: ProcedureRecord<RotationPlan> | undefined): boolean {
  return record !== undefined && nextRotationStep(record.plan, record.progress) !== undefined;
}

/** Refuses what would cut across an upgrade or a rotation that is under way. */
export function refuseDuringUpgrade(paths: InstancePaths): void {
  if (upgradeUnderWay(paths))
    throw new UserError(
      `An upgrade of ${paths.instance} is under way.`,
      `Run \`${upgradeCommandOf(paths)} resume\` or \`${upgradeCommandOf(paths)} rollback\` first.`,
    );
  if (isUnderWay(new RecordFile<RotationPlan>(rotationDirectory(paths)).read()))
    throw new UserError(
      `A rotation in ${paths.instance} is under way.`,
      `Run \`${rotateCommandOf(paths)} resume\` or \`${rotateCommandOf(paths)} rollback\` first.`,
    );
}

/** Of a provider that is gone nothing can be rolled, nor proven; without it in the description, the others can. */
export function refuseWithLost(paths: InstancePaths): void {
  const lost = lostProviders(paths);
  if (lost.length > 0)
    throw new UserError(
      `${lost.join(", ")} ${lost.length === 1 ? "is" : "are"} lost, so not every replica could be proven.`,
      "Take it out of the description with `npm run rehearse` first.",
    );
}
