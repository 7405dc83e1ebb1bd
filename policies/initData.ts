import { decodeInitData, initDataAnnotationKey } from "../components/guest/initDataAnnotation";
import { parseDocument } from "./documents";
import type { Pod } from "./kubernetes";
import { confidentialPods } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** The init-data of one pod: what the guest is told, bound to its evidence by HOST_DATA or MRCONFIGID. */
export interface InitData {
  readonly pod: Pod;
  readonly annotation: Place;
  /** The decoded document with its measured text, or why there is none. */
  readonly decoded: DecodedInitData;
}

type DecodedInitData = { readonly document: Place; readonly toml: string } | { readonly error: string };

/** The annotation of every confidential pod, present or not. */
export const initDataAnnotations: Selector<InitData> = {
  kinds: confidentialPods.kinds,
  *select(resource) {
    for (const pod of confidentialPods.select(resource)) yield initDataOf(pod);
  },
};

export function initDataOf(pod: Pod): InitData {
  const annotation = pod.metadata.at("annotations", initDataAnnotationKey);
  // Decoded when asked: reading a value that is not known yet must end this pod's check, not the search for others.
  return {
    pod,
    annotation,
    get decoded() {
      return decode(annotation);
    },
  };
}

/** Only what decodes; that it does is a demand of `init-data-present`. */
export const initDataDocuments: Selector<{ readonly document: Place }> = {
  kinds: confidentialPods.kinds,
  *select(resource) {
    for (const { decoded } of initDataAnnotations.select(resource)) if ("document" in decoded) yield decoded;
  },
};

/** A TOML file that init-data gives to the guest; undefined where it is absent or no TOML. */
export function guestFile(document: Place, name: "aa.toml" | "cdh.toml"): Place | undefined {
  const file = document.at("data", name);
  const parsed = file.text === undefined ? undefined : parseDocument(name, file.text);
  return parsed && "value" in parsed ? file.document(parsed.value) : undefined;
}

function decode(annotation: Place): DecodedInitData {
  if (!annotation.text) return { error: "is missing" };
  try {
    const toml = decodeInitData(annotation.text);
    const parsed = parseDocument("initdata.toml", toml);
    return parsed && "value" in parsed
      ? { document: annotation.document(parsed.value), toml }
      : { error: "holds no TOML" };
  } catch {
    return { error: "is not base64 of gzip" };
  }
}
