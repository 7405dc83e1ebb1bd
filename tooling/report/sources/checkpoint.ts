import { isObject } from "../../../policies/place";
import { UserError } from "../../ui";
import type { ReadResource } from "../reading";

/** A stack's state: what `pulumi stack export` writes, or what a backend of files keeps. */
export interface Checkpoint {
  readonly stackName: string;
  readonly asOf?: string;
  readonly resources: readonly ReadResource[];
  /** The stack's outputs; those that are secret are not in it. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Pulumi's mark of a value that is no plain one: a secret, an asset, a resource (sdk/go/common/resource/sig). */
const signature = "4dabf18193072939515e22adb298388d";
/** What stands in a secret's place, for rules and for facts. It is printed nowhere. */
const sealed = "(sealed)";

/** Reads a state; `undefined` where the file is JSON of something else. Throws a UserError for one that is broken. */
export function readCheckpoint(text: string, file: string): Checkpoint | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UserError(
      `${file} is not JSON; name what \`pulumi stack export --file <stack>.json\` wrote, or a stack's folder.`,
    );
  }
  const deployment = deploymentIn(parsed);
  if (!deployment) return undefined;
  const written = Array.isArray(deployment.resources) ? deployment.resources.filter(isObject) : [];
  const stackName = written.map(({ urn }) => stackOf(urn)).find((name) => name !== undefined);
  if (stackName === undefined)
    throw new UserError(`${file} is the state of a stack without resources; nothing can be reported about it.`);
  const manifest = isObject(deployment.manifest) ? deployment.manifest : {};
  const stack = written.find(({ type }) => type === "pulumi:pulumi:Stack");
  return {
    stackName,
    ...(typeof manifest.time === "string" && { asOf: toTheSecond(manifest.time) }),
    resources: written
      // What `pulumi up` is about to delete is no longer part of the factory.
      .filter(({ type, delete: leaving }) => !String(type).startsWith("pulumi:") && leaving !== true)
      .map(resourceOf),
    outputs: unsealed(isObject(stack?.outputs) ? stack.outputs : {}) as Record<string, unknown>,
  };
}

/** `{deployment}` of an export, `{checkpoint: {latest}}` of a backend. */
function deploymentIn(parsed: unknown): Record<string, unknown> | undefined {
  if (!isObject(parsed)) return undefined;
  if (isObject(parsed.deployment)) return parsed.deployment;
  return isObject(parsed.checkpoint) && isObject(parsed.checkpoint.latest) ? parsed.checkpoint.latest : undefined;
}

function resourceOf(written: Record<string, unknown>): ReadResource {
  const urn = typeof written.urn === "string" ? written.urn : "";
  const dependencies = Array.isArray(written.dependencies) ? written.dependencies : [];
  return {
    type: typeof written.type === "string" ? written.type : "",
    name: urn.split("::").slice(3).join("::"),
    urn,
    inputs: unsealed(isObject(written.inputs) ? written.inputs : {}) as Record<string, unknown>,
    dependsOn: [...dependencies, written.parent].filter((each): each is string => typeof each === "string"),
  };
}

function unsealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unsealed);
  if (!isObject(value)) return value;
  if (signature in value) return sealed;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unsealed(item)]));
}

function stackOf(urn: unknown): string | undefined {
  return typeof urn === "string" ? /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] : undefined;
}

/** `2026-11-27T04:00:31.426285901Z`, whose fractions say nothing to anybody. */
function toTheSecond(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? time : `${new Date(at).toISOString().slice(0, 19)}Z`;
}
