import { z } from "zod";
import { count, kinds, path, text } from "./basics";

/*
 * Trustee's configuration files, key by key, as v0.21.0 reads them (the same commit that Kata 4.0.0 and 4.1.0 name).
 * Trustee ignores most keys that it does not know: a misspelt or retired one leaves an open default in place, unsaid.
 * Sources: kbs/src/config.rs, kbs/src/admin, kbs/src/token, kbs/src/plugins, attestation-service/src/config.rs,
 * deps/verifier/src, deps/key-value-storage/src, rvps/src/config.rs.
 */

/** Each store has two spellings there. */
export const storeType = z.enum([
  ...(["Memory", "LocalFs", "LocalJson", "Postgres", "Redis"] as const),
  ...(["memory", "local_fs", "local_json", "postgres", "redis"] as const),
]);
export type StoreType = z.infer<typeof storeType>;

export const storage = z.strictObject({
  storage_type: storeType.optional(),
  backends: z
    .strictObject({
      local_fs: z.strictObject({ dir_path: path.optional() }).optional(),
      local_json: z.strictObject({ file_dir_path: path.optional() }).optional(),
      postgres: z
        .strictObject({
          host: text.optional(),
          port: count.optional(),
          db: text.optional(),
          username: text.optional(),
          password: text.optional(),
        })
        .optional(),
      redis: z.strictObject({ url: text.optional() }).optional(),
    })
    .optional(),
});

export const tokenBroker = z.strictObject({
  duration_min: count.optional(),
  issuer_name: text.optional(),
  developer_name: text.optional(),
  build_name: text.optional(),
  profile_name: text.optional(),
  verbose_token: z.boolean().optional(),
  signer: z.strictObject({ key_path: path, cert_path: path.optional(), cert_url: text.optional() }).optional(),
});

const vcekSource = kinds("type", "KDS or OfflineStore", [
  z.strictObject({ type: z.literal("KDS"), base_url: text.optional() }),
  z.strictObject({ type: z.literal("OfflineStore"), path: path.optional() }),
]);

export const verifiers = z.strictObject({
  nvidia_verifier: kinds("type", "Remote or Local", [
    z.strictObject({ type: z.enum(["Remote", "remote"]), verifier_url: text.optional() }),
    z.strictObject({ type: z.enum(["Local", "local"]) }),
  ]).optional(),
  snp_verifier: z.strictObject({ vcek_sources: z.array(vcekSource).optional() }).optional(),
  dcap_verifier: z
    .strictObject({
      collateral_service: text,
      use_secure_cert: z.boolean().optional(),
      tcb_update_type: z.enum(["early", "standard"]).optional(),
    })
    .optional(),
  tpm_verifier: z.strictObject({}).optional(),
});

const extractors = z.strictObject({ swid_extractor: z.strictObject({}).optional() });

export const valueProvider = kinds("type", "GrpcRemote or BuiltIn", [
  z.strictObject({ type: z.literal("BuiltIn"), extractors: extractors.optional(), storage_type: storeType.optional() }),
  z.strictObject({ type: z.literal("GrpcRemote"), address: text.optional() }),
]);

/** Minutes that a session may take. */
export const timeout = count.optional();

/** as-config.json */
export const attestationServiceSchema = z.strictObject({
  storage_backend: storage.optional(),
  rvps_config: valueProvider.optional(),
  attestation_token_broker: tokenBroker.optional(),
  verifier_config: verifiers.optional(),
});

/** rvps.json */
export const valueProviderSchema = z.strictObject({ storage: storage.optional(), extractors: extractors.optional() });

export type AttestationServiceConfiguration = z.infer<typeof attestationServiceSchema>;
export type ValueProviderConfiguration = z.infer<typeof valueProviderSchema>;
