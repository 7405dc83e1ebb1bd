import { describe, expect, it } from "vitest";
import type { TrusteeContents } from "../../../components/attestation/trusteePlan";
import { servicePlan } from "../../../components/attestation/trusteePlan";
import { trusteePod } from "../../../components/attestation/trusteePods";
import { aws, caCertificate, gcp, vault } from "./configuration/keyStores";

const chip = "0a".repeat(64);
const contents: TrusteeContents = {
  services: ["kbs", "as", "rvps"],
  configuration: { kbs: "kbs", as: "as", rvps: "rvps" },
  stores: { resourcePolicy: { p: "p" }, attestationPolicies: { a: "a" }, referenceValues: { r: "r" } },
  resources: ["acme/model-key/llama-8b"],
  keyStore: { kind: "kvstorage" },
  sessions: { kind: "memory" },
};
const objects = {
  configuration: { kbs: "kbs-configuration", as: "as-configuration", rvps: "rvps-configuration" },
  stores: { resourcePolicy: "policy", attestationPolicies: "policies", referenceValues: "values" },
  secrets: { tls: "tls", signer: "signer", resources: "kept-by-the-owner" },
  keyStoreCa: "key-store-ca",
};
const withoutResources = { ...objects, secrets: { tls: "tls", signer: "signer" } };
const spec = (service: "kbs" | "as", changes: Partial<TrusteeContents>, given = objects as typeof withoutResources) =>
  trusteePod({
    service,
    image: "kbs",
    serviceAccountName: "trustee",
    ...servicePlan(service, { ...contents, ...changes }, given),
  }).spec as {
    volumes: { name: string; secret?: unknown; configMap?: unknown; persistentVolumeClaim?: unknown }[];
    containers: { env: unknown[]; volumeMounts: { name: string; mountPath: string }[] }[];
    topologySpreadConstraints: { topologyKey: string }[];
  };
const volume = (pod: ReturnType<typeof spec>, name: string) => pod.volumes.find((candidate) => candidate.name === name);

describe("the key broker's pod", () => {
  it("mounts each resource of the owner's Secret by its own name", () => {
    expect(volume(spec("kbs", {}), "resources")).toEqual({
      name: "resources",
      secret: {
        secretName: "kept-by-the-owner",
        defaultMode: 0o440,
        items: [{ key: "acme.model-key.llama-8b", path: String.raw`acme\x2Fmodel-key\x2Fllama-8b` }],
      },
    });
  });

  it("has a configuration with credentials from a Secret, whose digest is nowhere", () => {
    const plan = servicePlan(
      "kbs",
      { ...contents, keyStore: vault, withCredentials: () => "secret" },
      withoutResources,
    );
    expect(plan.mounts.find(({ name }) => name === "configuration")?.source).toEqual({
      kind: "secret",
      name: "kbs-configuration",
      items: { "kbs-config.toml": "kbs-config.toml" },
    });
    expect(plan.checked).toContainEqual({ path: "/etc/trustee/kbs", names: ["kbs-config.toml"] });
    expect(plan.checked).toContainEqual({ path: "/etc/trustee/key-store-ca", files: { "ca.crt": caCertificate } });
    expect(plan.mounts.map(({ name }) => name)).not.toContain("resources");
  });

  it("rolls with the CA of its key store", () => {
    const digest = (ca: string) =>
      servicePlan("kbs", { ...contents, keyStore: { ...vault, caCertificate: ca } }, withoutResources)
        .configurationDigest;
    expect(digest("one")).not.toBe(digest("two"));
  });

  it("reads credentials and the sessions' place from Secrets that exist, and says neither in its logs", () => {
    const sessions = {
      kind: "postgres",
      urlSecret: { name: "db", key: "url" },
      port: 5432,
      reachedAt: { namespace: "db" },
    } as const;
    const reference = (name: string, secret: string, key: string) => ({
      name,
      valueFrom: { secretKeyRef: { name: secret, key } },
    });
    expect(spec("kbs", { keyStore: aws, sessions }, withoutResources).containers[0]?.env).toEqual([
      { name: "RUST_LOG", value: "info,key_value_storage::postgres=warn" },
      reference("POSTGRES_URL", "db", "url"),
      reference("AWS_ACCESS_KEY_ID", "aws-reader", "AWS_ACCESS_KEY_ID"),
      reference("AWS_SECRET_ACCESS_KEY", "aws-reader", "AWS_SECRET_ACCESS_KEY"),
    ]);
    const google = spec("kbs", { keyStore: gcp }, withoutResources);
    expect(google.containers[0]?.env).toContainEqual({
      name: "GOOGLE_APPLICATION_CREDENTIALS",
      value: "/etc/trustee/key-store/credentials.json",
    });
    expect(volume(google, "key-store")).toMatchObject({ secret: { secretName: "gcp-reader" } });
  });

  it("is spread over nodes and zones", () => {
    expect(spec("kbs", {}).topologySpreadConstraints.map(({ topologyKey }) => topologyKey)).toEqual([
      "kubernetes.io/hostname",
      "topology.kubernetes.io/zone",
    ]);
  });
});

describe("the attestation service's pod", () => {
  it("finds chip certificates where Trustee looks for them", () => {
    const pod = spec("as", { vcekCache: { kind: "configMap", name: "chips", chips: [chip], fallbackToKds: false } });
    expect(volume(pod, "vcek")?.configMap).toMatchObject({
      name: "chips",
      items: [{ key: `${chip}.der`, path: `vcek/${chip}/vcek.der` }],
    });
    expect(pod.containers[0]?.volumeMounts).toContainEqual({
      name: "vcek",
      mountPath: "/var/lib/trustee/kds-store",
      readOnly: true,
    });
    const claim = spec("as", { vcekCache: { kind: "persistentVolumeClaim", name: "chips", fallbackToKds: true } });
    expect(volume(claim, "vcek")).toEqual({
      name: "vcek",
      persistentVolumeClaim: { claimName: "chips", readOnly: true },
    });
  });
});
