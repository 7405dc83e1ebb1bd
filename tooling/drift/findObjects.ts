import { definedDefaults } from "./charts";
import type { Looked } from "./cluster";
import { isSeen } from "./cluster";
import { compare } from "./compare";
import type { Found, LookedStack } from "./found";
import { found, metadataOf, nameOf, objectsOf } from "./found";
import { driftManager } from "./heal";
import { isOthers } from "./owners";
import type { Step, Tree } from "./tree";
import { isTree } from "./tree";
import type { Healing, Unlooked, WantedObject } from "./types";
import { objectText } from "./types";

export interface ObjectsFound {
  readonly found: readonly Found[];
  readonly unlooked: readonly Unlooked[];
  readonly compared: number;
}

/** Compares each object of a stack with the live one. */
export async function findObjects(of: LookedStack): Promise<ObjectsFound> {
  const ownDefaults = definedDefaults(objectsOf(of));
  const results = await Promise.all(
    objectsOf(of).map(async (wanted) => {
      const unlooked = (why: string): ObjectsFound => ({
        found: [],
        unlooked: [{ stack: of.stack.stackName, what: objectText(wanted), why }],
        compared: 0,
      });
      const looked = await liveObject(of, wanted);
      if (!isSeen(looked)) return unlooked(looked.why);
      const live = looked.seen;
      const sealed =
        wanted.sealed.length === 0
          ? []
          : unlooked(
              `${wanted.sealed.join(", ")} is sealed in the state; name the stack with --stack to have it opened`,
            ).unlooked;
      const differences = live
        ? compare({
            wanted: wanted.wanted,
            live: hideSealed(live, wanted),
            after: wanted.after,
            ...(wanted.by.kind === "apply" && { isOthers: othersIn(live, wanted.by.manager) }),
            partial: wanted.partial,
            isOwnDefault: ownDefaults(wanted),
          })
        : [];
      const told = { of, object: wanted, wanted, ...(live && { live }) };
      const gone = live === undefined || metadataOf(live).deletionTimestamp !== undefined;
      return {
        found: gone
          ? [
              found({
                ...told,
                change: "deleted",
                healing: healingOf(of, wanted, true),
                shown: live ? "is being deleted" : "is not there",
              }),
            ]
          : differences.map((difference) =>
              found({ ...told, change: difference.change, difference, healing: healingOf(of, wanted, false) }),
            ),
        unlooked: sealed,
        compared: 1,
      };
    }),
  );
  return {
    found: results.flatMap((each) => each.found),
    unlooked: results.flatMap((each) => each.unlooked),
    compared: results.reduce((sum, { compared }) => sum + compared, 0),
  };
}

const othersIn = (live: Tree, manager: string) => (path: readonly Step[]) =>
  isOthers(live, path, [manager, driftManager]);

/** Lists are asked for once, but nobody's Secrets beside ours, and no namespaces of others. */
async function liveObject(
  { look }: LookedStack,
  { apiVersion, kind, namespace, name }: WantedObject,
): Promise<Looked<Tree | undefined>> {
  const kinds = await look.kind(apiVersion, kind);
  if (!isSeen(kinds)) return kinds;
  const served = kinds.seen;
  // Where the kind is gone, so are its objects.
  if (!served) return { seen: undefined };
  if (kind === "Secret" || kind === "Namespace" || (served.namespaced && namespace === undefined))
    return look.get(served, namespace ?? "default", name);
  const listed = await look.list(served, served.namespaced ? namespace : undefined);
  // Whoever may read some objects by name may not list all.
  if (!isSeen(listed)) return look.get(served, namespace, name);
  return { seen: listed.seen.find((object) => nameOf(object) === name) };
}

/** What is sealed in the state is compared with nothing. */
export function hideSealed(
  live: Tree,
  { sealed, secret, kind }: Pick<WantedObject, "sealed" | "secret" | "kind">,
): Tree {
  if (sealed.length === 0) return live;
  type Path = readonly (string | number)[];
  const hide = (value: unknown, [step, ...rest]: Path): unknown => {
    if (step === undefined) return undefined;
    if (Array.isArray(value))
      return value.map((item, index) => (index === step ? hide(item, rest) : (item as unknown)));
    return isTree(value) ? { ...value, [step]: hide(value[step], rest) } : value;
  };
  const paths = secret.map((each) => JSON.parse(each) as Path).filter((path) => sealed.includes(path.join(".")));
  const hidden = paths.reduce<unknown>((value, path) => hide(value, path), live) as Tree;
  return kind === "Secret" ? { ...hidden, data: undefined } : hidden;
}

const recreated = new Set(["ConfigMap", "Secret"]);

function healingOf({ role, stack }: LookedStack, object: WantedObject, gone: boolean): Healing {
  const { kind, by, partial, wanted, sealed } = object;
  if (sealed.length > 0)
    return {
      kind: "refused",
      says: "its secret values are sealed in this state; name the stack with --stack, and heal again",
    };
  if (gone && partial)
    return {
      kind: "refused",
      says: `a ${kind} is not ours to make; let it come back, then run \`pulumi up\` for ${stack.stackName}`,
    };
  if (gone) return { kind: "restore", says: "makes it again as it was applied" };
  if (recreated.has(kind) && wanted.immutable === true)
    return {
      kind: "restore",
      says: `deletes it and makes it again as it was applied${role === "trust" ? "; pods that may have read it are replaced" : ""}`,
    };
  return {
    kind: "restore",
    says:
      by.kind === "helm"
        ? "writes back what the chart has here"
        : "applies it again, taking our fields back from whoever took them, and removes what was put beside them",
  };
}
