import type { Release } from "../../components/workload/release";
import type { GuestSpec, SnpSpec, TdxSpec } from "./guest";
import type { Play } from "./play";
import type { StepName } from "./refusal";
import type { World } from "./world";

/** What an attack starts from. */
export interface Stage {
  readonly world: World;
  readonly release: Release;
  /** The good case. */
  readonly scene: Play;
}

/** One thing that somebody tries, and where it has to fail. */
export interface Attack {
  readonly name: string;
  /** Who does what, for a screen. */
  readonly what: string;
  readonly failsAt: StepName;
  /** The good case with one thing changed; or why it cannot be tried, as a sentence. */
  readonly change: (stage: Stage) => Play | string | Promise<Play | string>;
}

/** The scene with the guest changed. */
export function withGuest({ scene }: Stage, change: (guest: GuestSpec) => Partial<GuestSpec>): Play {
  return { ...scene, guest: { ...scene.guest, ...change(scene.guest) } };
}

/** The scene with the CPU's part changed, by what the TEE is; a sentence where there is nothing to change. */
export function withCpu(
  stage: Stage,
  changes: {
    readonly snp: ((cpu: SnpSpec) => SnpSpec | string) | string;
    readonly tdx: ((cpu: TdxSpec) => TdxSpec | string) | string;
  },
): Play | string {
  const { cpu } = stage.scene.guest;
  const apply = cpu.tee === "snp" ? changes.snp : changes.tdx;
  if (typeof apply === "string") return apply;
  const changed = (apply as (cpu: SnpSpec | TdxSpec) => SnpSpec | TdxSpec | string)(cpu);
  return typeof changed === "string" ? changed : withGuest(stage, () => ({ cpu: changed }));
}

/** The scene with the body of a TDX quote changed. */
export function tdxBody(cpu: TdxSpec, change: Partial<TdxSpec["body"]>): TdxSpec {
  return { ...cpu, body: { ...cpu.body, ...change } };
}
