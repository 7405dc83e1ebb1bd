import { isSeen } from "./cluster";
import { unrenderedCharts } from "./findForeign";
import type { Found, LookedStack } from "./found";
import { found, idOf, keyOf, metadataOf, nameOf, objectsOf } from "./found";
import type { Tree } from "./tree";
import { isTree } from "./tree";
import type { Healing, Unlooked } from "./types";
import { touchesNamespaces } from "./webhooks";

/** What the whole cluster shares, and could turn against what is ours in it. */
interface Shared {
  readonly apiVersion: string;
  readonly kind: string;
  /** What makes an object that is not ours one of ours to tell of; says how it looks, or nothing. */
  readonly tells: (object: Tree, context: Context) => string | undefined;
}

interface Context {
  readonly namespaces: readonly Tree[];
  readonly wantsClusterPolicy: boolean;
}

const shared: readonly Shared[] = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    tells: (object, { namespaces }) =>
      touchesNamespaces(object, namespaces) ? "rewrites objects in our namespaces" : undefined,
  },
  ...["v1", "v1beta1"].map((version) => ({
    apiVersion: `admissionregistration.k8s.io/${version}`,
    kind: "MutatingAdmissionPolicyBinding",
    tells: () => "may rewrite objects in our namespaces",
  })),
  {
    apiVersion: "nvidia.com/v1",
    kind: "ClusterPolicy",
    tells: (_, { wantsClusterPolicy }) => (wantsClusterPolicy ? "a second one" : undefined),
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    tells: (object, { namespaces }) => grantTold(object, namespaces.map(nameOf)),
  },
];

/** Roles that every cluster gives to everybody: to look at the version, and at what one may do. */
const everybodys = new Set([
  "system:basic-user",
  "system:discovery",
  "system:public-info-viewer",
  "system:scope-impersonation",
]);
const everybody = new Set(["system:anonymous", "system:unauthenticated", "system:authenticated"]);

function grantTold({ roleRef, subjects }: Tree, ours: readonly string[]): string | undefined {
  const role = isTree(roleRef) ? String(roleRef.name) : "";
  const named = Array.isArray(subjects) ? subjects.filter(isTree) : [];
  const open = named.find(({ name }) => everybody.has(String(name)));
  if (open && !everybodys.has(role)) return `grants ${role} to ${String(open.name)}`;
  const inside = named.find(({ kind, namespace }) => kind === "ServiceAccount" && ours.includes(String(namespace)));
  return inside
    ? `grants ${role} to ${String(inside.namespace)}/${String(inside.name)} in the whole cluster`
    : undefined;
}

/** Foreign objects of the whole cluster that reach into what a stack has there. */
export async function findShared(
  of: LookedStack,
  stacks: readonly LookedStack[],
): Promise<{ found: readonly Found[]; unlooked: readonly Unlooked[] }> {
  const here = stacks.filter(({ look }) => look.server === of.look.server);
  const unrendered = here.map(unrenderedCharts).find((why) => why !== undefined);
  if (unrendered !== undefined)
    return {
      found: [],
      unlooked: [
        { stack: of.stack.stackName, what: "what of the whole cluster reaches into our namespaces", why: unrendered },
      ],
    };
  const all = here.flatMap(objectsOf);
  const ours = new Set(all.map(keyOf));
  const context: Context = {
    namespaces: all.filter(({ kind }) => kind === "Namespace").map(({ wanted }) => wanted),
    wantsClusterPolicy: all.some(({ kind }) => kind === "ClusterPolicy"),
  };
  const results: Found[] = [];
  const unlooked: Unlooked[] = [];
  for (const { apiVersion, kind, tells } of shared) {
    const served = await of.look.kind(apiVersion, kind);
    const listed = !isSeen(served) ? served : served.seen ? await of.look.list(served.seen) : { seen: [] };
    if (!isSeen(listed)) {
      unlooked.push({ stack: of.stack.stackName, what: `${kind}s of the cluster`, why: listed.why });
      continue;
    }
    for (const object of listed.seen) {
      if (ours.has(keyOf(idOf(object)))) continue;
      const shown = tells(object, context);
      if (shown === undefined) continue;
      const healing: Healing = {
        kind: "refused",
        says: `it is not ours; whoever administers the cluster can run \`kubectl delete ${kind.toLowerCase()} ${nameOf(object)}\`, or name it with --known`,
      };
      results.push(found({ of, object: idOf(object), change: "foreign", healing, live: object, shown }));
    }
  }
  return { found: results, unlooked };
}

const ready = "nvidia.com/cc.ready.state";
const tenant = "trustfoundry.dev/tenant";
const mode = "nvidia.com/cc.mode";

/** Labels by which confidential pods find hosts, on hosts that nobody prepared for them. */
export async function findLabels(of: LookedStack): Promise<{ found: readonly Found[]; unlooked: readonly Unlooked[] }> {
  const hosts = new Map(
    of.stack.objects.filter(({ kind, partial }) => kind === "Node" && partial).map((each) => [each.name, each]),
  );
  if (hosts.size === 0) return { found: [], unlooked: [] };
  const served = await of.look.kind("v1", "Node");
  const listed = !isSeen(served) ? served : served.seen ? await of.look.list(served.seen) : { seen: [] };
  if (!isSeen(listed))
    return { found: [], unlooked: [{ stack: of.stack.stackName, what: "labels of hosts", why: listed.why }] };
  const results: Found[] = [];
  for (const node of listed.seen) {
    const labels = isTree(metadataOf(node).labels) ? (metadataOf(node).labels as Tree) : {};
    const host = hosts.get(nameOf(node));
    const asked = host && isTree(metadataOf(host.wanted).labels) ? (metadataOf(host.wanted).labels as Tree) : {};
    const confidential = asked[mode] !== undefined && asked[mode] !== "off";
    const wrong = [
      ...(labels[ready] === "true" && !confidential ? [ready] : []),
      ...(labels[tenant] !== undefined && asked[tenant] === undefined ? [tenant] : []),
    ];
    for (const label of wrong) {
      const healing: Healing = {
        kind: "refused",
        says: `no stack of ours sets it on this host; its administrator can run \`kubectl label node ${nameOf(node)} ${label}-\``,
      };
      const difference = { change: "added", path: ["metadata", "labels", label], live: labels[label] } as const;
      results.push(found({ of, object: idOf(node), change: "added", healing, difference, live: node }));
    }
  }
  return { found: results, unlooked: [] };
}
