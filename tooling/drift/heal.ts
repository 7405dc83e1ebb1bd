import type { KubeApi } from "../controlplane/api";
import { ApiError } from "../controlplane/api";
import type { ServedKind } from "./cluster";
import { isSeen, pathOf } from "./cluster";
import type { Found, LookedStack } from "./found";
import { keyOf, metadataOf } from "./found";
import { patchOf } from "./patch";
import type { Settling } from "./settle";
import { untilSettled } from "./settle";
import type { Tree } from "./tree";
import type { ObjectId, WantedObject } from "./types";
import { objectText } from "./types";

export interface Healed {
  /** What was done, a sentence an object. */
  readonly done: readonly string[];
  /** What was not ours to mend, with what its owner can do. */
  readonly refused: readonly string[];
  /** What did not work, with the API server's reason. */
  readonly failed: readonly string[];
}

export interface HealArgs {
  readonly found: readonly Found[];
  readonly apiOf: (of: LookedStack) => KubeApi;
  readonly signal?: AbortSignal;
}

/** Writes under this name where an object was not made by server-side apply. */
export const driftManager = "trustfoundry-drift";

/**
 * Puts back what was applied, from the state, and only that. Order: objects in the order in which the stack made them,
 * then pods that may have read something else, then what does not belong. No state is written: its inputs are the measure
 * before and after.
 */
export async function heal({ found, apiOf, signal }: HealArgs): Promise<Healed> {
  const done: string[] = [];
  const failed: string[] = [];
  const attempt = async (what: string, act: () => Promise<string>) => {
    try {
      done.push(`${what}: ${await act()}`);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ApiError)) throw error;
      failed.push(`${what}: ${error.message}`);
    }
  };
  const healer = (of: LookedStack) => new Healer(of, apiOf(of), signal);

  const restored = grouped(found.filter(({ finding, wanted }) => wanted && finding.healing.kind === "restore"));
  // As the stacks made them: a namespace before what is in it.
  for (const group of restored.sort((a, b) => orderOf(a) - orderOf(b))) {
    const [{ of, wanted, finding }] = group as [Found & { wanted: WantedObject }];
    await attempt(objectText(finding.object), () => healer(of).restore(wanted, group));
  }
  const pods = grouped(found.filter(({ finding }) => finding.healing.kind === "replacePod"));
  const settled = new Map<string, Settling>();
  for (const { of, finding, wanted } of [...restored, ...pods].flat())
    if (wanted?.kind === "Deployment" || finding.healing.kind === "replacePod")
      settled.set(`${of.look.server} ${finding.object.namespace}`, {
        api: apiOf(of),
        namespace: finding.object.namespace,
      });
  // A Deployment is put back before pods are ended, or its controller would make more of the wrong ones.
  for (const each of settled.values()) await untilSettled(each, "observed", signal);
  for (const group of pods) {
    const [first] = group;
    if (!first?.live) continue;
    const { of, live, finding } = first;
    // One that may have read something else leaves as its budget allows; one that is another program leaves now.
    const gently = group.every(({ finding: { change } }) => change === "stale");
    await attempt(objectText(finding.object), () =>
      gently ? healer(of).evict(finding.object, live) : healer(of).remove(finding.object, live),
    );
  }
  for (const [first] of grouped(found.filter(({ finding }) => finding.healing.kind === "remove"))) {
    if (!first?.live) continue;
    const { of, live, finding } = first;
    await attempt(objectText(finding.object), () => healer(of).remove(finding.object, live));
  }
  for (const each of settled.values()) await untilSettled(each, "available", signal);
  const refused = found
    .filter(({ finding }) => finding.healing.kind === "refused")
    .map(({ finding }) => `${objectText(finding.object)}: ${finding.healing.says}`);
  return { done, refused: [...new Set(refused)], failed };
}

const exactly = (live: Tree) => ({
  apiVersion: "v1",
  kind: "DeleteOptions",
  preconditions: { uid: metadataOf(live).uid },
});

/** Gone, or another one by the same name: what was looked at is no more. */
async function unlessGone(act: () => Promise<unknown>, done: string): Promise<string> {
  try {
    await act();
    return done;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return "was gone already";
    throw error;
  }
}

function grouped(found: readonly Found[]): Found[][] {
  const groups = new Map<string, Found[]>();
  for (const each of found) {
    const key = `${each.of.stack.stackName}\0${keyOf(each.finding.object)}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

function orderOf([first]: readonly Found[]): number {
  const all = first ? [...first.of.stack.objects, ...first.of.charts] : [];
  const index = first?.wanted ? all.indexOf(first.wanted) : -1;
  return first?.wanted?.kind === "Namespace" ? -1 : index;
}

class Healer {
  constructor(
    private readonly of: LookedStack,
    private readonly api: KubeApi,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async restore(wanted: WantedObject, group: readonly Found[]): Promise<string> {
    const live = group[0]?.live;
    const gone = live === undefined || group.some(({ finding }) => finding.change === "deleted");
    if (gone) {
      await this.make(wanted);
      return "made again";
    }
    // What is immutable was not edited but replaced, and so it is put back.
    if (live.immutable === true || wanted.wanted.immutable === true) return this.remake(wanted, live);
    try {
      await this.write(wanted, live, group);
      return wanted.by.kind === "helm" ? "written back" : "applied again";
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 422) || wanted.kind === "Namespace" || wanted.partial)
        throw error;
      return this.remake(wanted, live);
    }
  }

  /** Deletes exactly the object that was looked at. */
  async remove(object: ObjectId, live: Tree): Promise<string> {
    const path = pathOf(await this.served(object.apiVersion, object.kind), object.namespace, object.name);
    return unlessGone(
      () => this.api.send({ method: "DELETE", path, body: exactly(live), signal: this.signal }),
      "deleted",
    );
  }

  /** Ends a pod as far as its disruption budget allows; where it does not at once, the API server is asked again. */
  async evict(object: ObjectId, live: Tree): Promise<string> {
    const { namespace, name } = object;
    const path = `${pathOf(await this.served(object.apiVersion, object.kind), namespace, name)}/eviction`;
    const body = {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { namespace, name },
      deleteOptions: exactly(live),
    };
    return unlessGone(() => this.api.send({ method: "POST", path, body, signal: this.signal }), "replaced");
  }

  private async remake(wanted: WantedObject, live: Tree): Promise<string> {
    await this.remove(wanted, live);
    await this.make(wanted);
    return "deleted and made again";
  }

  /** Fields first that were put beside ours: an apply leaves them to whoever set them. */
  private async write(wanted: WantedObject, live: Tree, group: readonly Found[]): Promise<void> {
    const differences = group.flatMap(({ difference }) => difference ?? []);
    const operations = patchOf(live, differences, wanted.by.kind === "apply" ? wanted.wanted : {});
    const served = await this.served(wanted.apiVersion, wanted.kind);
    const path = pathOf(served, wanted.namespace, wanted.name);
    if (operations.length > 0)
      await this.api.send({
        method: "PATCH",
        path,
        query: { fieldManager: driftManager },
        contentType: "application/json-patch+json",
        // Whoever writes meanwhile is looked at first.
        body: [
          { op: "test", path: "/metadata/resourceVersion", value: metadataOf(live).resourceVersion },
          ...operations,
        ],
        signal: this.signal,
      });
    if (wanted.by.kind === "apply") await this.apply(wanted);
  }

  private async make(wanted: WantedObject): Promise<void> {
    if (wanted.by.kind === "apply") return this.apply(wanted);
    const served = await this.served(wanted.apiVersion, wanted.kind);
    await this.api.send({
      method: "POST",
      path: pathOf(served, wanted.namespace),
      query: { fieldManager: driftManager, fieldValidation: "Strict" },
      body: wanted.wanted,
      signal: this.signal,
    });
  }

  /** As the engine's provider applies, under the name that it gave itself; force takes back our fields, and no others. */
  private async apply(wanted: WantedObject): Promise<void> {
    if (wanted.by.kind !== "apply") return;
    const served = await this.served(wanted.apiVersion, wanted.kind);
    await this.api.send({
      method: "PATCH",
      path: pathOf(served, wanted.namespace, wanted.name),
      query: { fieldManager: wanted.by.manager, force: "true", fieldValidation: "Strict" },
      contentType: "application/apply-patch+yaml",
      body: wanted.wanted,
      signal: this.signal,
    });
  }

  private async served(apiVersion: string, kind: string): Promise<ServedKind> {
    const served = await this.of.look.kind(apiVersion, kind);
    if (!isSeen(served)) throw new ApiError(0, "", served.why);
    if (!served.seen)
      throw new ApiError(
        404,
        "",
        `the API server has no ${kind} of ${apiVersion} any more; run \`pulumi up --refresh\` for its operator`,
      );
    return served.seen;
  }
}
