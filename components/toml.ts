/** What TOML can hold here; floats and dates are not needed by any file that is rendered. */
export type TomlValue = string | number | boolean | readonly TomlValue[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: TomlValue | undefined;
}

/**
 * Deterministic TOML: keys sorted, plain values before tables, no white space to choose. The same table gives the same
 * bytes on every platform, which matters wherever the text is measured (init-data) or names a ConfigMap.
 */
export function renderToml(table: TomlTable): string {
  const lines: string[] = [];
  renderTable(table, [], lines);
  return `${lines.join("\n").trimStart()}\n`;
}

function renderTable(table: TomlTable, path: readonly string[], lines: string[]): void {
  const entries = Object.entries(table)
    .filter((entry): entry is [string, TomlValue] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, value] of entries) {
    if (!isTable(value) && !isTableArray(value)) lines.push(`${renderKey(key)} = ${renderValue(value)}`);
  }
  for (const [key, value] of entries) {
    const name = [...path, renderKey(key)];
    if (isTable(value)) {
      lines.push("", `[${name.join(".")}]`);
      renderTable(value, name, lines);
    } else if (isTableArray(value)) {
      for (const item of value) {
        lines.push("", `[[${name.join(".")}]]`);
        renderTable(item, name, lines);
      }
    }
  }
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value);
}

function isTableArray(value: TomlValue): value is readonly TomlTable[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

function renderKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : renderBasicString(key);
}

function renderValue(value: TomlValue): string {
  if (typeof value === "string") return renderString(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error(`TOML: ${value} is no whole number; write one`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${(value as readonly TomlValue[]).map(renderValue).join(", ")}]`;
  throw new Error("TOML: a list mixes tables with other values; keep them apart");
}

/** Text of several lines stays readable as a literal block, wherever it can be one; all else is escaped. */
function renderString(text: string): string {
  // A literal block knows no escapes: no quotes that could end it, no control characters, no carriage returns.
  const literal =
    text.includes("\n") && !text.includes("'''") && !text.endsWith("'") && !/[^\P{Cc}\t\n]|\p{Cs}/u.test(text);
  return literal ? `'''\n${text}'''` : renderBasicString(text);
}

/** JSON's escapes are TOML's; TOML also wants DEL escaped, and allows it for the C1 controls. */
function renderBasicString(text: string): string {
  if (/\p{Cs}/u.test(text)) throw new Error("TOML: the text has half of a surrogate pair; write valid Unicode");
  return JSON.stringify(text).replace(
    /[\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
