/**
 * JSON in which no object names a key twice. Of a repeated key parsers take the first or the last: the scanner's reader
 * and this one would then judge different documents. Throws an error whose message ends a sentence.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("is not JSON");
  }
  if (writtenKeys(text) !== parsedKeys(value)) throw new Error("names a key twice in one object");
  return value;
}

/** How many keys stand in a valid JSON text: strings that a colon follows. */
function writtenKeys(text: string): number {
  let keys = 0;
  for (let start = text.indexOf('"'); start !== -1;) {
    let end = start + 1;
    while (text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    let after = end + 1;
    while (" \t\r\n".includes(text[after] ?? "x")) after++;
    if (text[after] === ":") keys++;
    start = text.indexOf('"', after);
  }
  return keys;
}

/** How many keys a parsed value holds; without recursion, since nothing bounds the depth. */
function parsedKeys(value: unknown): number {
  let keys = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    const items: readonly unknown[] = Array.isArray(next) ? (next as unknown[]) : Object.values(next);
    if (!Array.isArray(next)) keys += items.length;
    for (const item of items) open.push(item);
  }
  return keys;
}
