import { randomBytes } from "node:crypto";
import { renderSealedSecret, sealEnvelope } from "../../../components/images/sealedSecret";
import type { EnvelopeSecret, SealedSecretContent, VaultSecret } from "../../../components/images/sealedSecret";
import { readKeyFile } from "../../models/keyFile";
import { UserError } from "../../ui";
import { readNamed, writeNew } from "../../files";
import { readPrivateJwk } from "./jwk";

interface Common {
  readonly signingKey: string;
  readonly kid: string;
  readonly providerSettings?: string;
  readonly out: string;
}

export interface SealVaultOptions extends Common {
  readonly name: string;
  readonly provider: VaultSecret["provider"];
}

export interface SealEnvelopeOptions extends Common {
  readonly in: string;
  readonly provider: EnvelopeSecret["provider"];
  readonly keyId: string;
  readonly dataKeyFile: string;
  readonly wrappedKeyFile: string;
}

export function sealVaultSecret(options: SealVaultOptions): void {
  const { name, provider } = options;
  const provider_settings = settingsOf(options);
  write({ version: "0.1.0", type: "vault", name, provider, provider_settings, annotations: {} }, options);
}

export function sealEnvelopeSecret(options: SealEnvelopeOptions): void {
  const envelope = sealEnvelope(readKeyFile(options.in), {
    provider: options.provider,
    keyId: options.keyId,
    dataKey: readKeyFile(options.dataKeyFile),
    wrappedDataKey: readKeyFile(options.wrappedKeyFile),
    iv: randomBytes(12),
    providerSettings: settingsOf(options),
  });
  write(envelope, options);
}

function write(content: SealedSecretContent, { kid, signingKey, out }: Common): void {
  writeNew(out, `${renderSealedSecret(content, kid, readPrivateJwk(signingKey))}\n`);
  console.log(`Sealed (${content.type}, ${content.provider}), signed by ${kid}: ${out}`);
}

function settingsOf({ providerSettings: path }: Common): VaultSecret["provider_settings"] {
  if (path === undefined) return {};
  try {
    // What the values are is checked with the whole secret.
    const settings: unknown = JSON.parse(readNamed(path, "a JSON file"));
    if (typeof settings === "object" && settings !== null && !Array.isArray(settings))
      return settings as VaultSecret["provider_settings"];
  } catch (error) {
    if (error instanceof UserError) throw error;
  }
  throw new UserError(`${path} is no JSON table; write for example {"region": "eu-central-1"}.`);
}
