import type { SdkTypes } from "./sdk/types";

/** Whose subscription or project a plan pretends to be in: from the stack's configuration, never from this machine. */
export interface Account {
  readonly subscriptionId?: string;
  readonly tenantId?: string;
  readonly project?: string;
  readonly projectNumber?: string;
  readonly region?: string;
}

/** What is known of one resource type beyond its SDK's types, as data; templates are those of template.ts. */
export interface TypeRow {
  /** Its id. Default: what the cloud's rule gives. */
  readonly id?: string;
  /** What it has once it is there, laid over its inputs. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Paths of properties whose change replaces it, beside what its id is made of. */
  readonly replaces?: readonly string[];
  /** Why it cannot be changed once it is there. */
  readonly fixed?: string;
}

export type TypeRows = Readonly<Record<string, TypeRow>>;

/** How one cloud names things. */
export interface CloudRules {
  readonly plugin: "azure-native" | "gcp";
  readonly rows: TypeRows;
  /** What functions (`getClientConfig`) answer, by token; no other is answered. */
  readonly functions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Template of the id of a type without one in its row. */
  readonly idOf: (token: string, types: SdkTypes) => string;
  /** Name that the real provider gives where none is written: the property, and the name. */
  readonly autoName: (token: string, urn: string, id: string) => { readonly property: string; readonly name: string };
  /** Values for templates that come from the account. */
  readonly account: (account: Account) => Readonly<Record<string, unknown>>;
  /** Outputs that all types have, laid under those of the row. */
  readonly common: (made: Made) => Readonly<Record<string, unknown>>;
  /** Properties that place a resource, whatever its type: a change moves it, which replaces it. */
  readonly placing: readonly string[];
}

export interface Made {
  readonly token: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly account: Account;
  /** Names of its outputs by the SDK. */
  readonly outputs: readonly string[];
}

/** `azure-native:compute:VirtualMachine` → `compute`, `VirtualMachine`; `gcp:compute/instance:Instance` → `compute`, `Instance`. */
export function partsOf(token: string): { readonly module: string; readonly type: string } {
  const [, place = "", type = ""] = token.split(":");
  return { module: place.split("/")[0] ?? "", type };
}

/** Pulumi name in a URN. */
export const nameIn = (urn: string) => urn.split("::").slice(3).join("::");
