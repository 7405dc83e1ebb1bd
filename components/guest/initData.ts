import { createHash } from "node:crypto";
import type { CpuTee } from "../host/hardware";
import { kbsResourceUri } from "../images/kbsResource";
import { checkClosed } from "../images/closedPolicy";
import { renderToml } from "../toml";
import { encodeInitData } from "./initDataAnnotation";

/**
 * What a guest is told before it trusts anybody: where the key broker is and by which CA it proves itself, which images
 * may run, what the runtime may ask of the agent. The host delivers it, so it is bound to the hardware report: SNP's
 * HOST_DATA or TDX's MRCONFIGID carry its digest.
 *
 * Formats: trustee kbs/docs/initdata.md, guest-components attestation-agent/src/config and
 * confidential-data-hub/hub/src/config (v0.21.0, 2026-07-16); kata-containers src/agent/src/initdata.rs (4.0.0, 4.1.0).
 */
export interface InitDataArgs {
  /** URL of the key broker as guests resolve it, `https://…`. Plain HTTP is refused. */
  readonly kbsUrl: string;
  /**
   * PEM of the CA that signs the key broker's certificate. A CA rather than the certificate itself: it is measured, and
   * a renewed certificate must change no measurement. Guests trust public CAs beside it; what protects a key on its way
   * is its encryption to the guest's attested key.
   */
  readonly kbsCaCertificate: string;
  /** Rego of the agent policy (`agentPolicy`). It replaces the guest image's own, which allows everything. */
  readonly agentPolicy: string;
  /** Image security policy as JSON (`imageSecurityPolicy`). Inline, since one fetched by URI is mutable and unmeasured. */
  readonly imageSecurityPolicy: string;
  /** Where the guest finds registry credentials: `kbs:///repo/type/tag`. Default: pulls without credentials. */
  readonly registryCredentialsUri?: string;
  /** PEM certificates of registries with a private CA. */
  readonly registryCaCertificates?: readonly string[];
}

export interface InitData {
  /** The exact bytes that are measured, made once; never parsed and written again. */
  readonly toml: string;
  /** SHA-256 of those bytes, lower-case hex. The compression of the annotation has no part in it. */
  readonly digest: string;
  /** Value of the pod annotation: base64 of gzip of the bytes. */
  readonly annotation: string;
}

const version = "0.1.0";
const algorithm = "sha256";

export function initData(args: InitDataArgs): InitData {
  checkArgs(args);
  const toml = renderToml({
    version,
    algorithm,
    data: {
      // Two clients in the guest, two files: the URL and the CA have to stand in both.
      "aa.toml": renderToml({ token_configs: { kbs: { url: args.kbsUrl, cert: args.kbsCaCertificate } } }),
      "cdh.toml": renderToml({
        kbc: { name: "cc_kbc", url: args.kbsUrl, kbs_cert: args.kbsCaCertificate },
        image: {
          image_security_policy: args.imageSecurityPolicy,
          authenticated_registry_credentials_uri: args.registryCredentialsUri,
          extra_root_certificates: args.registryCaCertificates,
        },
      }),
      "policy.rego": args.agentPolicy,
    },
  });
  return { toml, digest: initDataDigest(toml), annotation: encodeInitData(toml) };
}

/** Digest as the guest and the attestation service compute it: over the bytes as they are. */
export function initDataDigest(toml: string | Uint8Array): string {
  return createHash(algorithm).update(toml).digest("hex");
}

/** Bytes of the hardware field that carries the digest. */
const fieldBytes: Record<CpuTee, number> = { snp: 32, tdx: 48 };

/**
 * The digest as the hardware reports it, and as the `init_data` claim of a token reads: cut at the end or filled with
 * zero bytes to the field's size (HOST_DATA 32, MRCONFIGID 48).
 */
export function boundDigest(tee: CpuTee, digest: string): string {
  if (!/^([0-9a-f]{2})+$/.test(digest)) throw new Error(`init-data: "${digest}" is no digest; write lower-case hex`);
  const digits = fieldBytes[tee] * 2;
  return digest.slice(0, digits).padEnd(digits, "0");
}

function checkArgs(args: InitDataArgs): void {
  const url = URL.canParse(args.kbsUrl) ? new URL(args.kbsUrl) : undefined;
  // The guest appends /kbs/v0 to the text as it stands: a path or a final slash would miss the key broker.
  if (url?.protocol !== "https:" || url.username || url.password || !/^https:\/\/[a-z0-9.:[\]-]+$/.test(args.kbsUrl))
    throw new Error(
      `init-data: "${args.kbsUrl}" is no URL of a key broker; write https://<DNS name>[:port] in lower case, without a path`,
    );
  for (const pem of [args.kbsCaCertificate, ...(args.registryCaCertificates ?? [])]) checkCertificate(pem);
  if (!/^package agent_policy\b/m.test(args.agentPolicy))
    throw new Error(
      "init-data: the agent policy is not of package agent_policy, so the guest would refuse every request",
    );
  if (args.registryCredentialsUri !== undefined && !kbsResourceUri.safeParse(args.registryCredentialsUri).success)
    throw new Error(
      `init-data: "${args.registryCredentialsUri}" is no KBS resource; write kbs:///<repository>/<type>/<tag>`,
    );
  checkClosed(args.imageSecurityPolicy);
}

function checkCertificate(pem: string): void {
  // Init-data is public: the provider reads it in the pod's annotations.
  if (pem.includes("PRIVATE KEY"))
    throw new Error("init-data: a CA certificate comes with its private key; leave the key out, and make a new one");
  const blocks = /^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\s*)+$/;
  if (!blocks.test(pem))
    throw new Error("init-data: a CA certificate is not PEM; write the text from BEGIN CERTIFICATE to END CERTIFICATE");
}
