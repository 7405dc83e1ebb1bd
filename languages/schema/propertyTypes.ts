/** The part of Pulumi's package schema (https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/) that is used here. */
export interface PropertyType {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly $ref?: string;
  readonly items?: PropertyType;
  readonly additionalProperties?: PropertyType;
  readonly oneOf?: readonly PropertyType[];
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Readonly<Record<string, string>> };
  readonly plain?: boolean;
}

export interface Property extends PropertyType {
  readonly description?: string;
  readonly const?: string | number | boolean;
  readonly secret?: boolean;
}

export interface ObjectForm {
  readonly type: "object";
  readonly description?: string;
  readonly properties: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

/** JSON Schema as zod writes it, as far as it is read here. */
export interface JsonForm {
  readonly type?: string;
  readonly description?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly items?: JsonForm;
  readonly properties?: Readonly<Record<string, JsonForm>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonForm | boolean;
  readonly anyOf?: readonly JsonForm[];
  readonly oneOf?: readonly JsonForm[];
}
