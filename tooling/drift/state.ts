import type { Shard } from "../../stacks/config/shard";
import { isTree } from "./tree";
import type { Tree } from "./tree";
import type { WantedObject } from "./types";

/** A chart that a stack installed: what it was rendered from. */
export interface WantedChart {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version?: string;
  readonly repository?: string;
  readonly values: Tree;
  readonly skipCrds: boolean;
  /** Values that were sealed where the state was read: without them another thing would be rendered. */
  readonly sealed: readonly string[];
  /** Whether the state keeps any value secret, which may then stand anywhere in what is rendered. */
  readonly secret: boolean;
}

/** A stack as its state says it was applied last. */
export interface WantedStack {
  readonly stackName: string;
  /** Context of the kubeconfig that it was applied with. */
  readonly context?: string;
  readonly objects: readonly WantedObject[];
  readonly charts: readonly WantedChart[];
  /** Which of several stacks it was made as, among which a provider's releases are divided. */
  readonly shard?: Shard;
  /** Updates that were begun and not ended: what they did is not in the state. */
  readonly pending: number;
}

/** Pulumi's mark of a value that is no plain one, and of a secret among them (sdk/go/common/resource/sig). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const helmRelease = "kubernetes:helm.sh/v3:Release";

/** Reads what `pulumi stack export` writes; with `--show-secrets` nothing stays sealed. Undefined where it is none. */
export function readStack(exported: unknown): WantedStack | undefined {
  const deployment = isTree(exported) && isTree(exported.deployment) ? exported.deployment : undefined;
  if (!deployment) return undefined;
  const resources = Array.isArray(deployment.resources) ? deployment.resources.filter(isTree) : [];
  const stackName = resources.map(({ urn }) => /^urn:pulumi:([^:]+)::/.exec(String(urn))?.[1]).find(Boolean);
  if (stackName === undefined) return undefined;
  const own = resources.filter(({ external, delete: leaving }) => external !== true && leaving !== true);
  const provider = own.find(({ type }) => type === "pulumi:providers:kubernetes");
  const context = isTree(provider?.inputs) ? provider.inputs.context : undefined;
  const shard = shardIn(own);
  return {
    stackName,
    ...(typeof context === "string" && { context }),
    objects: own.flatMap((resource) => wantedObject(resource) ?? []),
    ...(shard && { shard }),
    charts: own.filter(({ type }) => type === helmRelease).map(({ inputs }) => wantedChart(inputs)),
    pending: Array.isArray(deployment.pending_operations) ? deployment.pending_operations.length : 0,
  };
}

/** What stacks/shards.ts keeps there; settings may say something else by now. */
function shardIn(resources: readonly Tree[]): Shard | undefined {
  const kept = resources.find(({ urn }) => /::pulumi:index:Stash::shard$/.test(String(urn)));
  const made = isTree(kept?.outputs) ? kept.outputs.output : undefined;
  const [, number, of] = /^(\d+) of (\d+)$/.exec(String(made)) ?? [];
  return number !== undefined && of !== undefined ? { number: Number(number), of: Number(of) } : undefined;
}

function wantedObject({ type, inputs, outputs }: Tree): WantedObject | undefined {
  if (typeof type !== "string" || !type.startsWith("kubernetes:") || type === helmRelease) return undefined;
  const { value, sealed, secret } = unsealed(inputs);
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !isTree(metadata)) return undefined;
  const { name, namespace } = metadata;
  if (typeof name !== "string") return undefined;
  const after = unsealed(outputs).value;
  const manager = after.__fieldManager;
  return {
    apiVersion,
    kind,
    ...(typeof namespace === "string" && { namespace }),
    name,
    wanted: value,
    after: Object.fromEntries(Object.entries(after).filter(([key]) => !key.startsWith("__"))),
    by: { kind: "apply", manager: typeof manager === "string" ? manager : "pulumi-kubernetes" },
    partial: type.endsWith("Patch"),
    sealed,
    secret,
  };
}

function wantedChart(written: unknown): WantedChart {
  const { value: inputs, sealed, secret } = unsealed(written);
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const repository = isTree(inputs.repositoryOpts) ? text(inputs.repositoryOpts.repo) : undefined;
  const version = text(inputs.version);
  return {
    name: text(inputs.name) ?? "",
    namespace: text(inputs.namespace) ?? "default",
    chart: text(inputs.chart) ?? "",
    ...(version !== undefined && { version }),
    ...(repository !== undefined && { repository }),
    values: isTree(inputs.values) ? inputs.values : {},
    skipCrds: inputs.skipCrds === true,
    sealed,
    secret: secret.length > 0,
  };
}

/** Opens what is open, and says where something is secret or stays sealed. */
function unsealed(written: unknown): { value: Tree; sealed: string[]; secret: string[] } {
  const sealed: string[] = [];
  const secret: string[] = [];
  const open = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => open(item, [...path, index]));
    if (!isTree(value)) return value;
    if (value[signature] === secretSignature) {
      secret.push(JSON.stringify(path));
      if (typeof value.plaintext === "string") return open(JSON.parse(value.plaintext), path);
      sealed.push(path.join("."));
      return undefined;
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, open(item, [...path, key])]));
  };
  const value = open(isTree(written) ? written : {}, []);
  return { value: isTree(value) ? value : {}, sealed, secret };
}
