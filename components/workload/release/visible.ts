/**
 * Characters that a screen does not show as they are: controls, which terminals obey, ends of lines, halves of surrogate
 * pairs, and marks that turn the direction of writing. A release is read by people before they sign it, or trust it.
 */
const hidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
/** The same without C0 controls, which are shown as JSON shows them. */
const hiddenInJson = /[\u007f-\u009f\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** Places of texts, anywhere in a value, that show something else than they say. Of `command` JSON is shown. */
export function hiddenTexts(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value === "string") return (path[0] === "command" ? hiddenInJson : hidden).test(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  const items: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return items.flatMap(([key, item]) => hiddenTexts(item, [...path, key]));
}

/** A text of unknown origin for a message: what would be hidden is spelled out. */
export function visible(text: string): string {
  return text.replace(new RegExp(hidden, "gu"), (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
