import type { CpuTee } from "../host/hardware";
import { canonicalJson } from "../names";
import { kata4TrusteeRef } from "../platform";
import { renderToml } from "../toml";
import type { NvidiaVerifier } from "./acceptedEvidence";
import type { EvidenceSources, VcekCache } from "./evidenceSources";
import type { AttestationServiceChoice } from "./intelTrustAuthority";
import { intelTables } from "./intelTrustAuthority";
import type { KeyStore } from "./keyStore";
import { hidden, resourcePlugin } from "./keyStore";
import type { Sessions } from "./sessions";
import type { TrusteeService } from "./trusteeLayout";
import { configurations, keyFiles, ports, serviceHost, storageRoot, vcekRoot } from "./trusteeLayout";
import type { KeyBrokerCredentials } from "./trusteeSecrets";

/** Versions whose configuration is known here; both names mean the same commit. */
const knownVersions: readonly string[] = [kata4TrusteeRef, "v0.21.0"];

/** NVIDIA's attestation service; using it takes a licence agreement (deps/verifier/src/nvidia/mod.rs). */
const nvidiaAttestationUrl = "https://nras.attestation.nvidia.com/v4/attest";

/** Intel's certification service, the source of TDX collateral. */
const intelCollateralUrl = "https://api.trustedservices.intel.com/sgx/certification/v4/";

/** AMD's key distribution service. */
const kds = { type: "KDS" };

export interface TrusteeConfigurationArgs extends EvidenceSources {
  /** Trustee's release tag or commit, as the platform set names it. */
  readonly trusteeVersion: string;
  /** Namespace of the three services. */
  readonly namespace: string;
  readonly nvidiaVerifier: NvidiaVerifier;
  /** TEEs that releases are measured for: what the attestation service needs collateral of. */
  readonly tees: readonly CpuTee[];
  /** Who judges evidence. Default: Trustee's own attestation service. */
  readonly service?: AttestationServiceChoice | undefined;
  /** Default kvstorage: mounted files. */
  readonly keyStore?: KeyStore | undefined;
  /** Default memory. */
  readonly sessions?: Sessions | undefined;
}

/**
 * The configuration of KBS, AS and RVPS, by service: separate services, so that the one which guests talk to and which
 * holds the keys has no way out, and the one that parses their evidence holds no keys.
 *
 * Everything is said, since what Trustee assumes is open or forgetful: InsecureAllowAll where nothing stands, storage in
 * memory, a token signer of its own making in each process. The storage is LocalFs on read-only mounts: the services'
 * gRPC knows no authentication, and whoever reaches it can change nothing.
 *
 * Without `credentials`, those of key store and attestation service are left out of the text, and the rest can be shown
 * and compared.
 *
 * Schema: kbs/src/config.rs, attestation-service/src/config.rs, rvps/src/config.rs of Trustee v0.21.0.
 */
export function trusteeConfiguration(
  args: TrusteeConfigurationArgs,
  credentials?: KeyBrokerCredentials,
): Record<TrusteeService, string> {
  if (!knownVersions.includes(args.trusteeVersion))
    throw new Error(
      `Trustee ${args.trusteeVersion} has a configuration that is not known here; choose a platform set with ${knownVersions.join(" or ")}`,
    );
  return { kbs: keyBroker(args, credentials), as: attestationService(args), rvps: referenceValueProvider() };
}

/** Path of a service's configuration inside its container. */
export function configurationPath(service: TrusteeService): string {
  const { directory, file } = configurations[service];
  return `${directory}/${file}`;
}

function keyBroker(
  { namespace, keyStore = { kind: "kvstorage" }, service, sessions }: TrusteeConfigurationArgs,
  credentials: KeyBrokerCredentials | undefined,
): string {
  const postgres = sessions?.kind === "postgres";
  return renderToml({
    // Sessions live for the minutes of one handshake. In memory, the Service keeps a guest with the replica that it began with.
    session_storage_type: postgres ? "Postgres" : "Memory",
    http_server: {
      sockets: [`0.0.0.0:${ports.kbs}`],
      insecure_http: false,
      private_key: keyFiles.tlsKey,
      certificate: keyFiles.tlsCertificate,
      // TLS 1.3 only: guests are the only clients.
      tls_profile: "modern",
    },
    ...(service?.kind === "intelTrustAuthority"
      ? intelTables(service, intelKey(credentials))
      : {
          attestation_token: {
            // The signer's own certificate: a CA here would vouch for every certificate that it ever signed.
            trusted_certs_paths: [keyFiles.signerCertificate],
            insecure_header_jwk: false,
          },
          attestation_service: {
            type: "coco_as_grpc",
            as_addr: `http://${serviceHost("as", namespace)}:${ports.as}`,
            // Minutes that a session may take.
            timeout: 5,
          },
        }),
    admin: { authorization_mode: "DenyAll" },
    storage_backend: {
      storage_type: "LocalFs",
      // Postgres needs its table here, and takes everything from POSTGRES_URL.
      backends: { local_fs: { dir_path: storageRoot("kbs") }, ...(postgres && { postgres: {} }) },
    },
    plugins: [resourcePlugin(keyStore, credentials)],
  });
}

function intelKey(credentials: KeyBrokerCredentials | undefined): string {
  const key = credentials ? credentials.intelApiKey : hidden;
  if (!key)
    throw new Error(
      "secrets.intelTrustAuthority.apiKey is missing, which service.kind intelTrustAuthority needs; add it",
    );
  return key;
}

function attestationService(args: TrusteeConfigurationArgs): string {
  return json({
    storage_backend: localFs("as"),
    rvps_config: { type: "GrpcRemote", address: `http://${serviceHost("rvps", args.namespace)}:${ports.rvps}` },
    attestation_token_broker: tokenBroker({ key: keyFiles.signerKey, certificate: keyFiles.signerCertificate }),
    verifier_config: verifiers({ ...args, vcekRoot }),
  });
}

/** How the attestation service signs what it found: tokens of minutes, by a key that is the same on every replica. */
export function tokenBroker(signer: { readonly key: string; readonly certificate: string }) {
  return {
    // Minutes.
    duration_min: 5,
    // Raw evidence of eight GPUs would make a token that the KBS refuses as too long (trustee issue 1563).
    verbose_token: false,
    signer: { key_path: signer.key, cert_path: signer.certificate },
  };
}

export interface VerifierArgs extends Pick<TrusteeConfigurationArgs, "nvidiaVerifier" | "tees" | "collateralService"> {
  readonly vcekCache?: Pick<VcekCache, "fallbackToKds"> | undefined;
  /** Where AMD's chip certificates lie. */
  readonly vcekRoot: string;
}

/** Whom the attestation service asks about evidence. */
export function verifiers({ nvidiaVerifier, tees, vcekCache, vcekRoot: path, collateralService }: VerifierArgs) {
  const cached = { type: "OfflineStore", path };
  // In order: the first that has the certificate is taken.
  const vcekSources = vcekCache ? [cached, ...(vcekCache.fallbackToKds ? [kds] : [])] : [kds];
  return {
    nvidia_verifier:
      nvidiaVerifier === "remote" ? { type: "Remote", verifier_url: nvidiaAttestationUrl } : { type: "Local" },
    ...(tees.includes("snp") && { snp_verifier: { vcek_sources: vcekSources } }),
    // `early`: a TCB recovery counts from its first day.
    ...(tees.includes("tdx") && {
      dcap_verifier: { collateral_service: collateralService?.url ?? intelCollateralUrl, tcb_update_type: "early" },
    }),
  };
}

function referenceValueProvider(): string {
  return json({ storage: localFs("rvps") });
}

function localFs(service: TrusteeService) {
  return { storage_type: "LocalFs", backends: { local_fs: { dir_path: storageRoot(service) } } };
}

/** Sorted keys, and lines that a person can read in a diff. */
function json(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`;
}
