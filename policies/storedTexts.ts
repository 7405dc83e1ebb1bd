import { objects } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** A text that a ConfigMap or Secret holds under a name. */
export interface NamedText {
  /** Whether a Secret holds it; a ConfigMap is for everybody to read. */
  readonly secret: boolean;
  readonly name: string;
  readonly place: Place;
  readonly text: string;
}

const stores = objects("v1/ConfigMap", "v1/Secret");

/** Texts under names that fit. Those of Secrets are decoded, and never shown. */
export function storedTexts(fits: (name: string) => boolean): Selector<NamedText> {
  return {
    kinds: stores.kinds,
    *select(resource) {
      for (const object of stores.select(resource)) {
        const secret = object.kind === "v1/Secret";
        for (const field of ["data", "stringData", "binaryData"]) {
          const base64 = field === "binaryData" || (secret && field === "data");
          const holder = secret ? object.body.at(field).hidden() : object.body.at(field);
          for (const name of holder.keys().filter(fits)) {
            const place = holder.at(name);
            if (place.text === undefined) continue;
            const text = base64 ? Buffer.from(place.text, "base64").toString("utf8") : place.text;
            yield { secret, name, place, text };
          }
        }
      }
    },
  };
}
