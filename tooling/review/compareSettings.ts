import { isObject } from "../../policies/place";
import type { Change } from "./change";
import type { Path } from "./locations";
import { azureSettings } from "./settings/azure";
import { firmwareSettings } from "./settings/firmware";
import { gcpSettings } from "./settings/gcp";
import { intelSettings } from "./settings/intel";
import { keyProviderSettings } from "./settings/keyProviders";
import { keySettings } from "./settings/keys";
import { nodeSettings } from "./settings/nodes";
import { listOf, nameOf } from "./settings/readings";
import type { Setting } from "./settings/setting";
import { openshiftSettings } from "./settings/openshift";
import { trusteeOperatorSettings } from "./settings/trusteeOperator";

/** Settings whose direction a review knows without any preview. */
export const settings: readonly Setting[] = [
  ...azureSettings,
  ...gcpSettings,
  ...firmwareSettings,
  ...intelSettings,
  ...keySettings,
  ...keyProviderSettings,
  ...nodeSettings,
  ...openshiftSettings,
  ...trusteeOperatorSettings,
];

type SettingChange = Omit<Change, "subject" | "location"> & {
  /** Keys of head's file below `config`, the first of them a section. */
  readonly place: Path;
};

/** What head's settings say otherwise, as the schema of either side read them; nothing where one was refused. */
export function compareSettings(base: unknown, head: unknown): SettingChange[] {
  if (!isObject(base) || !isObject(head)) return [];
  return settings.flatMap((setting) => {
    const pairs = pairsAt(setting.path.split("."), {
      before: withOwn(base),
      after: withOwn(head),
      text: [],
      place: [],
    });
    return pairs.flatMap((pair) => changesOf(setting, pair));
  });
}

/** A part of the settings in base and head. */
interface Pair {
  readonly before: unknown;
  readonly after: unknown;
  /** As people read it. */
  readonly text: readonly string[];
  readonly place: Path;
  /** What holds it is new: an entry of a list, or any other part. */
  readonly isNew?: "entry" | "part";
}

function changesOf({ reading, pillar, protects, ...words }: Setting, pair: Pair): SettingChange[] {
  const { isNew, after, text, place } = pair;
  if (isNew !== undefined && !("former" in reading && (isNew === "part" || reading.inNewEntries === true))) return [];
  const said = reading.compare(isNew === undefined ? pair.before : reading.former, after);
  return said
    .filter(({ direction }) => isNew === undefined || direction === "weaker")
    .map(({ direction, what, at = [] }) => {
      const meaning = words[direction];
      return {
        kind: "setting",
        direction,
        pillar,
        protects,
        text: `${text.join(".")}: ${what}${meaning === undefined ? "" : `: ${meaning}`}`,
        place: [...place, ...at],
      };
    });
}

function pairsAt([step, ...rest]: readonly string[], pair: Pair): Pair[] {
  if (step === undefined) return [pair];
  if (step === "*") return entriesOf(pair).flatMap((entry) => pairsAt(rest, entry));
  const { key, holds } = stepOf(step);
  const [before, after] = [pair.before, pair.after].map((holder) => {
    const value = isObject(holder) ? holder[key] : undefined;
    return holds(value) ? value : undefined;
  });
  const child: Pair = {
    ...pair,
    before,
    after,
    text: key === "own" ? pair.text : [...pair.text, key],
    place: key === "own" ? ownPlace(pair.after) : [...pair.place, key],
  };
  if (rest.length === 0) return [child];
  // A part that head has not, or no longer, says nothing; that it went is said by whatever holds it.
  if (after === undefined) return [];
  return pairsAt(rest, before === undefined && !pair.isNew ? { ...child, isNew: "part" } : child);
}

function entriesOf({ before, after, text, place, isNew }: Pair): Pair[] {
  return listOf(after).map((entry, index) => {
    const name = nameOf(entry);
    const former = listOf(before).find((item) => nameOf(item) === name);
    const newness = former === undefined ? "entry" : isNew;
    return {
      before: former,
      after: entry,
      text: [...text, name ?? String(index)],
      place: [...place, index],
      ...(newness && { isNew: newness }),
    };
  });
}

/** `cluster`, `evidence{kind=tdx}`, `cluster{existing}` or `cluster{!existing}`. */
function stepOf(step: string): { readonly key: string; readonly holds: (value: unknown) => boolean } {
  const [, key = step, not, other, kind] = /^(\w+)\{(!?)(\w+)(?:=(\w+))?\}$/.exec(step) ?? [];
  if (other === undefined) return { key, holds: () => true };
  return {
    key,
    holds: (value) => {
      if (!isObject(value)) return false;
      if (kind !== undefined) return value[other] === kind;
      return (value[other] !== undefined) !== (not === "!");
    },
  };
}

/** The stack's own provider under a name of its own, whatever it is called: only that one is made. */
function withOwn(stack: Record<string, unknown>): Record<string, unknown> {
  return { ...stack, own: listOf(stack.providers)[indexOfOwn(stack)] };
}

function ownPlace(stack: unknown): Path {
  return isObject(stack) ? ["providers", indexOfOwn(stack)] : [];
}

function indexOfOwn({ provider, providers }: Record<string, unknown>): number {
  return listOf(providers).findIndex((candidate) => nameOf(candidate) === provider);
}
