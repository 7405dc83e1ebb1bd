import type { ExamineContext } from "../../../components/verdict/context";
import type { Grade } from "../../../components/verdict/finding";
import type { GpuEvidence } from "../../../components/verdict/gpu/examineGpus";
import type { GpuScene } from "./scene";

/** Which release a case is played with: one H100; a board of eight with four NVSwitches; eight B200. */
export type Stage = "one" | "board" | "eight";

export interface Played {
  readonly evidence?: Partial<GpuEvidence>;
  readonly context?: Partial<ExamineContext>;
}

/** One thing that is not as it has to be. */
export interface RefusalCase {
  readonly stage: Stage;
  readonly change: (scene: GpuScene) => Played | Promise<Played>;
  /** The check that has to notice. */
  readonly check: string;
  /** Default: failed. */
  readonly grade?: Grade;
}

export type RefusalCases = Readonly<Record<string, RefusalCase>>;
