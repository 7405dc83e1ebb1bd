import { azureAuthorities, azureRegion } from "../host/offerings";

/** `<provider>.<region>.attest.azure.net`; other clouds of Microsoft's have other ends. */
const authorityUrl = /^https:\/\/([a-z0-9-]+)\.([a-z0-9]+)\.attest\.azure\.(?:net|us|cn)\/?$/;

/** What is wrong with the address of an authority whose tokens release keys, as the rest of a sentence. */
export function authorityProblem(url: string): string | undefined {
  const [, provider, region] = authorityUrl.exec(url.toLowerCase()) ?? [];
  if (provider === undefined) return "is no address of Azure's attestation service";
  // A sample in the documentation mixes two regions; nobody answers there.
  if (provider.startsWith("shared") && provider !== `shared${region}`)
    return `is no shared authority: those are called shared${region}.${region}`;
  return undefined;
}

/** The shared authority of a region, where it is known. */
export function sharedAuthority(region: string): string | undefined {
  return azureAuthorities.byRegion[azureRegion(region)];
}
