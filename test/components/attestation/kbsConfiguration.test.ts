import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import type { TrusteeConfigurationArgs } from "../../../components/attestation/kbsConfiguration";
import { configurationPath, trusteeConfiguration } from "../../../components/attestation/kbsConfiguration";
import { platformSetNames, platformSets } from "../../../components/platform";

const args: TrusteeConfigurationArgs = {
  trusteeVersion: "v0.21.0",
  namespace: "trustee",
  nvidiaVerifier: "remote",
  tees: ["snp", "tdx"],
};
const kbs = (changes: Partial<TrusteeConfigurationArgs> = {}) =>
  parse(trusteeConfiguration({ ...args, ...changes }).kbs) as Record<string, Record<string, unknown>>;
const as = (changes: Partial<TrusteeConfigurationArgs> = {}) =>
  JSON.parse(trusteeConfiguration({ ...args, ...changes }).as) as {
    verifier_config: Record<string, unknown>;
    attestation_token_broker: Record<string, unknown>;
  };

describe("the key broker's configuration", () => {
  it("is exactly this", () => {
    expect(kbs()).toEqual({
      session_storage_type: "Memory",
      http_server: {
        sockets: ["0.0.0.0:8443"],
        insecure_http: false,
        private_key: "/etc/trustee/tls/tls.key",
        certificate: "/etc/trustee/tls/tls.crt",
        tls_profile: "modern",
      },
      attestation_token: { trusted_certs_paths: ["/etc/trustee/signer/token.crt"], insecure_header_jwk: false },
      attestation_service: { type: "coco_as_grpc", as_addr: "http://trustee-as.trustee.svc:50004", timeout: 5 },
      // The tag is `authorization_mode`; Trustee's own examples still say `type`, which does not parse.
      admin: { authorization_mode: "DenyAll" },
      storage_backend: { storage_type: "LocalFs", backends: { local_fs: { dir_path: "/var/lib/trustee/kbs" } } },
      plugins: [{ name: "resource", storage_backend_type: "kvstorage" }],
    });
  });

  it("uses none of the keys that Trustee has dropped", () => {
    const text = trusteeConfiguration(args).kbs;
    for (const key of ["insecure_api", "auth_public_key", "insecure_key", "attestation_token_type", "policy_engine"])
      expect(text).not.toContain(key);
  });

  it("names the attestation service of its own namespace", () => {
    expect(kbs({ namespace: "keys" }).attestation_service?.as_addr).toBe("http://trustee-as.keys.svc:50004");
  });
});

describe("the attestation service's configuration", () => {
  it("signs with one key for all replicas, and leaves raw evidence out of the token", () => {
    expect(as().attestation_token_broker).toEqual({
      duration_min: 5,
      verbose_token: false,
      signer: { key_path: "/etc/trustee/signer/token.key", cert_path: "/etc/trustee/signer/token.crt" },
    });
  });

  it("asks NVIDIA's service, AMD's and Intel's for what the releases need, and nobody else", () => {
    expect(as().verifier_config).toEqual({
      nvidia_verifier: { type: "Remote", verifier_url: "https://nras.attestation.nvidia.com/v4/attest" },
      snp_verifier: { vcek_sources: [{ type: "KDS" }] },
      dcap_verifier: {
        collateral_service: "https://api.trustedservices.intel.com/sgx/certification/v4/",
        tcb_update_type: "early",
      },
    });
    expect(as({ nvidiaVerifier: "local", tees: ["snp"] }).verifier_config).toEqual({
      nvidia_verifier: { type: "Local" },
      snp_verifier: { vcek_sources: [{ type: "KDS" }] },
    });
  });

  it("keeps nothing in memory that a restart would lose", () => {
    const { as: attestation, rvps } = trusteeConfiguration(args);
    expect(JSON.parse(attestation)).toMatchObject({
      storage_backend: { storage_type: "LocalFs", backends: { local_fs: { dir_path: "/var/lib/trustee/as" } } },
      rvps_config: { type: "GrpcRemote", address: "http://trustee-rvps.trustee.svc:50003" },
    });
    expect(JSON.parse(rvps)).toEqual({
      storage: { storage_type: "LocalFs", backends: { local_fs: { dir_path: "/var/lib/trustee/rvps" } } },
    });
  });
});

describe("all three", () => {
  it("are known for every platform set's Trustee, and refused for others", () => {
    for (const set of platformSetNames)
      expect(() => trusteeConfiguration({ ...args, trusteeVersion: platformSets[set].versions.trustee })).not.toThrow();
    expect(() => trusteeConfiguration({ ...args, trusteeVersion: "v0.18.0" })).toThrow(/v0\.18\.0 .*not known here/);
  });

  it("are the same bytes for the same input", () => {
    expect(trusteeConfiguration(args)).toEqual(trusteeConfiguration({ ...args, tees: ["tdx", "snp"] }));
    expect(configurationPath("as")).toBe("/etc/trustee/as/as-config.json");
  });
});
