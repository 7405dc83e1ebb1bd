import { isSeen } from "./cluster";
import type { ServedKind } from "./cluster";
import type { Found, LookedStack } from "./found";
import { found, idOf, keyOf, metadataOf, nameOf, objectsOf } from "./found";
import { mountedFiles } from "./podFiles";
import type { Tree } from "./tree";
import { isTree } from "./tree";
import type { Healing, Unlooked } from "./types";

interface Watched {
  readonly apiVersion: string;
  readonly kind: string;
  /** Removed by healing: it runs, it grants, or it opens. What only lies there may be somebody's and stays. */
  readonly removed: boolean;
}

const watched: readonly Watched[] = [
  { apiVersion: "apps/v1", kind: "Deployment", removed: true },
  { apiVersion: "apps/v1", kind: "DaemonSet", removed: true },
  { apiVersion: "apps/v1", kind: "StatefulSet", removed: true },
  { apiVersion: "apps/v1", kind: "ReplicaSet", removed: true },
  { apiVersion: "batch/v1", kind: "CronJob", removed: true },
  { apiVersion: "batch/v1", kind: "Job", removed: true },
  { apiVersion: "v1", kind: "Pod", removed: true },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", removed: true },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", removed: true },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", removed: true },
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress", removed: true },
  { apiVersion: "v1", kind: "Service", removed: true },
  { apiVersion: "v1", kind: "ServiceAccount", removed: false },
  { apiVersion: "v1", kind: "ConfigMap", removed: false },
  { apiVersion: "v1", kind: "Secret", removed: false },
];

/** What makes what: by a claim to any other owner nothing hides. */
const controllers: Readonly<Record<string, readonly string[]>> = {
  Pod: ["ReplicaSet", "DaemonSet", "StatefulSet", "Job"],
  ReplicaSet: ["Deployment"],
  Job: ["CronJob"],
};

/** What clusters put into every namespace: Kubernetes, then OpenShift. */
const everywhere = new Set([
  "ConfigMap kube-root-ca.crt",
  "ServiceAccount default",
  "ConfigMap openshift-service-ca.crt",
  "ServiceAccount builder",
  "ServiceAccount deployer",
  "RoleBinding system:deployers",
  "RoleBinding system:image-builders",
  "RoleBinding system:image-pullers",
]);

/** What lies in our namespaces that no stack of ours put there. */
export async function findForeign(
  of: LookedStack,
  stacks: readonly LookedStack[],
): Promise<{ found: readonly Found[]; unlooked: readonly Unlooked[] }> {
  const here = stacks.filter(({ look }) => look.server === of.look.server);
  const ours = new Set(here.flatMap((each) => objectsOf(each).map(keyOf)));
  const releases = here.flatMap(({ stack }) => stack.charts.map(({ name }) => name));
  const files = new Set(
    here.flatMap(({ stack }) =>
      stack.objects.flatMap(({ wanted, namespace }) =>
        mountedFiles(podSpecOf(wanted)).map((file) => `${namespace}/${file.kind}/${file.name}`),
      ),
    ),
  );
  const results: Found[] = [];
  const unlooked: Unlooked[] = [];
  const known = (object: Tree, namespace: string) => {
    const { kind, name } = idOf(object);
    return (
      ours.has(keyOf(idOf(object))) ||
      everywhere.has(`${kind} ${name}`) ||
      files.has(`${namespace}/${kind}/${name}`) ||
      (kind === "Secret" && releases.some((release) => name.startsWith(`sh.helm.release.v1.${release}.v`)))
    );
  };
  for (const { name: namespace, kind } of objectsOf(of)) {
    if (kind !== "Namespace") continue;
    const why = unrenderedCharts(of) ?? (namespace === of.tenant ? unnamedWorkloads(here) : undefined);
    if (why !== undefined) {
      unlooked.push({ stack: of.stack.stackName, what: `what else is in namespace ${namespace}`, why });
      continue;
    }
    const objects: { object: Tree; watched: Watched }[] = [];
    for (const each of watched) {
      const kinds = await of.look.kind(each.apiVersion, each.kind);
      if (isSeen(kinds) && kinds.seen === undefined) continue;
      const listed = isSeen(kinds) ? await listedOf(of, kinds.seen as ServedKind, namespace) : kinds;
      if (isSeen(listed)) objects.push(...listed.seen.map((object) => ({ object, watched: each })));
      else
        unlooked.push({ stack: of.stack.stackName, what: `${each.kind}s in namespace ${namespace}`, why: listed.why });
    }
    const byUid = new Map(objects.map(({ object }) => [String(metadataOf(object).uid), object]));
    for (const { object, watched: which } of objects) {
      if (known(object, namespace) || metadataOf(object).deletionTimestamp !== undefined) continue;
      // What a controller made is told with what it was made from.
      const owner = byUid.get(controllerOf(object) ?? "");
      if (owner && controllers[which.kind]?.includes(String(owner.kind))) continue;
      results.push(
        found({
          of,
          object: idOf(object),
          change: "foreign",
          healing: operatorOf(of, object) ?? healing(object, which),
          live: object,
          shown: "no stack of ours made it",
        }),
      );
    }
  }
  return { found: results, unlooked };
}

/** Why nothing can be called foreign: healing would delete what a chart of ours installed. */
export function unrenderedCharts({ unrendered = [] }: Pick<LookedStack, "unrendered">): string | undefined {
  return unrendered.length === 0
    ? undefined
    : `what the chart of ${unrendered.join(", ")} consists of is not known, so that nothing tells its objects from others'`;
}

/** Why a tenant's namespace cannot be looked through: not all stacks that place workloads there were named. */
export function unnamedWorkloads(here: readonly Pick<LookedStack, "role" | "stack">[]): string | undefined {
  const placing = here.filter(({ role }) => role === "workloads");
  if (placing.length === 0)
    return "the stack that places workloads there was not named, so that nothing tells its objects from others'";
  const shards = placing.flatMap(({ stack }) => stack.shard ?? []);
  for (const { of } of shards) {
    const named = new Set(shards.filter((each) => each.of === of).map(({ number }) => number));
    const missing = Array.from({ length: of }, (_, index) => index + 1).filter((number) => !named.has(number));
    if (missing.length > 0)
      return (
        `the workloads are divided by trustfoundry:shard, and ${missing.map((number) => `${number} of ${of}`).join(", ")} ` +
        `${missing.length === 1 ? "was" : "were"} not named, so that nothing tells ${missing.length === 1 ? "its" : "their"} objects from others'`
      );
  }
  return undefined;
}

function listedOf({ look }: LookedStack, served: ServedKind, namespace: string) {
  return served.kind === "Secret" ? look.names(served, namespace) : look.list(served, namespace);
}

/**
 * What the operators of a provider's cluster make of their own resources, as the GPU Operator makes its DaemonSets of a
 * ClusterPolicy, is in no chart. It is told, since anybody can claim such an owner, and left to whoever administers that.
 */
function operatorOf({ role }: LookedStack, object: Tree): Healing | undefined {
  const owner = controllerReference(object);
  const [group = ""] = String(owner?.apiVersion).split("/");
  if (role !== "infrastructure" || !group.includes(".") || group.endsWith(".k8s.io")) return undefined;
  const { kind, name } = owner ?? {};
  return {
    kind: "refused",
    says: `an operator of the cluster says that it made it for ${String(kind)} ${String(name)}; where none did, its administrator deletes it, else name it with --known`,
  };
}

function healing(object: Tree, { removed, kind }: Watched): Healing {
  const { namespace } = metadataOf(object);
  if (removed)
    return { kind: "remove", says: "deletes it: the namespace is ours, and nothing else runs or grants there" };
  return {
    kind: "refused",
    says: `it may be somebody's; its owner can run \`kubectl delete ${kind.toLowerCase()} ${nameOf(object)} -n ${String(namespace)}\``,
  };
}

function controllerReference(object: Tree): Tree | undefined {
  const { ownerReferences } = metadataOf(object);
  return Array.isArray(ownerReferences)
    ? ownerReferences.filter(isTree).find((each) => each.controller === true)
    : undefined;
}

export function controllerOf(object: Tree): string | undefined {
  const controller = controllerReference(object);
  return typeof controller?.uid === "string" ? controller.uid : undefined;
}

/** The spec of the pods that an object is, or makes. */
export function podSpecOf(object: Tree): Tree | undefined {
  const spec = isTree(object.spec) ? object.spec : {};
  if (object.kind === "Pod") return spec;
  const template = isTree(spec.template) ? spec.template : undefined;
  return isTree(template?.spec) ? template.spec : undefined;
}
