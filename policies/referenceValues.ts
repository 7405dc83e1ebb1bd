import { parseDocument } from "./documents";
import type { Place } from "./place";
import type { Selector } from "./rule";
import { storedTexts } from "./storedTexts";

/** A reference value as Trustee's provider finds it. */
export interface StoredValue {
  readonly name: string;
  /** The record of it: version, name, expiration, value. */
  readonly record: Place;
}

/** Files that are one record each (LocalFs), and tables of all records (LocalJson). */
const files = storedTexts((name) => /^\w+$|^reference[_-]values?\.json$/.test(name));

/** Reference values of both stores, as far as they can be read; that they can is a demand of `reference-values-typed`. */
export const storedReferenceValues: Selector<StoredValue> = {
  kinds: files.kinds,
  *select(resource) {
    for (const { name, place, text } of files.select(resource)) {
      const document = documentOf(place, text);
      if (!document) continue;
      if (!isTable(name)) {
        if (document.at("name").text === name && document.keys().includes("value")) yield { name, record: document };
        continue;
      }
      for (const key of document.keys()) {
        const stored = document.at(key);
        const record = documentOf(stored, Buffer.from(stored.text ?? "", "base64url").toString("utf8"));
        if (record) yield { name: key, record };
      }
    }
  },
};

const isTable = (name: string) => /^reference[_-]values?(\.json)?$/.test(name);

function documentOf(place: Place, text: string): Place | undefined {
  const parsed = parseDocument("record.json", text);
  return parsed && "value" in parsed ? place.document(parsed.value) : undefined;
}
