import { isObject } from "../../policies/place";
import { nearest } from "../../stacks/config/errors";
import type { Property, Shape, Structure } from "./sdk/shapes";
import type { SdkTypes } from "./sdk/types";
import { peel, unknown } from "./wire";

/** What the SDK's types have against a resource's inputs: a sentence each, with the path, the value and the remedy. */
export function typeProblems(types: SdkTypes, token: string, inputs: unknown): string[] {
  const resource = types.resource(token);
  if (!resource) return [`${types.name} ${types.version} has no resource type ${token}; correct the type`];
  return new Checker(types).structure({ path: "", value: inputs, secret: false }, resource.args);
}

/** A value at its place; of a secret nothing is shown. */
interface Place {
  readonly path: string;
  readonly value: unknown;
  readonly secret: boolean;
}

type Named = Extract<Shape, { readonly kind: "structure" | "enumeration" }>;
type Member = string | number;

class Checker {
  constructor(private readonly types: SdkTypes) {}

  structure(place: Place, { properties }: Structure): string[] {
    const { value } = place;
    if (!isObject(value)) return [wrongKind(place, "a structure")];
    const known = Object.keys(properties);
    const problems = Object.entries(value).flatMap(([name, each]) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return property
        ? this.property(at(place, name, each), property)
        : [unknownProperty(at(place, name, each).path, name, known)];
    });
    const missing = Object.entries(properties)
      .filter(([name, { optional }]) => !optional && isAbsent(peel(value[name]).value))
      .map(([name, { shape }]) => `${at(place, name, undefined).path}: is missing; add ${this.describe(shape)}`);
    return [...problems, ...missing];
  }

  private property(place: Place, { shape, documented = [] }: Property): string[] {
    if (place.value === unknown || isAbsent(place.value)) return [];
    const problems = this.value(place, shape);
    if (problems.length > 0 || documented.length === 0) return problems;
    return Array.isArray(place.value)
      ? place.value.flatMap((each, index) => misspelt(item(place, index, each), documented))
      : misspelt(place, documented);
  }

  private value(place: Place, shape: Shape): string[] {
    const { value } = place;
    if (value === unknown || isAbsent(value)) return [];
    switch (shape.kind) {
      case "any":
        return [];
      case "string":
      case "number":
      case "boolean":
        return typeof value === shape.kind ? [] : [wrongKind(place, this.describe(shape))];
      case "literal":
        return value === shape.value ? [] : [wrongKind(place, this.describe(shape))];
      case "array":
        return Array.isArray(value)
          ? value.flatMap((each, index) => this.value(item(place, index, each), shape.of))
          : [wrongKind(place, this.describe(shape))];
      case "record":
        return isObject(value)
          ? Object.entries(value).flatMap(([key, each]) => this.value(item(place, JSON.stringify(key), each), shape.of))
          : [wrongKind(place, this.describe(shape))];
      case "structure":
        return isObject(value)
          ? this.structure(place, this.structureOf(shape))
          : [wrongKind(place, this.describe(shape))];
      case "enumeration":
        return this.member(place, this.membersOf(shape));
      case "union":
        return this.union(place, shape.of);
    }
  }

  /** `string | Enum` takes any text, but for one that differs from a member in nothing but its spelling. */
  private union(place: Place, shapes: readonly Shape[]): string[] {
    if (typeof place.value === "string" && shapes.some(({ kind }) => kind === "string"))
      return misspelt(
        place,
        shapes.flatMap((shape) => (shape.kind === "enumeration" ? this.membersOf(shape) : [])),
      );
    const verdicts = shapes.map((shape) => this.value(place, shape));
    // Where none fits, the one with the least against it was most likely meant.
    return verdicts.sort((a, b) => a.length - b.length)[0] ?? [];
  }

  private member(place: Place, members: readonly Member[]): string[] {
    const { value } = place;
    if (members.some((member) => member === value)) return [];
    const spelling = misspelt(place, members);
    if (spelling.length > 0) return spelling;
    const near = typeof value === "string" ? nearest(value, members.map(String)) : undefined;
    const list = listOf(members);
    return [
      `${place.path}: ${show(place)} is not among its values; write ${near ? `${JSON.stringify(near)} (of ${list})` : `one of ${list}`}`,
    ];
  }

  private structureOf({ module, name }: Named): Structure {
    return this.types.structure(module, name) ?? this.lacking(`inputs.${module}.${name}`);
  }

  private membersOf({ module, name }: Named): readonly Member[] {
    return this.types.enumeration(module, name) ?? this.lacking(`enums.${module}.${name}`);
  }

  private lacking(what: string): never {
    throw new Error(`${this.types.name} ${this.types.version} names ${what} and does not have it`);
  }

  private describe(shape: Shape): string {
    switch (shape.kind) {
      case "any":
        return "a value";
      case "string":
        return "a text";
      case "number":
        return "a number";
      case "boolean":
        return "true or false";
      case "literal":
        return JSON.stringify(shape.value);
      case "array":
        return `a list, each ${this.describe(shape.of)}`;
      case "record":
        return "a map from names to values";
      case "structure": {
        const needed = Object.entries(this.structureOf(shape).properties).filter(([, { optional }]) => !optional);
        return needed.length === 0 ? "a structure" : `a structure with ${needed.map(([name]) => name).join(", ")}`;
      }
      case "enumeration":
        return `one of ${listOf(this.membersOf(shape))}`;
      case "union":
        return shape.of.map((each) => this.describe(each)).join(", or ");
    }
  }
}

const isAbsent = (value: unknown) => value === undefined || value === null;
const listOf = (members: readonly Member[]) => members.map((each) => JSON.stringify(each)).join(", ");

function at(place: Place, name: string, wrapped: unknown): Place {
  return inside(place, place.path === "" ? name : `${place.path}.${name}`, wrapped);
}

function item(place: Place, key: string | number, wrapped: unknown): Place {
  return inside(place, `${place.path}[${key}]`, wrapped);
}

function inside(place: Place, path: string, wrapped: unknown): Place {
  const { value, secret } = peel(wrapped);
  return { path, value, secret: place.secret || secret };
}

function show({ value, secret }: Place): string {
  if (secret) return "the secret value";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return "a list";
  return isObject(value) ? "a structure" : String(value);
}

function wrongKind(place: Place, wanted: string): string {
  return `${place.path === "" ? "the inputs" : place.path}: ${show(place)} is not of its type; write ${wanted}`;
}

function unknownProperty(path: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const remedy = near ? `write ${near} instead` : `remove it; known here: ${[...known].sort().join(", ")}`;
  return `${path}: no such property; ${remedy}`;
}

const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** `DISK_WITH_VM_GUEST_STATE` for `DiskWithVMGuestState`: services take values in one spelling alone. */
function misspelt(place: Place, members: readonly Member[]): string[] {
  const { path, value } = place;
  if (typeof value !== "string" || members.includes(value)) return [];
  const meant = members.find((member) => letters(String(member)) === letters(value));
  return meant === undefined || letters(value) === ""
    ? []
    : [`${path}: ${show(place)} is not how the value is spelt; write ${JSON.stringify(meant)}`];
}
