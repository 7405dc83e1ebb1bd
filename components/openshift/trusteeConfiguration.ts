import type { VerifierArgs } from "../attestation/kbsConfiguration";
import { tokenBroker, verifiers } from "../attestation/kbsConfiguration";
import { renderToml } from "../toml";
import { operatorPaths, operatorService } from "./trusteeLayout";

export interface OperatorConfigurationArgs extends Omit<VerifierArgs, "vcekRoot"> {
  /** Names of the files with the KBS's key and certificate, as the Secrets have them. */
  readonly tlsFiles: { readonly key: string; readonly certificate: string };
}

/**
 * kbs-config.toml for the operator's one process, which is key broker, attestation service and reference value provider
 * (AllInOneDeployment). Everything is said, since what Trustee assumes is open or forgetful.
 *
 * The operator's other shape, three containers of one pod, is of no use: in v1.2.0 its images are the community's, two of
 * them by the tag `latest`, and the attestation service is mounted no key to sign with (kbsconfig_controller.go).
 *
 * Schema: Trustee v0.21.0, which the operator's build shares; see trusteeLayout.ts.
 */
export function operatorConfiguration({ tlsFiles, ...args }: OperatorConfigurationArgs): string {
  const paths = operatorPaths;
  return renderToml({
    // The operator gives environment variables as plain text only, so no database can be named: see trusteeProblems.ts.
    session_storage_type: "Memory",
    http_server: {
      sockets: [`0.0.0.0:${operatorService.port}`],
      insecure_http: false,
      private_key: `${paths.tlsKeyDirectory}/${tlsFiles.key}`,
      certificate: `${paths.tlsCertificateDirectory}/${tlsFiles.certificate}`,
      // TLS 1.3 only: guests are the only clients.
      tls_profile: "modern",
    },
    attestation_token: { trusted_certs_paths: [paths.signerCertificate], insecure_header_jwk: false },
    attestation_service: {
      type: "coco_as_builtin",
      // Minutes that a session may take.
      timeout: 5,
      rvps_config: { type: "BuiltIn", storage_type: "LocalJson" },
      attestation_token_broker: tokenBroker({ key: paths.signerKey, certificate: paths.signerCertificate }),
      verifier_config: verifiers({ ...args, vcekRoot: paths.vcekRoot }),
    },
    admin: { authorization_mode: "DenyAll" },
    storage_backend: {
      storage_type: "LocalFs",
      backends: { local_fs: { dir_path: paths.storage }, local_json: { file_dir_path: paths.localJson } },
    },
    plugins: [{ name: "resource", storage_backend_type: "kvstorage" }],
  });
}
