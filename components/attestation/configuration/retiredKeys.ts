/**
 * Keys of earlier versions of Trustee (up to v0.20), and what v0.21.0 wants instead, by path; `[]` stands for any
 * position in a list. Samples and blog posts still show them. Most are ignored today without a word.
 *
 * Sources: kbs/docs/config.md, attestation-service/docs/config.md and rvps/README.md of v0.9.0, v0.13.0 and v0.18.0;
 * kbs/src/admin of v0.12.0 to v0.20.0; `local_json.dir_path` is in the templates of trustee-operator v0.21.0.
 */
export const retiredKeys: Readonly<Record<string, string>> = {
  // kbs-config.toml up to v0.9.
  sockets: "http_server.sockets",
  insecure_http: "http_server.insecure_http = false with http_server.private_key and http_server.certificate",
  private_key: "http_server.private_key",
  certificate: "http_server.certificate",
  timeout: "attestation_service.timeout, in minutes",
  insecure_api: 'admin.authorization_mode = "DenyAll"',
  auth_public_key: "admin.authentication.bearer_jwt.identity_providers[].public_key_uri",
  attestation_token_type: "nothing; the token is always an EAR",
  attestation_token_config: "attestation_token",
  grpc_config: 'attestation_service.type = "coco_as_grpc" with attestation_service.as_addr',
  as_config: 'attestation_service.type = "coco_as_builtin"',
  intel_trust_authority_config: 'attestation_service.type = "intel_ta"',
  repository_config: 'plugins[] with name = "resource"',
  policy_engine_config: "the policy in the storage's namespace kbs under the name resource-policy",
  policy_engine: "the policy in the storage's namespace kbs under the name resource-policy",
  // kbs-config.toml up to v0.18 or v0.20.
  "attestation_token.insecure_key": "attestation_token.insecure_header_jwk = false",
  "attestation_token.attestation_token_type": "nothing; the token is always an EAR",
  "admin.type": "admin.authorization_mode",
  "admin.insecure_api": 'admin.authorization_mode = "DenyAll"',
  "admin.auth_public_key": "admin.authentication.bearer_jwt.identity_providers[].public_key_uri",
  "admin.personas": "admin.authentication.bearer_jwt.identity_providers",
  "admin.roles": "admin.authorization.regex_acl.acls",
  "admin.admin_backend": "admin.authorization_mode",
  "attestation_service.work_dir": "storage_backend.backends.local_fs.dir_path",
  "attestation_service.policy_engine": "nothing; the engine is always Rego",
  "attestation_service.rvps_config.storage": "storage_backend",
  "attestation_service.attestation_token_broker.policy_dir":
    "the policies in the storage's namespace attestation_service_policy",
  "plugins[].type": "plugins[].storage_backend_type",
  "plugins[].dir_path": "storage_backend.backends.local_fs.dir_path",
  "plugins[].file_path": "storage_backend.backends.local_json.file_dir_path",
  "storage_backend.backends.local_json.dir_path": "storage_backend.backends.local_json.file_dir_path",
  // as-config.json.
  work_dir: "storage_backend.backends.local_fs.dir_path",
  policy_dir: "the policies in the storage's namespace attestation_service_policy",
  "rvps_config.storage": "storage_backend",
  "rvps_config.remote_addr": 'rvps_config.type = "GrpcRemote" with rvps_config.address',
  "rvps_config.store_type": "rvps_config.storage_type",
  "rvps_config.store_config": "storage_backend.backends",
  "attestation_token_broker.type": "nothing; the token is always an EAR",
  "attestation_token_broker.policy_dir": "the policies in the storage's namespace attestation_service_policy",
  // rvps.json.
  "storage.type": "storage.storage_type",
  "storage.file_path": "storage.backends.local_fs.dir_path or storage.backends.local_json.file_dir_path",
  "storage.backends.local_json.dir_path": "storage.backends.local_json.file_dir_path",
  store_type: "storage.storage_type",
  store_config: "storage.backends",
};
