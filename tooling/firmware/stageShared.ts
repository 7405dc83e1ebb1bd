import type { ResolvedStage } from "../../components/host/firmware/resolve";
import type { JournalContent, StageRecord } from "./journal";
import type { Run } from "./run";

export const stageOf = (run: Run, index: number) => run.plan.stages[index]!;

export function withStage(content: JournalContent, index: number, record: StageRecord | undefined): JournalContent {
  const stages = { ...content.run?.stages };
  delete stages[String(index)];
  return {
    ...content,
    ...(content.run && { run: { ...content.run, stages: { ...stages, ...(record && { [String(index)]: record }) } } }),
  };
}

/** Names under which settings of this stage were looked for in vain. */
export function vanished({ settings }: ResolvedStage): readonly string[] {
  return settings.flatMap((resolved) =>
    resolved.state === "problem" && (resolved.problem === "vanished" || resolved.problem === "missing")
      ? resolved.setting.find.names
      : [],
  );
}

export async function reappear(
  run: Run,
  index: number,
  names: readonly string[],
  say: (line: string) => void,
): Promise<boolean> {
  if (run.reappearedAt === run.restarts || !run.target.reappear) return false;
  run.reappearedAt = run.restarts;
  say("attributes are missing; the management controller alone is restarted where that is known to bring them back");
  return run.step(index, "reappear", async () => (await run.target.reappear?.(names, run.signal)) ?? false);
}
