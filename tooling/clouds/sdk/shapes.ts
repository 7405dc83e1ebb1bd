/** What the published types of an SDK demand, as plain data that can be kept in a file. */
export type Shape =
  | { readonly kind: "any" | "string" | "number" | "boolean" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "array" | "record"; readonly of: Shape }
  | { readonly kind: "union"; readonly of: readonly Shape[] }
  /** A structure of `types/input.d.ts`, or an enumeration of `types/enums`: `compute.SecurityProfileArgs`. */
  | { readonly kind: "structure" | "enumeration"; readonly module: string; readonly name: string };

export interface Property {
  readonly shape: Shape;
  readonly optional: boolean;
  /** Values that its description names, where the type says no more than `string`. */
  readonly documented?: readonly string[];
  /** Whether the description says that a change replaces the resource. */
  readonly replaces?: true;
}

export interface Structure {
  readonly properties: Readonly<Record<string, Property>>;
}

/** Structures and enumerations of one module, `compute`. */
export interface Module {
  readonly structures: Readonly<Record<string, Structure>>;
  readonly enumerations: Readonly<Record<string, readonly (string | number)[]>>;
}

/** One resource type: what it takes, and what it has once it is there. */
export interface ResourceShape {
  readonly args: Structure;
  /** Outputs by name; `undefined` stands for what only a type of its own would describe. */
  readonly outputs: Readonly<Record<string, "string" | "number" | "boolean" | "array" | "other">>;
  /** Forms of an id that the description gives for imports, the fullest first. */
  readonly importIds: readonly string[];
}
