import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trusteeConfiguration } from "../../components/attestation/kbsConfiguration";
import { broken } from "../../policies/breakage";
import { keyBrokerConfiguration } from "../../policies/examples/trustee";
import type { Resource } from "../../policies/rule";
import { attestationTokenTrusted } from "../../policies/rules/attestation/attestationTokenTrusted";
import { kbsAdminClosed } from "../../policies/rules/attestation/kbsAdminClosed";
import { kbsTransportTls } from "../../policies/rules/attestation/kbsTransportTls";
import { keyStoreVerified } from "../../policies/rules/attestation/keyStoreVerified";
import { trusteeSettingsKnown } from "../../policies/rules/attestation/trusteeSettingsKnown";
import { trusteeFiles } from "../../policies/trusteeFiles";
import { keyStores } from "../components/attestation/configuration/keyStores";
import { asTheSdkShowsThem } from "./support";

const stored = (kind: "ConfigMap" | "Secret", files: Readonly<Record<string, string>>): Resource => ({
  type: `kubernetes:core/v1:${kind}`,
  name: "files",
  props: kind === "Secret" ? { stringData: files } : { data: files },
});
const services = (files: Readonly<Record<string, string>>) =>
  [...trusteeFiles.select(stored("ConfigMap", files))].map(({ service, place }) => [place.path, service]);
const found = (...resources: Resource[]) =>
  trusteeSettingsKnown.evaluate(asTheSdkShowsThem(resources)).findings.map(({ path, message }) => [path, message]);
const example = (keyBrokerConfiguration.props as { data: Record<string, string> }).data["kbs-config.toml"] ?? "";

describe("Trustee's files", () => {
  it.each<[string, string, string | undefined]>([
    ["kbs-config.toml", "", "kbs"],
    ["kbs.toml", "[", "kbs"],
    ["broker.toml", "[http_server]\n[admin]\n", "kbs"],
    ["broker.toml", "[http_server]\n[attestation_token]\n", "kbs"],
    ["broker.toml", "[http_server]\n", undefined],
    ["as-config.json", "{}", "as"],
    ["service.json", '{"rvps_config":{}}', "as"],
    ["service.yaml", "rvps_config: {}", "as"],
    ["rvps.json", "{}", "rvps"],
    ["rvps-config.json", "not JSON", "rvps"],
    ["rvps.txt", "{}", undefined],
    ["config.json", '{"storage":{}}', undefined],
  ])("%s holding %j is of %s", (name, text, service) => {
    expect(services({ [name]: text })).toEqual(service ? [[`data["${name}"]`, service]] : []);
  });
});

describe("the rule about Trustee's settings", () => {
  it("passes everything that is rendered here, in ConfigMap and Secret", () => {
    for (const keyStore of keyStores) {
      const { kbs, as, rvps } = trusteeConfiguration(
        { trusteeVersion: "v0.21.0", namespace: "trustee", nvidiaVerifier: "remote", tees: ["snp", "tdx"], keyStore },
        { token: "hvs.CANARY", clientKey: "{}", password: "CANARY", pin: "CANARY" },
      );
      const files = { "kbs-config.toml": kbs, "as-config.json": as, "rvps.json": rvps };
      expect(services(files)).toHaveLength(3);
      expect(found(stored("Secret", files))).toEqual([]);
    }
  });

  it("says nothing that a rule of a single setting says", () => {
    const rules = [attestationTokenTrusted, kbsAdminClosed, kbsTransportTls, keyStoreVerified];
    const twice = rules.flatMap((rule) =>
      rule.breakages.flatMap((breakage) => {
        const resources = broken(rule.compliant, breakage);
        expect(rule.evaluate(resources).findings.length, breakage.mistake).toBeGreaterThan(0);
        return found(...resources).map(([path]) => `${breakage.mistake}: ${path?.split("#")[1]}`);
      }),
    );
    // What remains is about other keys: the left-over, beside the one that is missing for it.
    expect(twice).toEqual([
      "a signer made up at each start, in the built-in service: attestation_service.signer",
      "a signer made up at each start, in a service of its own: attestation_token_broker.signing",
      "said as older versions wanted it: admin.type",
    ]);
  });

  it("says what the others let pass: a signer that only Intel's tokens could name", () => {
    const text = example.replace('trusted_certs_paths = ["/etc/kbs/token/ca.crt"]', 'trusted_jwk_sets = ["file:///k"]');
    const resource = stored("ConfigMap", { "kbs-config.toml": text });
    expect(attestationTokenTrusted.evaluate([resource]).findings).toEqual([]);
    expect(found(resource).map(([path]) => path)).toEqual([
      'data["kbs-config.toml"]#attestation_token.trusted_certs_paths',
    ]);
  });

  it("reads the other formats that Trustee reads", () => {
    const yaml =
      "http_server: { private_key: /k, certificate: /c, insecure_htp: false }\nadmin: { authorization_mode: DenyAll }\n";
    expect(found(stored("ConfigMap", { "kbs-config.yaml": yaml })).map(([path]) => path)).toContain(
      'data["kbs-config.yaml"]#http_server.insecure_htp',
    );
    const cyclic = "http_server: &a { self: *a }\nadmin: {}\n";
    expect(found(stored("ConfigMap", { "kbs-config.yaml": cyclic }))).toEqual([
      ['data["kbs-config.yaml"]', "cannot be parsed as TOML; correct its syntax"],
    ]);
  });

  it("shows nothing of a Secret", () => {
    const text = example.replace(
      'type = "Remote"',
      'type = "Remote"\n\n[[attestation_service.verifier_config.snp_verifier.vcek_sources]]\ntype = "KDS"\nbase_url = "http://CANARY"',
    );
    const said = (kind: "ConfigMap" | "Secret") => JSON.stringify(found(stored(kind, { "kbs-config.toml": text })));
    expect(said("ConfigMap")).toContain("CANARY");
    expect(said("Secret")).toContain('vcek_sources[0].base_url","is not https; write an https:// address"');
    expect(said("Secret")).not.toContain("CANARY");
  });

  it("forges no line of a report, whatever a key is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (key) => {
        const findings = found(
          stored("ConfigMap", {
            "rvps.json": JSON.stringify({ [`${key}\n`]: 1, storage: { storage_type: "LocalFs" } }),
          }),
        );
        expect(findings).toHaveLength(1);
        for (const line of findings.flat()) expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });
});
