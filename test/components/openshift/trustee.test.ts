import * as pulumi from "@pulumi/pulumi";
import { parse } from "smol-toml";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { checkKbsConfiguration } from "../../../components/attestation/configuration/check";
import type { TrusteeSecrets } from "../../../components/attestation/trusteeSecrets";
import { base64 } from "../../../components/attestation/trusteeSecrets";
import { trusteeStores } from "../../../components/attestation/trusteeStores";
import { chooseOperator, operatorFacts } from "../../../components/openshift/operators";
import type { OpenshiftTrusteeArgs } from "../../../components/openshift/trustee";
import { OpenshiftTrustee } from "../../../components/openshift/trustee";
import { operatorMigrated } from "../../../components/openshift/trusteeLayout";
import { admit, sampleEvidence } from "../../support/evidence";
import { settled } from "../../support/mocks";
import type { Recording, Registration } from "../../support/registrations";
import { childrenOf, recordRegistrations, refusal } from "../../support/registrations";
import { sampleRelease, tdxParts } from "../../support/release";

const chosen = chooseOperator(operatorFacts.trustee);
if ("problem" in chosen) throw new Error(chosen.problem);

const keyPath = "default/model-key/llama-8b";
const release = sampleRelease({ resources: [keyPath, "default/model-key/adapter", "default/tls/llama-8b"] });
const secrets: TrusteeSecrets = {
  tls: { certificate: "CANARY tls certificate", privateKey: "CANARY tls key" },
  tokenSigner: { certificate: "CANARY signer certificate", privateKey: "CANARY signer key" },
  resources: Object.fromEntries(release.resources.map((path) => [path, base64(`CANARY ${path}`)])),
};
const chip = "ab".repeat(64);
const args: OpenshiftTrusteeArgs = {
  releases: admit(release),
  accepted: sampleEvidence(),
  referenceValueExpiry: "2028-01-01T00:00:00Z",
  operator: chosen.operator,
  approveBy: "oc patch",
  host: "kbs.acme.example",
  clientCidrs: ["203.0.113.0/24", "198.51.100.0/24"],
  madeUpResources: true,
  secrets: pulumi.secret(secrets),
};

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
  // What is said while OLM is waited for.
  vi.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
});

async function place(changes: Partial<OpenshiftTrusteeArgs> = {}): Promise<Recording> {
  recording = recordRegistrations();
  new OpenshiftTrustee("trustee", { ...args, ...changes });
  // The last to be registered waits for all the others; both components say when they are complete.
  const placed = () => recording.finished.size === 2 && recording.resources.some(({ type }) => type.endsWith(":Route"));
  await vi.waitUntil(placed, { timeout: 10_000 });
  await settled();
  return recording;
}

interface Made {
  apiVersion: string;
  metadata: { name: string; namespace: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  data: Record<string, string>;
  spec: Record<string, unknown>;
  immutable?: boolean;
}
const find = (kind: string, name?: string): Registration => {
  const found = recording.resources.find(
    (one) => one.type.split(":").at(-1) === kind && (name === undefined || one.name === name),
  );
  if (!found) throw new Error(`no ${kind} ${name ?? ""}`);
  return found;
};
const made = (kind: string, name?: string) => find(kind, name).inputs as unknown as Made;
const all = (kind: string) => recording.resources.filter(({ type }) => type.split(":").at(-1) === kind);
const spec = () => made("KbsConfig").spec as Record<string, never>;
const mapNamed = (field: string) => {
  const name: unknown = spec()[field];
  const found = all("ConfigMap").find(({ inputs }) => (inputs as unknown as Made).metadata.name === name);
  return found?.inputs as unknown as Made;
};

describe("a key broker of the Trustee operator", () => {
  it("is these objects, all of them below one component", async () => {
    await place();
    expect(childrenOf(recording, "trustee").map(({ type }) => type.split(":").at(-1))).toContain("KbsConfig");
    const kinds = recording.resources.map(({ type }) => type.split(":").at(-1)).sort();
    expect(kinds.filter((kind) => kind === "ConfigMap")).toHaveLength(5);
    expect(kinds.filter((kind) => kind === "NetworkPolicy")).toHaveLength(4);
    // TLS and signer, key and certificate apart; two Secrets that paths name.
    expect(kinds.filter((kind) => kind === "Secret")).toHaveLength(6);
    for (const kind of ["Namespace", "OperatorGroup", "Subscription", "Route", "PodDisruptionBudget"])
      expect(kinds.filter((one) => one === kind)).toEqual([kind]);
  });

  it("names every ConfigMap that it decides by, with our texts under the keys that the operator mounts", async () => {
    await place();
    const stores = trusteeStores(args.releases, args.accepted, args.referenceValueExpiry);
    expect(mapNamed("kbsResourcePolicyConfigMapName").data).toEqual(stores.resourcePolicy);
    expect(mapNamed("kbsAttestationPolicyConfigMapName").data).toEqual({
      "default_cpu.rego": stores.attestationPolicies["default_cpu.rego"],
    });
    expect(mapNamed("kbsGpuAttestationPolicyConfigMapName").data).toEqual({
      "default_gpu.rego": stores.attestationPolicies["default_gpu.rego"],
    });
    const table = JSON.parse(mapNamed("kbsRvpsRefValuesConfigMapName").data.reference_value ?? "") as object;
    const decoded = Object.entries(table).map(([name, record]) => [
      name,
      Buffer.from(record as string, "base64url").toString(),
    ]);
    expect(Object.fromEntries(decoded)).toEqual(stores.referenceValues);
    expect(Object.keys(mapNamed("kbsConfigMapName").data)).toEqual(["kbs-config.toml"]);
  });

  it("marks each of them as one that the operator must not migrate, and seals it", async () => {
    await place();
    for (const { inputs } of all("ConfigMap")) {
      const { metadata, immutable } = inputs as unknown as Made;
      expect(metadata.annotations).toEqual(operatorMigrated);
      expect(metadata.namespace).toBe("trustee-operator-system");
      expect(immutable).toBe(true);
    }
  });

  it("is made after all that it names, and after the operator", async () => {
    await place();
    const { dependencies } = find("KbsConfig");
    for (const kind of ["ConfigMap", "Secret", "NetworkPolicy", "Subscription", "ServiceAccountPatch"])
      for (const { name } of all(kind)) expect(dependencies, `${kind} ${name}`).toContain(name);
    expect(find("Route").dependencies).toContain(find("KbsConfig").name);
  });

  it("is one process, by a word that the operator understands, without debugging", async () => {
    await place();
    expect(spec()).toMatchObject({
      kbsDeploymentType: "AllInOneDeployment",
      kbsServiceType: "ClusterIP",
      KbsDeploymentSpec: { replicas: 2 },
      KbsEnvVars: { RUST_LOG: "info" },
      kbsSecretResources: ["model-key", "tls"],
    });
    expect(Object.keys(spec())).not.toContain("kbsLocalCertCacheSpec");
  });

  it("has a configuration that Trustee knows and nothing opens", async () => {
    for (const changes of [{}, { vcekSecrets: { [chip]: "vcek-a" }, askAmd: false }, { releases: admit(tdx) }]) {
      await place(changes);
      const toml = mapNamed("kbsConfigMapName").data["kbs-config.toml"] ?? "";
      expect(checkKbsConfiguration(toml)).toEqual([]);
      expect(parse(toml)).toMatchObject({
        http_server: { sockets: ["0.0.0.0:8080"], private_key: "/etc/https-key/privateKey", tls_profile: "modern" },
        admin: { authorization_mode: "DenyAll" },
        attestation_service: { rvps_config: { storage_type: "LocalJson" } },
        attestation_token: { trusted_certs_paths: ["/etc/attestation-cert/token.crt"] },
      });
    }
  });
  const tdx = sampleRelease({ ...tdxParts, resources: [keyPath] });

  it("mounts AMD's certificates where the verifier looks for a chip", async () => {
    await place({ vcekSecrets: { [chip]: "vcek-a" }, askAmd: false });
    expect(spec()).toMatchObject({
      kbsLocalCertCacheSpec: {
        secrets: [
          {
            secretName: "vcek-a",
            mountPath: `/opt/confidential-containers/attestation-service/kds-store/vcek/${chip}`,
          },
        ],
      },
    });
    const toml = parse(mapNamed("kbsConfigMapName").data["kbs-config.toml"] ?? "") as {
      attestation_service: { verifier_config: { snp_verifier: { vcek_sources: { type: string }[] } } };
    };
    expect(toml.attestation_service.verifier_config.snp_verifier.vcek_sources.map(({ type }) => type)).toEqual([
      "OfflineStore",
    ]);
  });

  it("keeps key and certificate apart, and both in Secrets", async () => {
    await place();
    const secretOf = (field: string) => {
      const found = all("Secret").find(({ inputs }) => (inputs as unknown as Made).metadata.name === spec()[field]);
      return Object.keys((found?.inputs as unknown as Made).data);
    };
    expect(secretOf("kbsHttpsKeySecretName")).toEqual(["privateKey"]);
    expect(secretOf("kbsHttpsCertSecretName")).toEqual(["certificate"]);
    expect(secretOf("kbsAttestationKeySecretName")).toEqual(["token.key"]);
    expect(secretOf("kbsAttestationCertSecretName")).toEqual(["token.crt"]);
    // No key of the admin API exists: what is closed needs none.
    expect(secretOf("kbsAuthSecretName")).toEqual(["token.crt"]);
    const rest = recording.resources.filter(({ type }) => !type.endsWith(":Secret"));
    expect(JSON.stringify(rest.map(({ inputs }) => inputs))).not.toContain("CANARY");
  });

  it("makes no Secret with keys of models outside rehearsals, and names them all the same", async () => {
    const real = { ...release, simulated: false };
    await place({ releases: admit(real), madeUpResources: false });
    expect(all("Secret").map(({ name }) => name)).toEqual([
      "trustee-tls-key",
      "trustee-tls-certificate",
      "trustee-signer-key",
      "trustee-signer-certificate",
    ]);
    expect(spec().kbsSecretResources).toEqual(["model-key", "tls"]);
  });

  it("is reached by a Route that passes TLS through, from the guests' ranges alone", async () => {
    await place();
    const route = made("Route");
    expect(route.spec).toMatchObject({
      host: "kbs.acme.example",
      to: { kind: "Service", name: "kbs-service" },
      tls: { termination: "passthrough" },
    });
    expect(route.metadata.annotations).toMatchObject({
      "haproxy.router.openshift.io/ip_allowlist": "198.51.100.0/24 203.0.113.0/24",
      "haproxy.router.openshift.io/balance": "source",
    });
  });

  it.each([
    [undefined, "policy-group.network.openshift.io/ingress"],
    ["host", "policy-group.network.openshift.io/host-network"],
  ] as const)("lets the router in and nobody else: %s", async (router, label) => {
    await place({ router });
    const { ingress } = made("NetworkPolicy", "trustee-kbs").spec as { ingress: { from: unknown[] }[] };
    expect(ingress.flatMap(({ from }) => from)).toEqual([{ namespaceSelector: { matchLabels: { [label]: "" } } }]);
  });

  it("takes the API server's credentials from the pods, and says who enforces what on the namespace", async () => {
    await place();
    expect(made("ServiceAccountPatch")).toMatchObject({
      metadata: { name: "default" },
      automountServiceAccountToken: false,
    });
    expect(made("Namespace").metadata.labels).toMatchObject({ "pod-security.kubernetes.io/enforce": "baseline" });
  });

  it("rolls its pods when a release changes: another ConfigMap, and nothing else", async () => {
    const names = () => all("ConfigMap").map(({ inputs }) => (inputs as unknown as Made).metadata.name);
    await place();
    const before = names();
    const config = spec().kbsConfigMapName;
    await place({ releases: admit({ ...release, launch: { snp: { measurement: "d".repeat(96) } } }) });
    const gone = before.filter((name) => !names().includes(name));
    expect(gone.map((name) => name.replace(/-[^-]*$/, ""))).toEqual(["resource-policy", "reference-values"]);
    expect(spec().kbsConfigMapName).toBe(config);
  });

  it.each<[string, Partial<OpenshiftTrusteeArgs>, RegExp]>([
    ["another version", { operator: { ...chosen.operator, csv: "trustee-operator.v1.1.0" } }, /not known here/],
    ["nobody let in", { clientCidrs: [] }, /clientCidrs is empty/],
    ["no release", { releases: [] }, /no release is given/],
    ["made-up measurements", { madeUpResources: false }, /simulated releases are for rehearsals/],
  ])("is not placed with %s", async (_, changes, reason) => {
    expect(refusal(() => new OpenshiftTrustee("trustee", { ...args, ...changes }))).toMatch(reason);
    // The component is known by then, and nothing below it.
    await vi.waitUntil(() => recording.resources.length === 1);
    await settled();
    expect(all("OpenshiftTrustee")).toHaveLength(1);
  });
});
