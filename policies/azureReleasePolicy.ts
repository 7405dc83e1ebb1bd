import type { ClaimPlacement } from "../components/attestation/azureReleasePolicy";
import { claimPrefixes } from "../components/attestation/azureReleasePolicy";
import { azureResources } from "./azure";
import { someKnown } from "./evaluate";
import type { Place } from "./place";
import type { Resource, Selector } from "./rule";

/** A key that can leave Azure's vault, or is meant to: to whom is for its release policy to say. */
export interface ReleasedKey {
  readonly resource: Resource;
  /** The key's `properties`. */
  readonly properties: Place;
  /** The encoded policy. */
  readonly data: Place;
}

const keys = azureResources("keyvault:Key");

export const releasedKeys: Selector<ReleasedKey> = {
  kinds: keys.kinds,
  *select(resource) {
    for (const { body } of keys.select(resource)) {
      const properties = body.at("properties");
      const signs = [
        () => properties.at("attributes", "exportable").value === true,
        () => properties.at("releasePolicy").present,
        () =>
          properties
            .at("keyOps")
            .items()
            .some((operation) => operation.value === "release"),
      ];
      if (someKnown(signs, (sign) => sign()))
        yield { resource, properties, data: properties.at("releasePolicy", "data") };
    }
  },
};

/** What the policy says; undefined where it is not JSON in base64url. */
export function policyOf({ data }: ReleasedKey): Place | undefined {
  const encoded = data.text;
  if (encoded === undefined || !/^[A-Za-z0-9_-]+=*$/.test(encoded)) return undefined;
  try {
    return data.document(JSON.parse(Buffer.from(encoded, "base64url").toString("utf8")));
  } catch {
    return undefined;
  }
}

/** The authorities whose tokens the policy accepts, each with its own conditions. */
export function authoritiesOf(policy: Place): Place[] {
  return policy.at("anyOf").items();
}

/** Whether a condition cannot hold without a claim that fits. */
export function demands(condition: Place, fits: (claim: string, equals: unknown) => boolean): boolean {
  const alternatives = condition.at("anyOf").items();
  return (
    fits(condition.at("claim").text ?? "", condition.at("equals").value) ||
    condition
      .at("allOf")
      .items()
      .some((each) => demands(each, fits)) ||
    (alternatives.length > 0 && alternatives.every((each) => demands(each, fits)))
  );
}

/** Every condition on a claim, however deep. */
export function* conditionsOf(condition: Place): Iterable<Place> {
  if (condition.at("claim").present) yield condition;
  for (const key of ["allOf", "anyOf"]) for (const each of condition.at(key).items()) yield* conditionsOf(each);
}

const attestationTypes = ["sevsnpvm", "tdxvm"];

/** Which of the two an authority's conditions demand in full: a TEE, and that it is in order. */
export function placementsDemanded(authority: Place): ClaimPlacement[] {
  return (Object.keys(claimPrefixes) as ClaimPlacement[]).filter((placement) => {
    const prefix = claimPrefixes[placement];
    return demandsType(authority, prefix) && demandsCompliance(authority, prefix);
  });
}

/** Which of the two an authority's conditions demand anything of. */
export function placementsTouched(authority: Place): ClaimPlacement[] {
  return (Object.keys(claimPrefixes) as ClaimPlacement[]).filter(
    (placement) =>
      demandsType(authority, claimPrefixes[placement]) || demandsCompliance(authority, claimPrefixes[placement]),
  );
}

function demandsType(authority: Place, prefix: string): boolean {
  return demands(
    authority,
    (claim, value) => claim === `${prefix}x-ms-attestation-type` && attestationTypes.some((type) => type === value),
  );
}

/** Of a virtual machine, or of a container group with its policy's digest beside it. */
function demandsCompliance(authority: Place, prefix: string): boolean {
  const status = (wanted: string) =>
    demands(authority, (claim, value) => claim === `${prefix}x-ms-compliance-status` && value === wanted);
  const hostData = () =>
    demands(authority, (claim, value) => claim === `${prefix}x-ms-sevsnpvm-hostdata` && typeof value === "string");
  return status("azure-compliant-cvm") || (status("azure-compliant-uvm") && hostData());
}
