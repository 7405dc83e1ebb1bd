/** One setting, as a row for people. */
export interface SettingRow {
  /** `nodePools[].provisioning (spot).onPreemption` */
  readonly path: string;
  readonly required: boolean;
  /** As YAML in one line; undefined where there is none. */
  readonly default?: string;
  /** Values that are possible, where they are few. */
  readonly values: readonly string[];
  readonly meaning: string;
}

/** The part of JSON Schema that our schemas come out as. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Every setting below a schema, in the schema's order, each form of a choice after the other. */
export function settingRows(schema: JsonSchema, at = ""): SettingRow[] {
  if (schema.items) return settingRows(schema.items, `${at}[]`);
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms) return unique(forms.flatMap((form) => settingRows(form, `${at}${kindOf(form)}`)));
  return (
    Object.entries(schema.properties ?? {})
      // It stands in the path.
      .filter(([name]) => name !== "kind")
      .flatMap(([name, setting]) => {
        const path = at === "" ? name : `${at}.${name}`;
        const fallback = setting.default;
        return [
          {
            path,
            required: (schema.required ?? []).includes(name),
            ...(fallback !== undefined && { default: inline(fallback) }),
            values: (setting.enum ?? setting.items?.enum ?? (setting.const === undefined ? [] : [setting.const])).map(
              inline,
            ),
            meaning: setting.description ?? setting.items?.description ?? "",
          },
          ...settingRows(setting, path),
        ];
      })
  );
}

/** What tells a form from the others: `kind`, where it is fixed. */
function kindOf({ properties }: JsonSchema): string {
  const kind = properties?.kind?.const;
  return typeof kind === "string" ? ` (${kind})` : "";
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${inline(item)}`)
      .join(", ")} }`;
  return String(value);
}

/** Settings that several forms share, once. */
function unique(rows: readonly SettingRow[]): SettingRow[] {
  return rows.filter(({ path }, index) => rows.findIndex((row) => row.path === path) === index);
}
