import { parseDocument, regoPackage, regoStatements } from "./documents";
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

/** Those of them that release something; what allows nothing needs no condition. */
export const releasingPolicies: Selector<RegoText> = {
  kinds: resourcePolicies.kinds,
  *select(resource) {
    for (const policy of resourcePolicies.select(resource))
      if (regoStatements(policy.text).some((line) => /^allow\b/.test(line))) yield policy;
  },
};

/** What the attestation service makes of evidence. */
export const attestationPolicies = policies(appraises);
