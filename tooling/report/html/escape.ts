import { legible } from "../../review/text";

/** The one way for a text into the page: it stays text, in elements and in attributes. */
export function escaped(text: string): string {
  return unbroken(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** One line without characters that no screen shows, marks of direction among them; spaces at its ends stay. */
export function unbroken(text: string): string {
  const [before = ""] = /^\s*/.exec(text) ?? [];
  const [after = ""] = /\s*$/.exec(text) ?? [];
  const inner = text.trim() === "" ? "" : legibleParts(text.trim());
  return `${before === "" ? "" : " "}${inner}${after === "" || inner === "" ? "" : " "}`;
}

/** `legible` cuts what is very long; a page has room, and a cut digest would be none. */
function legibleParts(text: string): string {
  const parts = text.match(/[^]{1,300}/gu) ?? [];
  return parts.map((part) => legible(`|${part}|`).slice(1, -1)).join("");
}
