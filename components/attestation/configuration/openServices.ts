import type { AttestationServiceConfiguration, StoreType, ValueProviderConfiguration } from "./serviceSchemas";

/*
 * What Trustee accepts and nobody should: settings that open it, forget what it decides by, or trust whoever answers.
 * Each as a sentence with its path and what to write instead; values that may be secret are never shown.
 */

export function openAttestationService(config: AttestationServiceConfiguration): string[] {
  return [
    ...forgetful("storage_backend", config.storage_backend),
    ...ephemeralSigner("attestation_token_broker", config.attestation_token_broker),
    ...openVerifiers("verifier_config", config.verifier_config),
  ];
}

export function openValueProvider(config: ValueProviderConfiguration): string[] {
  return forgetful("storage", config.storage);
}

type Verifiers = AttestationServiceConfiguration["verifier_config"];

export function openVerifiers(at: string, verifiers: Verifiers): string[] {
  const nvidia = verifiers?.nvidia_verifier;
  return [
    ...(nvidia ? [] : [`${at}.nvidia_verifier: missing, and Trustee takes Local then; write { type = "Remote" }`]),
    ...(nvidia && "verifier_url" in nvidia && nvidia.verifier_url
      ? httpsOnly(`${at}.nvidia_verifier.verifier_url`, nvidia.verifier_url)
      : []),
    ...(verifiers?.snp_verifier?.vcek_sources ?? []).flatMap((source, index) =>
      source.type === "KDS" && source.base_url
        ? httpsOnly(`${at}.snp_verifier.vcek_sources[${index}].base_url`, source.base_url)
        : [],
    ),
    ...(verifiers?.dcap_verifier && !verifiers.dcap_verifier.collateral_service.startsWith("file://")
      ? httpsOnly(`${at}.dcap_verifier.collateral_service`, verifiers.dcap_verifier.collateral_service)
      : []),
  ];
}

export function ephemeralSigner(
  at: string,
  broker: AttestationServiceConfiguration["attestation_token_broker"],
): string[] {
  if (broker?.signer?.cert_path || broker?.signer?.cert_url) return [];
  return broker?.signer
    ? [`${at}.signer: has no certificate, so no key broker could trust its tokens; add cert_path`]
    : [`${at}.signer: missing, so each process signs with a key of its own; name key_path and cert_path`];
}

interface Store {
  readonly storage_type?: StoreType | undefined;
}

export function forgetful(at: string, store: Store | undefined): string[] {
  const type = store?.storage_type;
  if (type !== undefined && type !== "Memory" && type !== "memory") return [];
  return [
    `${at}.storage_type: ${type ? `"${type}"` : "missing (Memory)"} forgets policies at each start, and Trustee installs open ones; write "LocalFs"`,
  ];
}

export function httpsOnly(at: string, url: string): string[] {
  return url.startsWith("https://") ? [] : [`${at}: "${url.slice(0, 60)}" is not https; write an https:// address`];
}
