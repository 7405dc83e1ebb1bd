/** What is read of OLM's Subscription, InstallPlan. Source: operator-framework/api, pkg/operators/v1alpha1. */
export interface Subscription {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly name: string;
    readonly source: string;
    readonly sourceNamespace: string;
    readonly startingCSV?: string;
    readonly installPlanApproval?: string;
  };
  readonly status?: { readonly installedCSV?: string };
}

export interface InstallPlan {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    /** Of the state that was read. */
    readonly resourceVersion: string;
  };
  readonly spec: { readonly approved: boolean; readonly clusterServiceVersionNames: readonly string[] };
  readonly status?: {
    readonly phase?: string;
    readonly bundleLookups?: readonly {
      readonly identifier?: string;
      readonly path?: string;
      readonly catalogSourceRef?: { readonly name?: string; readonly namespace?: string };
    }[];
    /** What it will make, each step of a version and from a catalogue. */
    readonly plan?: readonly {
      readonly resolving?: string;
      readonly resource?: { readonly sourceName?: string; readonly sourceNamespace?: string };
    }[];
  };
}

/** An InstallPlan that waits for somebody, and whether it may be approved here. */
export interface PendingPlan {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly csvs: readonly string[];
  /** Catalogues of the versions, as namespace/name. */
  readonly catalogs: readonly string[];
  /** Bundle images, by digest where the catalogue has them so: what is really installed. */
  readonly bundles: readonly string[];
  /** Why it is left alone; undefined where it installs pinned versions and nothing else. */
  readonly refusal: string | undefined;
}

/**
 * The InstallPlans that wait in namespaces of our Subscriptions, in order. One may be approved if everything in it is a
 * version that one of these Subscriptions names, and comes from that Subscription's catalogue; a dependency, a newer
 * version or somebody else's operator in the same plan spoils all of it, since OLM installs a plan as a whole. OLM has to be
 * done with it, too: before that it does not say all that is in it, and takes an approval for a conflict
 * (red-hat-storage/odf-operator, pull request 724).
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
  const { name, namespace, uid, resourceVersion } = plan.metadata;
  const csvs = [...plan.spec.clusterServiceVersionNames].sort();
  const origins = originsOf(plan);
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    csvs,
    catalogs: [...new Set(origins.map(({ catalog }) => catalog))].sort(),
    bundles: (plan.status?.bundleLookups ?? []).flatMap(({ path }) => (path === undefined ? [] : [path])).sort(),
    refusal: refusalOf(csvs, plan.status?.phase, origins, own),
  };
}

interface Origin {
  readonly csv: string;
  readonly catalog: string;
}

/** Everything in a plan, and where it comes from: bundles that are looked up, and what was found in them. */
function originsOf({ status }: InstallPlan): readonly Origin[] {
  const origin = (csv = "", namespace = "?", name = "?") => ({ csv, catalog: `${namespace}/${name}` });
  const lookups = (status?.bundleLookups ?? []).map(({ identifier, catalogSourceRef }) =>
    origin(identifier, catalogSourceRef?.namespace, catalogSourceRef?.name),
  );
  const steps = (status?.plan ?? []).map(({ resolving, resource }) =>
    origin(resolving, resource?.sourceNamespace, resource?.sourceName),
  );
  return [...lookups, ...steps];
}

function refusalOf(
  csvs: readonly string[],
  phase: string | undefined,
  origins: readonly Origin[],
  own: readonly Subscription[],
): string | undefined {
  const pins = new Map(own.flatMap(({ spec }) => (spec.startingCSV ? [[spec.startingCSV, spec] as const] : [])));
  if (csvs.length === 0) return "installs nothing that it names";
  const others = [...new Set([...csvs, ...origins.map(({ csv }) => csv)])].filter((csv) => !pins.has(csv));
  if (others.length > 0) {
    const wanted = [...pins.keys()].sort().join(", ");
    return `installs ${others.map((csv) => csv || "something without a version").join(", ")}, which no Subscription of ours names (they name ${wanted || "no version"})`;
  }
  if (phase !== waiting) return `is not made up by OLM yet (${phase ?? "no phase"}, not ${waiting})`;
  for (const { csv, catalog } of origins) {
    const { sourceNamespace, source } = pins.get(csv) ?? {};
    if (catalog !== `${sourceNamespace}/${source}`)
      return `takes ${csv} from the catalogue ${catalog}, and its Subscription names ${sourceNamespace}/${source}`;
  }
  const unknown = csvs.find((csv) => !origins.some((origin) => origin.csv === csv));
  return unknown === undefined ? undefined : `does not say where ${unknown} comes from`;
}

const waiting = "RequiresApproval";

/** One step of a JSON patch (RFC 6902). */
export interface PatchStep {
  readonly op: "test" | "replace";
  readonly path: string;
  readonly value: unknown;
}

/** Approves just the plan that was shown: one that changed meanwhile in anything, or another of its name, is left alone. */
export function approval({ uid, resourceVersion }: PendingPlan): PatchStep[] {
  return [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
    { op: "replace", path: "/spec/approved", value: true },
  ];
}
