import * as proxy from "@pulumi/policy/proxy";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import type { Recording } from "../support/registrations";

/** The policy SDK's own, which its typings leave out. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  readonly unknownCheckingProxy: <T extends object>(value: T) => T;
  readonly unknownStringValue: string;
};

/** What the engine sends for a value that it will know at `up`. */
export const unknownValue = unknownStringValue;

/** Resources as the policy SDK hands them to a rule: reading an unknown value throws. */
export function asTheSdkShowsThem(resources: readonly Resource[]): Resource[] {
  return resources.map((resource) => ({
    ...resource,
    props: unknownCheckingProxy(structuredClone(resource.props)),
  }));
}

/** What rules see of everything that a program registered. */
export function registeredResources({ resources }: Recording): Resource[] {
  const urns = new Map<string, string[]>();
  for (const { name, urn } of resources) urns.set(name, [...(urns.get(name) ?? []), urn]);
  return asTheSdkShowsThem(
    resources.map(({ type, name, urn, inputs, dependencies }) => ({
      type,
      name,
      urn,
      props: inputs,
      dependsOn: dependencies.flatMap((dependency) => urns.get(dependency) ?? []),
    })),
  );
}

/** What all rules together have against resources, and what keeps a rule from judging. */
export function findingsOfAll(resources: readonly Resource[]) {
  return rules.flatMap((rule) => {
    const { findings, unknown } = rule.evaluate(resources);
    return [
      ...findings.map(({ resource, path, value, message }) => [rule.id, resource.name, path, value, message]),
      ...unknown.map(({ resource }) => [rule.id, resource.name, "not known"]),
    ];
  });
}

export type Path = readonly (string | number)[];

/** Every path into a structure, its inner nodes included. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

/** A copy of the resources in which one value of one of them is another. */
export function withInput(resources: readonly Resource[], index: number, path: Path, value: unknown): Resource[] {
  return resources.map((resource, position) => {
    if (position !== index) return resource;
    const props = structuredClone(resource.props) as Record<string, unknown>;
    const last = path.at(-1);
    if (last === undefined) return resource;
    const holder = path.slice(0, -1).reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], props);
    (holder as Record<string, unknown>)[last] = value;
    return { ...resource, props };
  });
}

/** A JSON pointer's segments. */
export function segments(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replace(/~1/g, "/").replace(/~0/g, "~"));
}

/** The value at a finding's path. */
export function valueAt(props: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, key, index, name]) => key ?? index ?? name,
  );
  return keys.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key ?? ""], props);
}

export function ruleOf(id: string) {
  const rule = rules.find((each) => each.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  return rule;
}

/** What a rule has against resources: name and path of each finding. */
export function found(id: string, ...resources: Resource[]): [string, string][] {
  const { findings } = ruleOf(id).evaluate(asTheSdkShowsThem(resources));
  return findings.map(({ resource, path }) => [resource.name, path]);
}
