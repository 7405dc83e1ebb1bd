import type { JsonForm, ObjectForm, Property, PropertyType } from "./propertyTypes";

const anything: PropertyType = { $ref: "pulumi.json#/Any" };
const scalars = ["string", "integer", "number", "boolean"] as const;

/**
 * Named types of a package, collected from JSON Schema. A type's name is the way to it, `HostGpu`, so that it stays while
 * other types come and go; where two components have the same argument, they have the same type.
 */
export class TypeTable {
  private readonly forms = new Map<string, ObjectForm>();

  constructor(private readonly packageName: string) {}

  /** All types by token. */
  get types(): Record<string, ObjectForm> {
    return Object.fromEntries([...this.forms].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** An object's properties, each with the name of what it may hold. */
  properties(form: JsonForm, nameOf: (key: string) => string): Pick<ObjectForm, "properties" | "required"> {
    const properties = Object.entries(form.properties ?? {}).map(([key, inner]): [string, Property] => [
      key,
      this.property(inner, nameOf(key)),
    ]);
    const required = [...(form.required ?? [])].sort();
    return {
      properties: Object.fromEntries(properties.sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(required.length > 0 && { required }),
    };
  }

  property(form: JsonForm, name: string): Property {
    const description = describe(form);
    return {
      ...this.type(form, name),
      ...(description && { description }),
      ...(form.const !== undefined && { const: form.const }),
    };
  }

  private type(form: JsonForm, name: string): PropertyType {
    const alternatives = form.oneOf ?? form.anyOf;
    if (alternatives) return this.union(alternatives, name);
    if (form.type === "array") return { type: "array", items: form.items ? this.type(form.items, name) : anything };
    if (form.type === "object") return this.object(form, name);
    const scalar = scalars.find((each) => each === (form.type ?? typeof form.const));
    return scalar ? { type: scalar } : anything;
  }

  private object(form: JsonForm, name: string): PropertyType {
    const { properties, additionalProperties } = form;
    if (!properties) {
      const values = typeof additionalProperties === "object" ? this.type(additionalProperties, name) : anything;
      return { type: "object", additionalProperties: values };
    }
    // Names such as 04 are none in the languages: there it is a table of what they all hold.
    const nameless = Object.keys(properties).find((key) => !/^[A-Za-z_]\w*$/.test(key));
    if (nameless !== undefined)
      return { type: "object", additionalProperties: this.type(properties[nameless] as JsonForm, name) };
    const description = form.description && { description: sentence(form.description) };
    const inner = this.properties(form, (key) => `${name}${capital(singular(key, properties[key]))}`);
    return { $ref: this.add(name, { type: "object", ...description, ...inner }) };
  }

  private union(alternatives: readonly JsonForm[], name: string): PropertyType {
    const tags = alternatives.map(({ properties }) => properties?.kind?.const);
    const named = alternatives.map((each, index) =>
      this.type(each, tags[index] !== undefined ? `${name}${capital(String(tags[index]))}` : name),
    );
    const distinct = [...new Map(named.map((type) => [JSON.stringify(type), type])).values()];
    if (distinct.length === 1) return distinct[0] as PropertyType;
    if (tags.some((tag) => tag === undefined)) return { oneOf: distinct };
    const mapping = Object.fromEntries(tags.map((tag, index) => [String(tag), named[index]?.$ref ?? ""]));
    return { oneOf: distinct, discriminator: { propertyName: "kind", mapping } };
  }

  private add(name: string, form: ObjectForm): string {
    const token = `${this.packageName}:index:${name}`;
    const before = this.forms.get(token);
    if (before && JSON.stringify(before) !== JSON.stringify(form))
      throw new Error(`Two different types would be called ${token}; give one of the arguments another name`);
    this.forms.set(token, form);
    return `#/types/${token}`;
  }
}

/** What it is, which words it takes, and what it is without. */
function describe({ description, enum: words, default: value }: JsonForm): string {
  const parts = [
    description && sentence(description),
    words && `One of: ${words.join(", ")}.`,
    value !== undefined && `Default: ${typeof value === "string" ? value : JSON.stringify(value)}.`,
  ];
  return parts.filter(Boolean).join(" ");
}

function sentence(text: string): string {
  return `${capital(text)}${/[.!?]$/.test(text) ? "" : "."}`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A list's items are called by what one of them is. */
export function singular(key: string, form: JsonForm | undefined): string {
  return form?.type === "array" && !key.endsWith("ss") ? key.replace(/s$/, "") : key;
}
