import { parseDocument, regoPackage, regoStatements } from "./documents";
import type { KubernetesObject, Pod } from "./kubernetes";
import { containersOf, objects, pods } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** A text that a ConfigMap or Secret holds under a name. */
export interface NamedText {
  readonly object: KubernetesObject;
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
            yield { object, name, place, text };
          }
        }
      }
    },
  };
}

const configurationFiles = storedTexts((name) => /\.(toml|json|ya?ml)$/.test(name));

export interface Configuration {
  /** Whether a Secret holds it; a ConfigMap is for everybody to read. */
  readonly secret: boolean;
  readonly place: Place;
  /** The parsed document; undefined where it does not parse. */
  readonly document: Place | undefined;
}

/** Configurations of Trustee's key broker: files of that name, and documents with its tables. */
export const keyBrokerConfigurations: Selector<Configuration> = {
  kinds: stores.kinds,
  *select(resource) {
    for (const { object, name, place, text } of configurationFiles.select(resource)) {
      const parsed = parseDocument(name, text);
      const named = /^kbs(-config)?\./.test(name);
      const secret = object.kind === "v1/Secret";
      if (parsed && "value" in parsed) {
        if (named || ("http_server" in parsed.value && "admin" in parsed.value))
          yield { secret, place, document: place.document(parsed.value) };
      } else if (named) yield { secret, place, document: undefined };
    }
  },
};

/** Only what parses; that it does is a demand of `kbs-admin-closed`. */
export const keyBrokerDocuments: Selector<Place> = {
  kinds: stores.kinds,
  *select(resource) {
    for (const { document } of keyBrokerConfigurations.select(resource)) if (document) yield document;
  },
};

/** Attestation service settings, in a file of their own or inside the key broker's when it is built in. */
export const attestationServiceSettings: Selector<Place> = {
  kinds: stores.kinds,
  *select(resource) {
    for (const document of keyBrokerDocuments.select(resource)) {
      const service = document.at("attestation_service");
      if (service.at("type").text === "coco_as_builtin") yield service;
    }
    for (const { name, place, text } of configurationFiles.select(resource)) {
      const parsed = parseDocument(name, text);
      const isService =
        parsed && "value" in parsed && !("http_server" in parsed.value) && "rvps_config" in parsed.value;
      if (isService) yield place.document(parsed.value);
    }
  },
};

const policyFiles = storedTexts((name) => /polic|\.rego$|\.json$/i.test(name));

export interface RegoText {
  readonly place: Place;
  readonly text: string;
}

/** Policies of Trustee: Rego of package `policy`, plain or as a value in a JSON store. Texts are long: never shown. */
function policies(fits: (text: string) => boolean): Selector<RegoText> {
  return {
    kinds: stores.kinds,
    *select(resource) {
      for (const { name, place, text } of policyFiles.select(resource)) {
        if (isPolicy(text) && fits(text)) yield { place: place.hidden(), text };
        const parsed = name.endsWith(".json") ? parseDocument(name, text) : undefined;
        const texts = parsed && "value" in parsed ? Object.entries(parsed.value) : [];
        for (const [key, value] of texts)
          if (typeof value === "string" && isPolicy(value) && fits(value))
            yield {
              place: place
                .document(parsed && "value" in parsed ? parsed.value : {})
                .at(key)
                .hidden(),
              text: value,
            };
      }
    },
  };
}

const isPolicy = (text: string) => regoPackage(text) === "policy";
const appraises = (text: string) => regoStatements(text).some((line) => line.includes("trust_claims"));

/** What the key broker decides by. */
export const resourcePolicies = policies((text) => !appraises(text));

/** What the attestation service makes of evidence. */
export const attestationPolicies = policies(appraises);

/** Names of the images of Trustee's services, released and staged. */
const trusteeImages = [
  "key-broker-service",
  "kbs",
  "kbs-grpc-as",
  "coco-as-grpc",
  "coco-as-restful",
  "attestation-service",
  "rvps",
  "reference-value-provider-service",
];

/** Pods that run the key broker, the attestation service or the reference value provider. */
export const trusteePods: Selector<Pod> = {
  kinds: ["pods with an image of Trustee"],
  *select(resource) {
    for (const pod of pods.select(resource))
      if (containersOf(pod).some(({ place }) => isTrusteeImage(place.at("image").text))) yield pod;
  },
};

function isTrusteeImage(image: string | undefined): boolean {
  const name = image?.split("@")[0]?.split("/").at(-1)?.split(":")[0];
  return name !== undefined && trusteeImages.includes(name);
}
