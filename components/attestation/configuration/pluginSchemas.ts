import { z } from "zod";
import { count, kinds, path, text } from "./basics";

const named = <T extends z.ZodRawShape>(type: [string, string], shape: T) =>
  z.strictObject({ name: z.literal("resource"), storage_backend_type: z.enum(type), ...shape });

const resourcePlugin = kinds("storage_backend_type", "kvstorage, Vault, Aws, Gcp or Aliyun", [
  named(["KvStorage", "kvstorage"], {}),
  named(["Vault", "vault"], {
    vault_url: text,
    token: text,
    mount_path: text.optional(),
    verify_ssl: z.boolean().optional(),
    ca_certs: z.array(path).optional(),
  }),
  named(["Aws", "aws"], { region: text.optional(), endpoint_url: text.optional() }),
  named(["Gcp", "gcp"], { project_id: text, endpoint_url: text.optional() }),
  named(["Aliyun", "aliyun"], { client_key: text, kms_instance_id: text, password: text, cert_pem: text }),
]);

export const plugin = kinds("name", "resource, pkcs11, external or nebula-ca", [
  resourcePlugin,
  z.strictObject({
    name: z.literal("pkcs11"),
    module: path,
    pin: text,
    slot_index: z.int().min(0).max(255).optional(),
    rsa_mechanism: z.enum(["RsaPkcsOaep", "RsaPkcsTest"]).optional(),
    lookup_label: text.optional(),
  }),
  z.strictObject({
    name: z.literal("external"),
    backends: z
      .array(
        z.strictObject({ name: text, endpoint: text, ca_cert_path: path.optional(), timeout_ms: count.optional() }),
      )
      .min(1),
  }),
  z.strictObject({
    name: z.literal("nebula-ca"),
    work_dir: path.optional(),
    nebula_cert_bin_path: path.optional(),
    ca_config: z
      .strictObject({
        name: text.optional(),
        argon_iterations: count.optional(),
        argon_memory: count.optional(),
        argon_parallelism: count.optional(),
        curve: text.optional(),
        duration: text.optional(),
        groups: text.optional(),
        ips: text.optional(),
        out_qr: text.optional(),
        subnets: text.optional(),
      })
      .optional(),
  }),
  z.strictObject({ name: z.literal("sample"), item: text }),
]);
