import { join } from "node:path";
import { contexts } from "../../../stacks/rehearsal";
import { privateDirectory } from "../../controlplane/files";
import { instanceUp } from "../../controlplane/instance";
import { withLock } from "../../controlplane/lock";
import { runSteps } from "../../progress";
import { clustersOf } from "../../rehearsal/instance";
import type { InstancePaths } from "../../rehearsal/paths";
import { simulatedNotice } from "../../rehearsal/report";
import { signerPolicy, signingKeys } from "../../rehearsal/signingKeys";
import { ensureToolchain } from "../../toolchain/ensure";
import { UserError } from "../../ui";
import { atStart, turnBack } from "../progress";
import type { ProcedureRecord } from "../record";
import { RecordFile } from "../record";
import type { RotationKind, RotationPlan, RotationStep } from "../rotation/steps";
import { canTurnBack, nextRotationStep, rotationSteps } from "../rotation/steps";
import { run } from "../run";
import type { World } from "../run";
import {
  isUnderWay,
  refuseDuringUpgrade,
  refuseWithLost,
  rotateCommandOf as command,
  rotationDirectory,
  upgradeDirectory,
  upgradeUnderWay,
} from "./guard";
import type { Action, Rotation } from "./actions";
import { rotations } from "./actions";
import { KeyBrokers } from "../keyBrokers";
import { Parties } from "./parties";
import type { RotatedKey } from "./rotateKeys";
import { describeNextKeys, descriptionOut } from "./rotateKeys";
import { requireRecord } from "./session";
import { SignerWorld } from "./signerWorld";
import { TlsWorld } from "./tlsWorld";
import { rehearsedUpgrade } from "./upgrade";

export interface RotateOptions {
  /** What is rotated; several of a model's keys at once, a signer or a certificate alone. */
  readonly what: readonly Rotation[];
  readonly model?: string;
  readonly out?: string;
  readonly days?: number;
  readonly stopAfter?: string;
}

type Record_ = ProcedureRecord<RotationPlan, null>;

/** `npm run rehearse -- rotate <action>`: what it prints at the end. */
export async function rehearsedRotation(
  paths: InstancePaths,
  action: Action,
  options: RotateOptions,
  signal: AbortSignal,
): Promise<string> {
  const keys = options.what.filter((what): what is RotatedKey => what === "model-key" || what === "serving-key");
  const [kind] = options.what.filter((what): what is RotationKind => what === "signer" || what === "tls");
  const starts = action === "plan" || action === "apply";
  if (starts && options.what.length === 0)
    throw new UserError("What is rotated is not said.", `Write ${rotations.join(", ")} behind ${action}.`);
  if (starts && kind !== undefined && options.what.length > 1)
    throw new UserError(`${kind} is rotated by itself.`, "Run one rotation after the other.");
  if (keys.length > 0 && starts) return ofModel(paths, action, keys, options, signal);
  const store = new RecordFile<RotationPlan, null>(rotationDirectory(paths));
  // A model's keys are rotated by an upgrade; what is under way is meant, whichever of the two has ended.
  if (!starts && (!store.read() || (!isUnderWay(store.read()) && upgradeUnderWay(paths))))
    return rehearsedUpgrade(paths, action, { days: options.days, stopAfter: options.stopAfter }, signal);
  if (action === "plan" || action === "status") return screen(toRun(paths, action, kind, store.read()), command(paths));
  // The lock of upgrades, too: neither begins while the other does.
  return withLock(privateDirectory(upgradeDirectory(paths)), signal, async (held) => {
    const record = toRun(paths, action, kind, store.read());
    store.write(record);
    console.log(`${simulatedNotice}\n\n${screen(record, command(paths))}\n`);
    const { world, close } = await open(paths, record.plan, held);
    try {
      const ended = await run<RotationPlan, null, RotationStep>({
        record,
        save: (each) => store.write(each),
        next: nextRotationStep,
        world,
        now: () => new Date().toISOString(),
        tell: (step, work) => runSteps([{ title: `${step.id} (${step.party})`, run: work }]),
        until: options.stopAfter,
        signal: held,
      });
      return `\n${standing(ended, command(paths))}\n${simulatedNotice}`;
    } finally {
      close();
    }
  });
}

/** A model's keys are part of its release: their rotation is an upgrade to a description with the next ones. */
async function ofModel(
  paths: InstancePaths,
  action: "plan" | "apply",
  kinds: readonly RotatedKey[],
  options: RotateOptions,
  signal: AbortSignal,
): Promise<string> {
  refuseDuringUpgrade(paths);
  const { factory, file } = requireRecord(paths);
  if (options.model === undefined)
    throw new UserError(
      "Whose keys is not said.",
      `Write --model ${factory.models.map(({ name }) => name).join(" or ")}.`,
    );
  const out = descriptionOut(paths, options.out, new Date());
  const said = describeNextKeys({ paths, factory, file, model: options.model, kinds, out });
  const ended = await rehearsedUpgrade(
    paths,
    action,
    { file: out, days: options.days, stopAfter: options.stopAfter },
    signal,
  );
  return [...said, `The description with the next keys is ${out}; use it from now on.`, "", ended].join("\n");
}

function toRun(
  paths: InstancePaths,
  action: Action,
  kind: RotationKind | undefined,
  record: Record_ | undefined,
): Record_ {
  const { factory } = requireRecord(paths);
  if (action === "plan" || action === "apply") {
    refuseDuringUpgrade(paths);
    const plan: RotationPlan = {
      formatVersion: 1,
      kind: kind ?? "tls",
      title:
        kind === "signer"
          ? "Rotation of the key that signs the model owner's releases"
          : "Rotation of the key broker's certificate",
      owner: factory.parties.modelOwner,
      providers: factory.providers.map(({ name }) => name),
    };
    return { formatVersion: 1, plan, progress: atStart, inputs: null };
  }
  if (!record) throw new UserError("No rotation was begun.");
  if (action === "rollback") {
    if (!canTurnBack(record.progress))
      throw new UserError(
        "The former key is destroyed, or about to be, so there is no way back.",
        `Run \`${command(paths)} resume\`, or rotate once more.`,
      );
    return { ...record, progress: turnBack(record.progress) };
  }
  return record;
}

async function open(
  paths: InstancePaths,
  { kind, owner }: RotationPlan,
  signal: AbortSignal,
): Promise<{ world: World<RotationStep>; close: () => void }> {
  const { factory } = requireRecord(paths);
  refuseWithLost(paths);
  const toolchain = await ensureToolchain({ groups: ["engine", "state", "controlPlane"], signal });
  const controlPlanes = await instanceUp({
    directory: paths.controlPlanes,
    bin: (tool) => join(toolchain.binDir, tool),
    clusters: clustersOf(factory),
    signal,
  });
  const trust = controlPlanes.find(({ name }) => name === contexts.trust);
  if (!trust) throw new Error("no control plane of the model owner");
  const parties = new Parties(paths, toolchain, owner, signal);
  const signers = signerPolicy(signingKeys(paths, factory.parties));
  return {
    world:
      kind === "signer"
        ? new SignerWorld({ paths, factory, parties })
        : new TlsWorld({ paths, factory, parties, keyBrokers: new KeyBrokers(trust.api), signers, signal }),
    close: () => controlPlanes.forEach(({ api }) => api.close()),
  };
}

function screen({ plan, progress }: Record_, name: string): string {
  const next = nextRotationStep(plan, progress);
  const lines = rotationSteps(plan, progress).map((step, index) => {
    const mark = progress.done.includes(step.id)
      ? "✔"
      : step.id === progress.underWay
        ? "◐"
        : step.id === next?.id
          ? "→"
          : " ";
    return `  ${mark} ${index + 1}. ${step.id} (${step.party}): ${step.does}; then: ${step.after}`;
  });
  return [plan.title, ...lines, "", standing({ plan, progress }, name)].join("\n");
}

function standing({ plan, progress }: Pick<Record_, "plan" | "progress">, name: string): string {
  const next = nextRotationStep(plan, progress);
  if (!next)
    return progress.direction === "forward"
      ? "Done: the former key opens, signs and shows nothing any more."
      : "Rolled back: the next key is destroyed.";
  return progress.done.length === 0 && progress.underWay === undefined
    ? `Next: ${next.id}.`
    : `Next: ${next.id}, by \`${name} resume\`${canTurnBack(progress) && progress.direction === "forward" ? `; \`${name} rollback\` goes back` : ""}.`;
}
