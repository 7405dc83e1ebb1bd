import * as fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import {
  checkAttestationServiceConfiguration,
  checkKbsConfiguration,
  checkValueProviderConfiguration,
} from "../../../../components/attestation/configuration/check";
import { retiredKeys } from "../../../../components/attestation/configuration/retiredKeys";
import { trusteeConfiguration } from "../../../../components/attestation/kbsConfiguration";
import type { KeyStore } from "../../../../components/attestation/keyStore";
import type { TomlTable } from "../../../../components/toml";
import { renderToml } from "../../../../components/toml";
import { withValue } from "../../../support/factory";
import { keyStores } from "./keyStores";

const args = {
  trusteeVersion: "v0.21.0",
  namespace: "trustee",
  nvidiaVerifier: "remote",
  tees: ["snp", "tdx"],
} as const;
const credentials = { token: "hvs.CANARY", clientKey: "{}", password: "CANARY", pin: "CANARY" };
const good = trusteeConfiguration(args);
const kbs = parse(good.kbs);
const as = JSON.parse(good.as) as Record<string, unknown>;

const changedKbs = (path: (string | number)[], value: unknown) =>
  checkKbsConfiguration(renderToml(withValue(kbs, path, value) as TomlTable));
const changedAs = (path: (string | number)[], value: unknown) =>
  checkAttestationServiceConfiguration(JSON.stringify(withValue(as, path, value)));

const sessions = [
  { kind: "memory" },
  { kind: "postgres", urlSecret: { name: "db", key: "url" }, port: 5432, reachedAt: { namespace: "db" } },
] as const;
const caches = [
  undefined,
  { kind: "persistentVolumeClaim", name: "vcek", fallbackToKds: true },
  { kind: "configMap", name: "vcek", chips: ["0".repeat(128)], fallbackToKds: false },
] as const;

describe("every configuration that is rendered here", () => {
  const combinations = keyStores.flatMap((keyStore: KeyStore) =>
    sessions.flatMap((session) =>
      caches.flatMap((vcekCache) =>
        (["remote", "local"] as const).map((nvidiaVerifier) => ({
          keyStore,
          sessions: session,
          vcekCache,
          nvidiaVerifier,
        })),
      ),
    ),
  );

  it("passes the check, with credentials and without", () => {
    expect(combinations).toHaveLength(6 * 2 * 3 * 2);
    for (const combination of combinations)
      for (const given of [credentials, undefined]) {
        const text = trusteeConfiguration(
          { ...args, ...combination, collateralService: { url: "https://pccs.acme.example:8081/sgx/" } },
          given,
        );
        expect(checkKbsConfiguration(text.kbs)).toEqual([]);
        expect(checkAttestationServiceConfiguration(text.as)).toEqual([]);
        expect(checkValueProviderConfiguration(text.rvps)).toEqual([]);
      }
  });
});

describe("keys of earlier versions", () => {
  it("are all named with what to write instead", () => {
    const old = `[http_server]
insecure_http = true

[attestation_token]
insecure_key = true

[attestation_service]
type = "coco_as_grpc"

[admin]
type = "InsecureAllowAll"

[policy_engine]
policy_path = "/opa/policy.rego"

[[plugins]]
name = "resource"
type = "LocalFs"
dir_path = "/opt/confidential-containers/kbs/repository"
`;
    const said = checkKbsConfiguration(old).join("\n");
    for (const sentence of [
      "attestation_token.insecure_key: a key of earlier versions of Trustee; write attestation_token.insecure_header_jwk = false",
      "admin.type: a key of earlier versions of Trustee; write admin.authorization_mode",
      "policy_engine: a key of earlier versions of Trustee; write the policy in the storage's namespace kbs",
      "plugins[0].type: a key of earlier versions of Trustee; write plugins[].storage_backend_type",
      "plugins[0].dir_path: a key of earlier versions of Trustee; write storage_backend.backends.local_fs.dir_path",
    ])
      expect(said).toContain(sentence);
  });

  it("of one file are none of another's: each is refused where it stood, and none is in today's schema", () => {
    for (const [key, instead] of Object.entries(retiredKeys)) {
      const path = key.split(/\.|(\[\])/).filter((part) => part !== undefined && part !== "");
      const nested = path.reduceRight<unknown>((value, part) => (part === "[]" ? [value] : { [part]: value }), "old");
      const problems = [
        ...checkKbsConfiguration(renderToml(nested as TomlTable)),
        ...checkAttestationServiceConfiguration(JSON.stringify(nested)),
        ...checkValueProviderConfiguration(JSON.stringify(nested)),
      ];
      expect(problems.join("\n"), key).toContain(`a key of earlier versions of Trustee; write ${instead}`);
    }
  });
});

describe("kbs-config.toml is refused", () => {
  it.each<[string, (string | number)[], unknown, RegExp]>([
    ["with a misspelt key", ["http_server", "insecure_htp"], false, /http_server\.insecure_htp: no such key/],
    ["with an unknown table", ["telemetry"], {}, /telemetry: no such key/],
    ["without TLS", ["http_server", "insecure_http"], true, /insecure_http: true serves guests without TLS/],
    ["without a certificate", ["http_server", "certificate"], undefined, /private_key and certificate are missing/],
    ["with outdated TLS", ["http_server", "tls_profile"], "old", /tls_profile: "old" allows outdated TLS/],
    [
      "with self-signed tokens",
      ["attestation_token", "insecure_header_jwk"],
      true,
      /accepts tokens that anyone signed/,
    ],
    ["without a signer", ["attestation_token", "trusted_certs_paths"], undefined, /trusted_certs_paths: missing/],
    ["with an empty list of signers", ["attestation_token", "trusted_certs_paths"], [], /trusted_certs_paths: missing/],
    [
      "with keys over http",
      ["attestation_token", "trusted_jwk_sets"],
      ["http://x"],
      /neither https:\/\/ nor file:\/\//,
    ],
    ["open to everybody", ["admin", "authorization_mode"], "InsecureAllowAll", /InsecureAllowAll" lets everybody/],
    ["with an unknown mode", ["admin", "authorization_mode"], "Simple", /write DenyAll or AuthenticatedAuthorization/],
    ["without admin", ["admin"], undefined, /admin: missing/],
    ["with policies in memory", ["storage_backend", "storage_type"], "Memory", /storage_type: "Memory" forgets/],
    ["with policies in memory by default", ["storage_backend"], undefined, /storage_type: missing \(Memory\) forgets/],
    ["without an attestation service", ["attestation_service"], undefined, /attestation_service: missing/],
    ["with the sample plugin", ["plugins", 0], { name: "sample", item: "x" }, /"sample" is for demonstrations/],
    [
      "with a key store that nobody verified",
      ["plugins", 0],
      { name: "resource", storage_backend_type: "Vault", vault_url: "https://vault", token: "CANARY" },
      /plugins\[0\]\.verify_ssl: not true/,
    ],
    [
      "with a key store over http",
      ["plugins", 0],
      { name: "resource", storage_backend_type: "Vault", vault_url: "http://v", token: "CANARY", verify_ssl: true },
      /plugins\[0\]\.vault_url: "http:\/\/v" is not https/,
    ],
    [
      "with SHA-1 in its PKCS#11 plugin",
      ["plugins", 0],
      { name: "pkcs11", module: "/usr/lib/x.so", pin: "CANARY", rsa_mechanism: "RsaPkcsTest" },
      /pads with SHA-1/,
    ],
    [
      "with administrators who may do anything",
      ["admin"],
      {
        authorization_mode: "AuthenticatedAuthorization",
        authentication: { bearer_jwt: { identity_providers: [{ public_key_uri: "/k.pem" }] } },
        authorization: { regex_acl: { acls: [{ role: "admin", allowed_endpoints: "^/kbs/.+$" }] } },
      },
      /issuer or audience is missing[\s\S]*"\^\/kbs\/\.\+\$" allows everything/,
    ],
    [
      "with an Intel Trust Authority that matches no policy",
      ["attestation_service"],
      { type: "intel_ta", base_url: "https://api", api_key: "CANARY", certs_file: "https://portal" },
      /trusted_jwk_sets: missing[\s\S]*policy_ids: missing/,
    ],
  ])("%s", (_, path, value, says) => {
    const said = changedKbs(path, value).join("\n");
    expect(said).toMatch(says);
    expect(said).not.toContain("CANARY");
  });
});

describe("as-config.json and rvps.json are refused", () => {
  it.each<[string, (string | number)[], unknown, RegExp]>([
    ["without a signer", ["attestation_token_broker", "signer"], undefined, /each process signs with a key of its own/],
    [
      "without the signer's certificate",
      ["attestation_token_broker", "signer", "cert_path"],
      undefined,
      /add cert_path/,
    ],
    ["with policies in memory", ["storage_backend", "storage_type"], "memory", /"memory" forgets policies/],
    ["without a GPU verifier", ["verifier_config", "nvidia_verifier"], undefined, /Trustee takes Local then/],
    ["with GPU evidence over http", ["verifier_config", "nvidia_verifier", "verifier_url"], "http://x", /is not https/],
    [
      "with collateral over http",
      ["verifier_config", "dcap_verifier", "collateral_service"],
      "http://pccs",
      /collateral_service: "http:\/\/pccs" is not https/,
    ],
    [
      "with chip certificates over http",
      ["verifier_config", "snp_verifier", "vcek_sources", 0],
      { type: "KDS", base_url: "http://kds" },
      /vcek_sources\[0\]\.base_url/,
    ],
    [
      "with an unknown source",
      ["verifier_config", "snp_verifier", "vcek_sources", 0],
      { type: "Disk" },
      /OfflineStore/,
    ],
    [
      "with keys that v0.21.0 does not read",
      ["verifier_config", "tpm_verifier"],
      { max: 1 },
      /tpm_verifier\.max: no such/,
    ],
  ])("%s", (_, path, value, says) => {
    expect(changedAs(path, value).join("\n")).toMatch(says);
  });

  it("with values in memory, which is what an empty file means", () => {
    expect(checkValueProviderConfiguration("{}").join()).toMatch(
      /rvps\.json: storage\.storage_type: missing \(Memory\)/,
    );
  });
});

describe("any text", () => {
  const checks = [checkKbsConfiguration, checkAttestationServiceConfiguration, checkValueProviderConfiguration];

  it("gets sentences or none, and no crash", () => {
    const keys = fc.constantFrom(
      ...Object.keys(kbs),
      ...Object.keys(as),
      "type",
      "name",
      "storage",
      "__proto__",
      "constructor",
    );
    const documents = fc.dictionary(keys, fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue())));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          documents.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          for (const check of checks)
            for (const problem of check(text))
              expect(problem).toMatch(/^(kbs-config\.toml|as-config\.json|rvps\.json): ./);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("that was cut or changed anywhere is still answered", () => {
    fc.assert(
      fc.property(fc.nat(good.kbs.length), fc.string({ maxLength: 4 }), (at, inserted) => {
        checkKbsConfiguration(good.kbs.slice(0, at) + inserted + good.kbs.slice(at));
        checkKbsConfiguration(good.kbs.slice(0, at));
      }),
      { numRuns: 200 },
    );
  });

  it("nested deeper than a stack is", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    for (const check of checks) expect(check(deep)).not.toEqual([]);
  });
});
