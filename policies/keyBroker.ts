import { parseDocument, regoPackage, regoStatements } from "./documents";
import type { Pod } from "./kubernetes";
import { containersOf, pods } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";
import { storedTexts } from "./storedTexts";
import type { TrusteeFile } from "./trusteeFiles";
import { trusteeFiles } from "./trusteeFiles";

/** Configurations of Trustee's key broker: files of that name, and documents with its tables. */
export const keyBrokerConfigurations: Selector<TrusteeFile> = {
  kinds: trusteeFiles.kinds,
  *select(resource) {
    for (const file of trusteeFiles.select(resource)) if (file.service === "kbs") yield file;
  },
};

/** Only what parses; that it does is a demand of `kbs-admin-closed`. */
export const keyBrokerDocuments: Selector<Place> = {
  kinds: trusteeFiles.kinds,
  *select(resource) {
    for (const { document } of keyBrokerConfigurations.select(resource)) if (document) yield document;
  },
};

/** Attestation service settings, in a file of their own or inside the key broker's when it is built in. */
export const attestationServiceSettings: Selector<Place> = {
  kinds: trusteeFiles.kinds,
  *select(resource) {
    for (const { service, document } of trusteeFiles.select(resource)) {
      if (service === "as" && document) yield document;
      const builtIn = service === "kbs" ? document?.at("attestation_service") : undefined;
      if (builtIn?.at("type").text === "coco_as_builtin") yield builtIn;
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
    kinds: policyFiles.kinds,
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
