import type { Dice } from "../faults/dice";
import type { Base, Sections } from "./corpus";
import { pickAny, secretMarker, strangeKey, strangeValue } from "./values";

type Node = Record<string, unknown> | unknown[];
interface Place {
  readonly holder: Node;
  readonly key: string | number;
}

/** A name of a secret, as settings of files often end in. */
const tellingNames = ["apiKey", "password", "token", "clientSecret", "privateKey", "passphrase"];

type Mutation = (args: {
  readonly root: Record<string, unknown>;
  readonly place: Place;
  readonly other: Place;
  readonly foreign: Sections;
  readonly dice: Dice;
  readonly purpose: string;
}) => void;

const mutations: Readonly<Record<string, Mutation>> = {
  delete: ({ place: { holder, key } }) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  },
  rename: ({ place: { holder, key }, dice, purpose }) => {
    if (Array.isArray(holder)) return;
    const value = holder[key];
    delete holder[key];
    set(
      holder,
      dice.number(`${purpose}/near`) < 0.5 ? misspelt(String(key), dice, purpose) : strangeKey(dice, purpose),
      value,
    );
  },
  twice: ({ place: { holder, key } }) => {
    if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
    else set(holder, `${key}2`, structuredClone(holder[key]));
  },
  many: ({ place: { holder, key }, dice, purpose }) => {
    if (!Array.isArray(holder)) return;
    const value = holder[Number(key)];
    for (let count = dice.upTo(purpose, 300); count > 0; count--) holder.push(structuredClone(value));
  },
  replace: ({ place: { holder, key }, dice, purpose }) => set(holder, key, strangeValue(dice, purpose)),
  add: ({ place: { holder }, dice, purpose }) => {
    if (Array.isArray(holder)) holder.push(strangeValue(dice, purpose));
    else set(holder, strangeKey(dice, `${purpose}/name`), strangeValue(dice, purpose));
  },
  bend: ({ place: { holder, key }, dice, purpose }) => {
    const value = (holder as Record<string | number, unknown>)[key];
    if (typeof value === "string") set(holder, key, bent(value, dice, purpose));
    else if (typeof value === "number")
      set(holder, key, dice.pick(purpose, [value + 1, value - 1, -value, value * 1e6, value + 0.5, String(value)]));
    else if (typeof value === "boolean") set(holder, key, dice.pick(purpose, [!value, String(value), Number(value)]));
    else set(holder, key, pickAny(dice, purpose, [[value], { value }, JSON.stringify(value), null]));
  },
  swap: ({ place, other }) => {
    const [a, b] = [(place.holder as never)[place.key], (other.holder as never)[other.key]].map(
      (value) => structuredClone(value) as unknown,
    );
    set(place.holder, place.key, b);
    set(other.holder, other.key, a);
  },
  foreignSection: ({ root, foreign, dice, purpose }) => {
    const name = dice.pick(purpose, Object.keys(foreign));
    set(root, name, structuredClone(foreign[name]));
  },
  otherRole: ({ root, dice, purpose }) =>
    set(
      root,
      "role",
      dice.pick(purpose, ["trust", "keys", "infrastructure", "workloads", "rehearsal", "Trust", "tust", ""]),
    ),
  plainSecret: ({ root, place: { holder }, dice, purpose }) => {
    const name = dice.pick(purpose, tellingNames);
    if (dice.number(`${purpose}/top`) < 0.3) set(root, "trustSecrets", { tls: { privateKey: secretMarker } });
    else if (Array.isArray(holder)) holder.push({ [name]: secretMarker });
    else set(holder, name, secretMarker);
  },
};

/** As JSON and YAML readers set it: `__proto__` as a key of its own. */
function set(holder: Node, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function misspelt(text: string, dice: Dice, purpose: string): string {
  const at = dice.upTo(`${purpose}/at`, Math.max(1, text.length)) - 1;
  return dice.pick(`${purpose}/how`, [
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + (text[at] ?? "") + text.slice(at),
    text.toUpperCase(),
    `${text} `,
    text.replace(/[aeo]/, (letter) => ({ a: "а", e: "е", o: "о" })[letter] ?? letter),
  ]);
}

function bent(text: string, dice: Dice, purpose: string): string {
  return dice.pick(`${purpose}/bent`, [
    misspelt(text, dice, purpose),
    `${text}\n`,
    ` ${text}`,
    `${text}${text}`,
    text.repeat(2000).slice(0, 60_000),
    `${text}\u0000`,
    text.toUpperCase(),
    text.replace(/\d/g, "9"),
    text.slice(0, Math.floor(text.length / 2)),
    "",
  ]);
}

/** Every place of a document, the outermost ones too, so that whole sections go as often as single values. */
function places(node: unknown, found: Place[] = []): Place[] {
  if (typeof node !== "object" || node === null) return found;
  const keys = Array.isArray(node) ? node.keys() : Object.keys(node);
  for (const key of keys) {
    // What a former change made is no less a place; but thousands of its kind would leave no chance to the rest.
    if (found.length > 4000) return found;
    found.push({ holder: node as Node, key });
    places((node as Record<string | number, unknown>)[key], found);
  }
  return found;
}

export interface Mutant {
  /** What it was made from and how, for reports. */
  readonly title: string;
  readonly sections: Record<string, unknown>;
  /** Whether a secret that stands in it still stands where its name or its form tells that it is one. */
  readonly marked: boolean;
}

/** Changes that may take a secret out of the place that tells what it is. */
const carryingAway = ["rename", "twice", "bend", "swap"];

/** One wrong configuration, or one that is right in spite of it: one to four changes to one of the bases. */
export function mutant(bases: readonly Base[], dice: Dice, index: number): Mutant {
  const base = dice.pick(`${index}/base`, bases);
  const root = structuredClone(base.sections) as Record<string, unknown>;
  const done: string[] = [];
  const changes = dice.pick(`${index}/changes`, [1, 1, 1, 2, 3, 4]);
  for (let change = 0; change < changes; change++) {
    const purpose = `${index}/${change}`;
    const all = places(root);
    if (all.length === 0) break;
    const how = dice.pick(`${purpose}/how`, Object.keys(mutations));
    mutations[how]?.({
      root,
      place: dice.pick(`${purpose}/place`, all),
      other: dice.pick(`${purpose}/other`, all),
      foreign: dice.pick(`${purpose}/foreign`, bases).sections,
      dice,
      purpose,
    });
    done.push(how);
  }
  return {
    title: `input ${index}, ${base.name}: ${done.join(", ")}`,
    sections: root,
    marked: !done.some((how) => carryingAway.includes(how)),
  };
}
