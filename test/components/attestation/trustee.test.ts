import * as pulumi from "@pulumi/pulumi";
import { parse } from "smol-toml";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { TrusteeArgs } from "../../../components/attestation/trustee";
import { Trustee } from "../../../components/attestation/trustee";
import type { TrusteeSecrets } from "../../../components/attestation/trusteeSecrets";
import { base64 } from "../../../components/attestation/trusteeSecrets";
import { emptyLock } from "../../../components/catalogLock";
import { admit, sampleEvidence } from "../../support/evidence";
import { recordResources, settled } from "../../support/mocks";
import { sampleNode, sampleTdxNode } from "../../support/nodes";
import type { Recording } from "../../support/registrations";
import { childrenOf, named, recordRegistrations, refusal } from "../../support/registrations";
import { sampleRelease, tdxParts } from "../../support/release";

const secrets: TrusteeSecrets = {
  tls: { certificate: "CANARY tls certificate", privateKey: "CANARY tls key" },
  tokenSigner: { certificate: "CANARY signer certificate", privateKey: "CANARY signer key" },
  resources: { "acme/model-key/llama-8b": base64("CANARY model key") },
};
const args: TrusteeArgs = {
  releases: admit(sampleRelease()),
  accepted: sampleEvidence(),
  referenceValueExpiry: "2028-01-01T00:00:00Z",
  platformSet: "ra-1.1.0",
  pins: { lock: emptyLock, simulated: true },
  clientCidrs: ["198.51.100.0/24"],
  secrets: pulumi.secret(secrets),
};

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

async function place(changes: Partial<TrusteeArgs> = {}): Promise<Recording> {
  recording = recordRegistrations();
  new Trustee("trustee", { ...args, ...changes });
  // The last to be registered waits for all the others.
  const isLast = ({ type, name }: { type: string; name: string }) =>
    type.endsWith(":Deployment") && name === "trustee-kbs";
  await vi.waitUntil(() => recording.finished.size > 0 && recording.resources.some(isLast), { timeout: 10_000 });
  await settled();
  return recording;
}

interface Container {
  name: string;
  image: string;
  command: string[];
  env: { name: string; value: string }[];
  securityContext: Record<string, unknown>;
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  readinessProbe?: Record<string, unknown>;
  resources: { requests: unknown; limits: unknown };
}
interface Volume {
  name: string;
  configMap?: { name: string };
  secret?: { secretName: string; items: { key: string; path: string }[]; defaultMode: number };
  emptyDir?: unknown;
}
interface PodSpec {
  containers: Container[];
  initContainers: Container[];
  volumes: Volume[];
  securityContext: Record<string, unknown>;
  automountServiceAccountToken: boolean;
  topologySpreadConstraints: { topologyKey: string }[];
}
const services = ["kbs", "as", "rvps"] as const;
type Service = (typeof services)[number];

function deployment(service: Service, from = recording) {
  const found = from.resources.find(
    ({ type, name }) => type === "kubernetes:apps/v1:Deployment" && name === `trustee-${service}`,
  );
  return found?.inputs as {
    metadata: { name: string; namespace: string };
    spec: { replicas: number; template: { metadata: { annotations: Record<string, string> }; spec: PodSpec } };
  };
}
const pod = (service: Service, from = recording) => deployment(service, from).spec.template.spec;
const digestOf = (service: Service, from: Recording) =>
  deployment(service, from).spec.template.metadata.annotations["trustfoundry.dev/configuration-digest"];
const configMap = (name: string, from = recording) =>
  named(from, name).inputs as { metadata: { name: string }; data: Record<string, string>; immutable: boolean };

describe("Trustee", () => {
  it("is these objects, all of them its children", async () => {
    await place();
    const children = childrenOf(recording, "trustee").filter(({ type }) => type.startsWith("kubernetes:"));
    expect(children.map(({ type, name }) => `${type.replace("kubernetes:", "")} ${name}`).sort()).toEqual([
      "apps/v1:Deployment trustee-as",
      "apps/v1:Deployment trustee-kbs",
      "apps/v1:Deployment trustee-rvps",
      "core/v1:ConfigMap trustee-as-configuration",
      "core/v1:ConfigMap trustee-attestation-policies",
      "core/v1:ConfigMap trustee-kbs-configuration",
      "core/v1:ConfigMap trustee-reference-values",
      "core/v1:ConfigMap trustee-resource-policy",
      "core/v1:ConfigMap trustee-rvps-configuration",
      "core/v1:Namespace trustee-namespace",
      "core/v1:Secret trustee-resources",
      "core/v1:Secret trustee-signer",
      "core/v1:Secret trustee-tls",
      "core/v1:Service trustee-as",
      "core/v1:Service trustee-kbs",
      "core/v1:Service trustee-rvps",
      "core/v1:ServiceAccount trustee-identity",
      "networking.k8s.io/v1:NetworkPolicy trustee-allow-dns",
      "networking.k8s.io/v1:NetworkPolicy trustee-as",
      "networking.k8s.io/v1:NetworkPolicy trustee-deny-all",
      "networking.k8s.io/v1:NetworkPolicy trustee-kbs",
      "networking.k8s.io/v1:NetworkPolicy trustee-rvps",
      "policy/v1:PodDisruptionBudget trustee-as",
      "policy/v1:PodDisruptionBudget trustee-kbs",
      "policy/v1:PodDisruptionBudget trustee-rvps",
    ]);
    expect([...recording.finished].some((urn) => urn.includes("trustfoundry:attestation:Trustee"))).toBe(true);
  });

  it("takes only restricted pods into its namespace", async () => {
    await place({ namespace: "keys" });
    expect(named(recording, "trustee-namespace").inputs.metadata).toMatchObject({
      name: "keys",
      labels: { "pod-security.kubernetes.io/enforce": "restricted", "trustfoundry.dev/party": "modelOwner" },
    });
    for (const service of services) expect(deployment(service).metadata.namespace).toBe("keys");
  });

  it.each(services)(
    "%s runs as nobody, on a root that it cannot write, with no way to the API server",
    async (service) => {
      await place();
      const spec = pod(service);
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
      for (const container of [...spec.containers, ...spec.initContainers]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(container.image).toMatch(/^ghcr\.io\/confidential-containers\/.+@sha256:[0-9a-f]{64}$/);
        expect(container.resources.requests).toBeDefined();
        expect(container.resources.limits).toBeDefined();
      }
      for (const { name, readOnly } of spec.containers[0]?.volumeMounts ?? [])
        expect(readOnly, name).toBe(name === "scratch" ? undefined : true);
      expect(spec.topologySpreadConstraints[0]?.topologyKey).toBe("kubernetes.io/hostname");
    },
  );

  it("probes each service in its own language", async () => {
    await place();
    expect(pod("kbs").containers[0]?.readinessProbe).toMatchObject({ httpGet: { path: "/healthz", scheme: "HTTPS" } });
    expect(pod("as").containers[0]?.readinessProbe).toMatchObject({ grpc: { port: 50004 } });
    expect(pod("rvps").containers[0]?.readinessProbe).toMatchObject({ grpc: { port: 50003 } });
  });

  it("starts services in the order of who needs whom", async () => {
    await place();
    const waitsFor = (service: Service) =>
      recording.resources.find(({ type, name }) => type.endsWith(":Deployment") && name === `trustee-${service}`)
        ?.dependencies;
    expect(waitsFor("kbs")).toContain("trustee-as");
    expect(waitsFor("as")).toContain("trustee-rvps");
    expect(waitsFor("rvps")).not.toContain("trustee-as");
  });

  it("publishes nothing outside the cluster, and keeps a guest with its replica", async () => {
    await place();
    const specs = recording.resources
      .filter(({ type }) => type === "kubernetes:core/v1:Service")
      .map(
        ({ name, inputs }) =>
          [name, inputs.spec as { type: string; sessionAffinity?: string; ports: unknown[] }] as const,
      );
    expect(specs.map(([, { type }]) => type)).toEqual(["ClusterIP", "ClusterIP", "ClusterIP"]);
    const broker = Object.fromEntries(specs)["trustee-kbs"];
    expect(broker).toMatchObject({ sessionAffinity: "ClientIP", ports: [{ port: 443, targetPort: "kbs" }] });
  });

  it("runs a single replica without a budget", async () => {
    await place({ replicas: 1 });
    expect(recording.resources.filter(({ type }) => type.endsWith(":PodDisruptionBudget"))).toEqual([]);
    expect(deployment("kbs").spec.replicas).toBe(1);
  });
});

describe("what Trustee decides by", () => {
  it("is mounted read-only from immutable objects that are named after their content", async () => {
    await place();
    for (const [service, name, path] of [
      ["kbs", "resource-policy", "/var/lib/trustee/kbs/kbs"],
      ["as", "attestation-policies", "/var/lib/trustee/as/attestation_service_policy"],
      ["rvps", "reference-values", "/var/lib/trustee/rvps/reference_value"],
    ] as const) {
      const { metadata, immutable } = configMap(`trustee-${name}`);
      expect(immutable).toBe(true);
      expect(metadata.name).toMatch(new RegExp(`^${name}-[0-9a-f]{10}$`));
      const volume = pod(service).volumes.find((candidate) => candidate.configMap?.name === metadata.name);
      const mount = pod(service).containers[0]?.volumeMounts.find((candidate) => candidate.name === volume?.name);
      expect(mount).toEqual({ name: volume?.name, mountPath: path, readOnly: true });
    }
  });

  it("is checked before each start, by digests that do not lie beside it", async () => {
    await place();
    for (const service of services) {
      const [check] = pod(service).initContainers;
      expect(check?.command.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
      const digests = check?.env.find(({ name }) => name === "DIGESTS")?.value ?? "";
      expect(digests.split("\n").length).toBeGreaterThan(service === "rvps" ? 6 : 1);
      expect(check?.volumeMounts).toEqual(
        pod(service).containers[0]?.volumeMounts.filter(({ name }) => name !== "scratch"),
      );
    }
  });

  it("rolls the pods that it concerns when a release changes", async () => {
    const before = await place();
    const changed = await place({
      releases: admit(sampleRelease({ launch: { snp: { measurement: "d".repeat(96) } } })),
    });
    expect(digestOf("kbs", changed)).not.toBe(digestOf("kbs", before));
    expect(digestOf("rvps", changed)).not.toBe(digestOf("rvps", before));
    // The attestation service's rules are the same for all releases.
    expect(digestOf("as", changed)).toBe(digestOf("as", before));
    expect(configMap("trustee-resource-policy", changed).metadata.name).not.toBe(
      configMap("trustee-resource-policy", before).metadata.name,
    );
    // Init-data is no reference value: only the resource policy binds it.
    const other = await place({
      releases: admit(sampleRelease({ initData: { annotation: "x", digest: "e".repeat(64) } })),
    });
    expect(digestOf("kbs", other)).not.toBe(digestOf("kbs", before));
    expect(digestOf("rvps", other)).toBe(digestOf("rvps", before));
  });

  it("is the same bytes for the same input", async () => {
    const [one, two] = [await place(), await place()];
    const plain = ({ resources }: Recording) =>
      resources.map(({ type, name, inputs }) => ({ type, name, inputs: JSON.stringify(inputs) }));
    expect(plain(one).sort((a, b) => (a.name + a.type < b.name + b.type ? -1 : 1))).toEqual(
      plain(two).sort((a, b) => (a.name + a.type < b.name + b.type ? -1 : 1)),
    );
  });

  it("is a configuration without admin API, for the images of the platform set", async () => {
    await place();
    const toml = configMap("trustee-kbs-configuration").data["kbs-config.toml"] ?? "";
    expect(parse(toml)).toMatchObject({ admin: { authorization_mode: "DenyAll" } });
    expect(JSON.parse(configMap("trustee-as-configuration").data["as-config.json"] ?? "")).toHaveProperty(
      "rvps_config",
    );
  });
});

describe("keys", () => {
  /** How the engine is told that a value is to be encrypted. */
  const marked = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

  it.each([
    ["as a secret", pulumi.secret(secrets)],
    ["in plain", secrets],
  ])("that were handed over %s are Pulumi secrets, and stand nowhere else", async (_, given) => {
    const registered = await recordResources();
    new Trustee("trustee", { ...args, secrets: given });
    await vi.waitUntil(() => registered.filter(({ type }) => type.endsWith(":Secret")).length === 3);
    await vi.waitUntil(() => registered.filter(({ type }) => type.endsWith(":Deployment")).length === 3);
    const kept = registered.filter(({ type }) => type.endsWith(":Secret"));
    for (const { name, inputs } of kept) expect(inputs.data, name).toMatchObject(marked);
    const elsewhere = registered.map(({ inputs }) => ({
      ...inputs,
      data: inputs.kind === "Secret" ? {} : inputs.data,
    }));
    for (const canary of ["CANARY", base64("CANARY"), base64("CANARY model key")])
      expect(JSON.stringify(elsewhere)).not.toContain(canary);
  });

  it("are each in the one container that needs them", async () => {
    await place();
    const items = (service: Service) =>
      pod(service).volumes.flatMap(({ secret }) => secret?.items.map(({ path }) => path) ?? []);
    expect(items("kbs")).toEqual(["tls.crt", "tls.key", "token.crt", String.raw`acme\x2Fmodel-key\x2Fllama-8b`]);
    expect(items("as")).toEqual(["token.crt", "token.key"]);
    expect(items("rvps")).toEqual([]);
    for (const { secret } of pod("kbs").volumes) if (secret) expect(secret.defaultMode).toBe(0o440);
  });

  it("make a new Secret, and so new pods, when they change", async () => {
    const before = await place();
    const changed = await place({
      secrets: { ...secrets, resources: { "acme/model-key/llama-8b": base64("other") } },
    });
    const volume = (from: Recording) =>
      pod("kbs", from).volumes.find(({ name }) => name === "resources")?.secret?.secretName;
    expect(volume(before)).toMatch(/^resources-[0-9a-f]{10}$/);
    expect(volume(changed)).not.toBe(volume(before));
    expect(pod("as", changed).volumes).toEqual(pod("as", before).volumes);
  });
});

describe("Trustee for nodes of clouds", () => {
  const nodes = [sampleNode(), sampleTdxNode()];
  const resources = Object.fromEntries(nodes.flatMap((node) => node.resources.map((path) => [path, base64("key")])));
  const ofNodes = { nodes, secrets: pulumi.secret({ ...secrets, resources }) };

  it("needs no release, and mounts the nodes' keys, policies and values", async () => {
    await place({ ...ofNodes, releases: [] });
    const policy = configMap("trustee-resource-policy").data["resource-policy.rego"];
    expect(policy).toContain('"aks-ncc": {');
    expect(configMap("trustee-attestation-policies").data["default_cpu.rego"]).toContain('input["az-snp-vtpm"]');
    expect(Object.keys(configMap("trustee-reference-values").data)).toEqual(
      expect.arrayContaining(["measurement", "mr_td", "snp_pcr04", "tcb_tee"]),
    );
    const mounted = pod("kbs").volumes.flatMap(({ secret }) => secret?.items.map(({ key }) => key) ?? []);
    expect(mounted).toEqual(expect.arrayContaining(["acme.node-key.llama-8b", "acme.node-key.gke"]));
    // Azure's evidence has AMD's certificates in it; a TDX quote needs Intel's collateral.
    const settings = configMap("trustee-as-configuration").data["as-config.json"];
    expect(settings).toContain("dcap_verifier");
    expect(settings).not.toContain("snp_verifier");
  });
});

describe("Trustee under Intel Trust Authority", () => {
  const changes: Partial<TrusteeArgs> = {
    releases: admit(sampleRelease(tdxParts)),
    service: { kind: "intelTrustAuthority", region: "us", policyIds: ["5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10"] },
    secrets: pulumi.secret({ ...secrets, intelTrustAuthority: { apiKey: "CANARY intel key" } }),
  };

  it("is the key broker alone, whose configuration is in a Secret and whose policy reads Intel's claims", async () => {
    await place(changes);
    const names = childrenOf(recording, "trustee").map(({ name }) => name);
    expect(names.filter((name) => /-(as|rvps)|signer|attestation-policies|reference-values/.test(name))).toEqual([
      // Keyed with the signer, names of Secrets tell nothing of their contents.
      "trustee-signer",
    ]);
    expect(named(recording, "trustee-kbs-configuration").type).toBe("kubernetes:core/v1:Secret");
    const policy = configMap("trustee-resource-policy").data["resource-policy.rego"] ?? "";
    expect(policy).toContain('tdx.attester_tcb_status == "UpToDate"');
    expect(policy).not.toContain("input.submods");
    expect(pod("kbs").containers[0]?.image).toContain("/kbs-ita-as@sha256:");
    expect(
      pod("kbs")
        .volumes.map(({ secret }) => secret?.secretName ?? "")
        .join(),
    ).not.toContain("signer");
  });

  it("shows its key nowhere but in that Secret, and reaches Intel on 443", async () => {
    await place(changes);
    const others = recording.resources.filter(({ type }) => type !== "kubernetes:core/v1:Secret");
    expect(JSON.stringify(others.map(({ inputs }) => inputs))).not.toContain("CANARY");
    const network = recording.resources.find(
      ({ type, name }) => type.endsWith(":NetworkPolicy") && name === "trustee-kbs",
    );
    expect(network?.inputs).toMatchObject({
      spec: { egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] }] },
    });
  });
});

describe("Trustee is refused", () => {
  const intel = {
    kind: "intelTrustAuthority",
    region: "us",
    policyIds: ["5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10"],
  } as const;

  it.each<[string, Partial<TrusteeArgs>, RegExp]>([
    ["without releases and nodes", { releases: [] }, /no release is given/],
    [
      "with made-up nodes outside a rehearsal",
      { releases: [], nodes: [sampleNode()], pins: { lock: emptyLock, simulated: false } },
      /made-up measurements/,
    ],
    [
      "with nodes that Intel's service would judge",
      { releases: [], nodes: [sampleNode()], service: intel },
      /not supported for nodes, and node aks-ncc is one/,
    ],
    ["without clients", { clientCidrs: [] }, /clientCidrs is empty/],
    ["without firmware to compare with", { releases: admit(sampleRelease({ tcb: {} })) }, /set tcb\.snp/],
    [
      "with made-up measurements outside a rehearsal",
      { pins: { lock: emptyLock, simulated: false } },
      /made-up measurements/,
    ],
    [
      "without digests of its images",
      { releases: admit(sampleRelease({ simulated: false })), pins: { lock: emptyLock, simulated: false } },
      /catalog\.lock has no digest of images\/trustee-kbs-grpc-as@/,
    ],
  ])("%s", async (_, changes, says) => {
    expect(refusal(() => new Trustee("trustee", { ...args, ...changes }))).toMatch(says);
    await vi.waitUntil(() => recording.finished.size > 0);
    expect(recording.resources.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  });
});
