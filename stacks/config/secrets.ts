import { z } from "zod";
import { kbsResourcePath } from "../../components/images/kbsResource";
import type { KeyStoreCredentials } from "../../components/attestation/keyStore";
import { ConfigurationError, location } from "./errors";
import { tlsProblems, tokenSignerProblems } from "./keyPairs";

const pair = z.strictObject({
  certificate: z.string().startsWith("-----BEGIN CERTIFICATE-----"),
  privateKey: z.string().regex(/^-----BEGIN (EC |RSA )?PRIVATE KEY-----/),
});

/** The model owner's secrets, set with `pulumi config set --secret trustfoundry:trustSecrets`. */
export const trustSecretsSchema = z.strictObject({
  tls: pair,
  tokenSigner: pair,
  resources: z.record(kbsResourcePath, z.base64().min(1)).optional(),
  keyStore: z
    .strictObject({
      token: z.string().regex(/^\S+$/).optional(),
      clientKey: z.string().min(1).optional(),
      password: z.string().min(1).optional(),
      pin: z
        .string()
        .regex(/^[^\r\n]+$/)
        .optional(),
    })
    .optional(),
  intelTrustAuthority: z.strictObject({ apiKey: z.string().regex(/^\S+$/) }).optional(),
});

export type TrustSecrets = z.infer<typeof trustSecretsSchema>;

/** What the secrets have to fit: all of it is public. */
export interface TrustSecretsContext {
  /** Resources that models name. */
  readonly wantedKeys: readonly string[];
  /** DNS name of the key broker. */
  readonly dnsName: string;
  /** PEM of the CA that is measured into every guest. */
  readonly caCertificate: string;
  /**
   * Whether keys are made up, as in a rehearsal. Only then do they come from here: this setting is in the stack's state,
   * if encrypted, and a model's key must be in none.
   */
  readonly simulated: boolean;
  /** Credentials that the key store needs. */
  readonly wantedCredentials: readonly (keyof KeyStoreCredentials)[];
  /** Whether Intel Trust Authority judges evidence, so that its API key is needed. Default false. */
  readonly wantsIntelKey?: boolean;
  /** Default: the present. */
  readonly now?: Date;
}

/** All resources travel in one Secret of Kubernetes, which takes 1 MiB. */
const resourceLimitBytes = 1024 * 1024;

/** Says where something is wrong and never what stands there. */
export function parseTrustSecrets(raw: unknown, context: TrustSecretsContext): TrustSecrets {
  if (raw === undefined)
    throw new ConfigurationError([
      `${at()}: missing; set it with \`pulumi config set --secret trustfoundry:trustSecrets\`, see docs/trust.md for the form`,
    ]);
  const result = trustSecretsSchema.safeParse(raw);
  if (!result.success)
    throw new ConfigurationError(
      result.error.issues.map(
        ({ path }) =>
          `${at(...path.map((part) => (typeof part === "number" ? part : String(part))))}: missing or of the wrong form (its value is not shown); see docs/trust.md for the form`,
      ),
    );
  const problems = [
    ...pairProblems(result.data, context),
    ...resourceProblems(result.data, context),
    ...credentialProblems(result.data, context),
    ...intelProblems(result.data, context),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return result.data;
}

/** The text of the setting as Pulumi hands it over, decrypted. A parser's own message would show a part of it. */
export function decodeTrustSecrets(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ConfigurationError([
      `${at()}: is no JSON (its value is not shown); see docs/trust.md for the form, and for setting it from a file`,
    ]);
  }
}

function pairProblems(secrets: TrustSecrets, { dnsName, caCertificate, now }: TrustSecretsContext): string[] {
  return [
    ...tlsProblems(secrets.tls, dnsName, caCertificate, now).map((problem) => `${at("tls")}: ${problem}`),
    ...tokenSignerProblems(secrets.tokenSigner, caCertificate, now).map(
      (problem) => `${at("tokenSigner")}: ${problem}`,
    ),
  ];
}

function resourceProblems(secrets: TrustSecrets, { wantedKeys, simulated }: TrustSecretsContext): string[] {
  if (!simulated)
    return secrets.resources === undefined
      ? []
      : [
          `${at("resources")}: would put models' keys into the stack's state; remove it, and name a Secret of your own making in attestation.resourcesSecret, or a key store in attestation.keyStore`,
        ];
  const { resources = {} } = secrets;
  const given = Object.keys(resources);
  const bytes = Object.values(resources).reduce((sum, value) => sum + Buffer.byteLength(value, "base64"), 0);
  return [
    ...wantedKeys
      .filter((key) => !given.includes(key))
      .map((key) => `${at("resources")}: has no value for ${key}, which a model names; add it`),
    ...given
      .filter((key) => !wantedKeys.includes(key))
      .map((key) => `${at("resources")}: holds ${key}, which no model may be given; remove it, or name it in models`),
    ...(bytes > resourceLimitBytes
      ? [
          `${at("resources")}: are ${bytes} bytes together, and ${resourceLimitBytes} fit; keep weights in storage and only their keys here`,
        ]
      : []),
  ];
}

function credentialProblems(secrets: TrustSecrets, { wantedCredentials: wanted }: TrustSecretsContext): string[] {
  const given = Object.entries(secrets.keyStore ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return [
    ...wanted
      .filter((name) => !given.includes(name))
      .map((name) => `${at("keyStore", name)}: missing, and attestation.keyStore needs it; add it`),
    ...given
      .filter((name) => !wanted.some((other) => other === name))
      .map((name) => `${at("keyStore", name)}: is for another kind of attestation.keyStore; remove it`),
  ];
}

function intelProblems({ intelTrustAuthority: given }: TrustSecrets, { wantsIntelKey }: TrustSecretsContext): string[] {
  const where = at("intelTrustAuthority", "apiKey");
  if (wantsIntelKey && !given)
    return [`${where}: missing, and attestation.service.kind intelTrustAuthority needs it; add it`];
  if (!wantsIntelKey && given) return [`${where}: is for attestation.service.kind intelTrustAuthority; remove it`];
  return [];
}

function at(...path: (string | number)[]): string {
  return location(["trustSecrets", ...path]);
}
