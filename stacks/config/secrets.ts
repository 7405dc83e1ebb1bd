import { z } from "zod";
import { ConfigurationError, location } from "./errors";

const pair = z.strictObject({
  certificate: z.string().startsWith("-----BEGIN CERTIFICATE-----"),
  privateKey: z.string().regex(/^-----BEGIN (EC |RSA )?PRIVATE KEY-----/),
});

/** The model owner's secrets, set with `pulumi config set --secret trustfoundry:trustSecrets`. */
const trustSecretsSchema = z.strictObject({
  tls: pair,
  tokenSigner: pair,
  resources: z.record(z.string().regex(/^[\w-]+\/[\w-]+\/[\w.-]+$/), z.base64().min(1)),
});

export type TrustSecrets = z.infer<typeof trustSecretsSchema>;

/** Says where something is wrong and never what stands there. */
export function parseTrustSecrets(raw: unknown, wantedKeys: readonly string[]): TrustSecrets {
  const result = trustSecretsSchema.safeParse(raw);
  if (!result.success)
    throw new ConfigurationError(
      result.error.issues.map((issue) => {
        const here = location([
          "trustSecrets",
          ...issue.path.map((part) => (typeof part === "number" ? part : String(part))),
        ]);
        return `${here}: missing or of the wrong form (its value is not shown); see docs/trust.md for the form`;
      }),
    );
  const given = Object.keys(result.data.resources);
  const problems = [
    ...wantedKeys
      .filter((key) => !given.includes(key))
      .map((key) => `${location(["trustSecrets", "resources"])}: has no value for ${key}, which a model names; add it`),
    ...given
      .filter((key) => !wantedKeys.includes(key))
      .map(
        (key) =>
          `${location(["trustSecrets", "resources"])}: holds ${key}, which no model may be given; remove it, or name it in models`,
      ),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return result.data;
}
