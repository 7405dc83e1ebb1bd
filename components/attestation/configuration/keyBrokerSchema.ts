import { z } from "zod";
import { count, kinds, path, text } from "./basics";
import { plugin } from "./pluginSchemas";
import { storage, storeType, timeout, tokenBroker, valueProvider, verifiers } from "./serviceSchemas";

const attestationService = kinds("type", "coco_as_grpc, coco_as_builtin or intel_ta", [
  z.strictObject({
    type: z.literal("coco_as_builtin"),
    timeout,
    rvps_config: valueProvider.optional(),
    attestation_token_broker: tokenBroker.optional(),
    verifier_config: verifiers.optional(),
    storage_type: storeType.optional(),
  }),
  z.strictObject({
    type: z.literal("coco_as_grpc"),
    timeout,
    as_addr: text.optional(),
    pool_size: count.optional(),
  }),
  z.strictObject({
    type: z.literal("intel_ta"),
    timeout,
    base_url: text,
    api_key: text,
    certs_file: text,
    policy_ids: z.array(text).optional(),
    allow_unmatched_policy: z.boolean().optional(),
  }),
]);

const admin = kinds("authorization_mode", "DenyAll or AuthenticatedAuthorization", [
  z.strictObject({ authorization_mode: z.literal("DenyAll") }),
  z.strictObject({ authorization_mode: z.literal("InsecureAllowAll") }),
  z.strictObject({
    authorization_mode: z.literal("AuthenticatedAuthorization"),
    authentication: z.strictObject({
      bearer_jwt: z.strictObject({
        identity_providers: z
          .array(
            z.strictObject({
              issuer: text.optional(),
              audience: text.optional(),
              public_key_uri: text.optional(),
              jwk_set_uri: text.optional(),
            }),
          )
          .min(1),
      }),
    }),
    authorization: z.strictObject({
      regex_acl: z.strictObject({
        acls: z.array(z.strictObject({ role: text, allowed_endpoints: text })).optional(),
      }),
    }),
  }),
]);

/** kbs-config.toml */
export const keyBrokerSchema = z.strictObject({
  http_server: z.strictObject({
    sockets: z.array(text).optional(),
    insecure_http: z.boolean().optional(),
    private_key: path.optional(),
    certificate: path.optional(),
    payload_request_size: count.optional(),
    worker_count: count.optional(),
    tls_profile: z.enum(["old", "intermediate", "modern", "custom"]).optional(),
    tls_min_version: z.enum(["1.2", "1.3"]).optional(),
    tls_max_version: z.enum(["1.2", "1.3"]).optional(),
    tls_ciphers: text.optional(),
    tls_groups: text.optional(),
  }),
  attestation_token: z
    .strictObject({
      trusted_certs_paths: z.array(path).optional(),
      trusted_jwk_sets: z.array(text).optional(),
      extra_teekey_paths: z.array(text).optional(),
      insecure_header_jwk: z.boolean().optional(),
    })
    .optional(),
  attestation_service: attestationService.optional(),
  admin,
  storage_backend: storage.optional(),
  session_storage_type: storeType.optional(),
  plugins: z.array(plugin).optional(),
});

export type KeyBrokerConfiguration = z.infer<typeof keyBrokerSchema>;
