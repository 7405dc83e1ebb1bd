import { isObject } from "../../policies/place";

/**
 * Property values as the engine hands them to a provider's plugin. The signatures are Pulumi's own
 * (`@pulumi/pulumi/runtime/rpc`): special values are objects that carry one.
 */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Stands where a value is that only `up` will know. */
export const unknown = Symbol("unknown");

/** Takes one value's own wrappers off: a secret, an output, a reference to a resource. What is inside keeps its own. */
export function peel(value: unknown): { readonly value: unknown; readonly secret: boolean } {
  if (value === unknownValue) return { value: unknown, secret: false };
  if (!isObject(value)) return { value, secret: false };
  switch (value[signature]) {
    case secretSignature:
      return { value: peel(value.value).value, secret: true };
    case outputSignature: {
      const inner = "value" in value ? peel(value.value) : { value: unknown, secret: false };
      return { value: inner.value, secret: inner.secret || value.secret === true };
    }
    case resourceSignature:
      return value.id === undefined || value.id === "" ? { value: unknown, secret: false } : peel(value.id);
    default:
      // A plain structure; assets and archives stay what they are.
      return { value, secret: false };
  }
}

/** A value without any wrapper, all the way down. */
export function unwrap(wrapped: unknown): unknown {
  const { value } = peel(wrapped);
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrap(each)]));
}

export function unwrapAll(properties: unknown): Record<string, unknown> {
  const value = unwrap(properties);
  return isObject(value) ? value : {};
}

/** Marks what would show a secret input as secret, too: the engine encrypts it in the state. */
export function keepSecret(outputs: Readonly<Record<string, unknown>>, inputs: unknown): Record<string, unknown> {
  const secrets = secretTexts(inputs);
  const shows = (value: unknown): boolean => {
    if (typeof value === "string") return secrets.some((text) => value.includes(text));
    return typeof value === "object" && value !== null && Object.values(value).some(shows);
  };
  if (secrets.length === 0) return { ...outputs };
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      shows(value) ? { [signature]: secretSignature, value } : value,
    ]),
  );
}

function secretTexts(wrapped: unknown): string[] {
  const { value, secret } = peel(wrapped);
  if (secret) return textsIn(unwrap(value));
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(secretTexts) : [];
}

function textsIn(value: unknown): string[] {
  if (typeof value === "number") return [String(value)];
  if (typeof value === "string") return value === "" ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
