/** What is read of OLM's Subscription, InstallPlan. Source: operator-framework/api, pkg/operators/v1alpha1. */
export interface Subscription {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly name: string;
    readonly source: string;
    readonly startingCSV?: string;
    readonly installPlanApproval?: string;
  };
  readonly status?: { readonly installedCSV?: string };
}

export interface InstallPlan {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: { readonly approved: boolean; readonly clusterServiceVersionNames: readonly string[] };
  readonly status?: {
    readonly bundleLookups?: readonly {
      readonly identifier?: string;
      readonly path?: string;
      readonly catalogSourceRef?: { readonly name: string };
    }[];
  };
}

/** An InstallPlan that waits for somebody, and whether it may be approved here. */
export interface PendingPlan {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly csvs: readonly string[];
  /** Bundle images, by digest where the catalogue has them so: what is really installed. */
  readonly bundles: readonly string[];
  /** Why it is left alone; undefined where it installs pinned versions and nothing else. */
  readonly refusal: string | undefined;
}

/**
 * The InstallPlans that wait in namespaces of our Subscriptions, in order. One may be approved if everything in it is a
 * version that one of these Subscriptions names, and comes from that Subscription's catalogue; a dependency, a newer
 * version or somebody else's operator in the same plan spoils all of it, since OLM installs a plan as a whole.
 */
export function pendingPlans(
  subscriptions: readonly Subscription[],
  installPlans: readonly InstallPlan[],
): PendingPlan[] {
  return installPlans
    .filter(({ spec }) => !spec.approved)
    .map((plan) => ({ plan, own: subscriptions.filter((each) => each.metadata.namespace === plan.metadata.namespace) }))
    .filter(({ own }) => own.length > 0)
    .map(({ plan, own }) => judged(plan, own))
    .sort((a, b) => (a.namespace + a.name < b.namespace + b.name ? -1 : 1));
}

function judged(plan: InstallPlan, own: readonly Subscription[]): PendingPlan {
  const { name, namespace, uid } = plan.metadata;
  const csvs = [...plan.spec.clusterServiceVersionNames].sort();
  const lookups = plan.status?.bundleLookups ?? [];
  return {
    namespace,
    name,
    uid,
    csvs,
    bundles: lookups.flatMap(({ path }) => (path === undefined ? [] : [path])).sort(),
    refusal: refusalOf(csvs, lookups, own),
  };
}

function refusalOf(
  csvs: readonly string[],
  lookups: NonNullable<NonNullable<InstallPlan["status"]>["bundleLookups"]>,
  own: readonly Subscription[],
): string | undefined {
  const pins = new Map(own.flatMap(({ spec }) => (spec.startingCSV ? [[spec.startingCSV, spec] as const] : [])));
  if (csvs.length === 0) return "installs nothing that it names";
  const others = csvs.filter((csv) => !pins.has(csv));
  if (others.length > 0) {
    const wanted = [...pins.keys()].sort().join(", ");
    return `installs ${others.join(", ")}, which no Subscription of ours names (they name ${wanted || "no version"})`;
  }
  for (const { identifier, catalogSourceRef } of lookups) {
    const source = pins.get(identifier ?? "")?.source;
    if (source !== undefined && catalogSourceRef !== undefined && catalogSourceRef.name !== source)
      return `takes ${identifier} from the catalogue ${catalogSourceRef.name}, and its Subscription names ${source}`;
  }
  return undefined;
}

/** One step of a JSON patch (RFC 6902). */
export interface PatchStep {
  readonly op: "test" | "replace";
  readonly path: string;
  readonly value: unknown;
}

/** Approves just the plan that was shown: one that changed meanwhile, or another of its name, is left alone. */
export function approval({ uid }: PendingPlan, shown: InstallPlan["spec"]): PatchStep[] {
  return [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path: "/spec/clusterServiceVersionNames", value: shown.clusterServiceVersionNames },
    { op: "replace", path: "/spec/approved", value: true },
  ];
}
