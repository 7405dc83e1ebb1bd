import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "smol-toml";
import { expect } from "vitest";
import { catalogEntry, catalogNames } from "../../../components/catalog";
import { pinKey, renderCatalogLock } from "../../../components/catalogLock";
import { platformSets } from "../../../components/platform";
import type { Factory } from "../../../stacks/config/factory";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { poll } from "../../../tooling/controlplane/api";
import { plainNode } from "../../../tooling/controlplane/simulatedNodes";
import { ownerKeys } from "../../../tooling/rehearsal/ownerKeys";
import type { Definition, TestCluster } from "../cluster";
import { offline } from "./overlays";
import type { Actor, Overlay, PartnerCase, StackMaterial } from "./partnerCase";

const known = platformSets["ra-1.1.0"].warnings;
const canary = "4711-CANARY";

/**
 * Kinds of External Secrets Operator 2.9.0, as far as they are used here: stand-ins of our own (apis/externalsecrets/v1,
 * secretstore_fortanix_types.go and externalsecret_types.go name the fields).
 */
const text = { type: "string" } as const;
const object = (properties: object, required: readonly string[] = Object.keys(properties)) =>
  ({ type: "object", properties, required }) as const;
const definition = (kind: string, plural: string, spec: object) =>
  ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.external-secrets.io` },
    spec: {
      group: "external-secrets.io",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: "Namespaced",
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: object({ spec }, ["spec"]) },
        },
      ],
    },
  }) as unknown as Definition;

const reference = object({ name: text, key: text });
const externalSecrets = [
  definition(
    "SecretStore",
    "secretstores",
    object({
      provider: object({ fortanix: object({ apiUrl: text, apiKey: object({ secretRef: reference }) }) }),
    }),
  ),
  definition(
    "ExternalSecret",
    "externalsecrets",
    object({
      refreshInterval: text,
      refreshPolicy: { ...text, enum: ["CreatedOnce", "Periodic", "OnChange"] },
      secretStoreRef: object({ kind: text, name: text }),
      target: object({ name: text, creationPolicy: text, deletionPolicy: text }),
      data: {
        type: "array",
        items: object({ secretKey: text, remoteRef: object({ key: text, decodingStrategy: text }) }),
      },
    }),
  ),
];

interface ExternalSecret extends KubeObject {
  readonly spec: {
    readonly target: { readonly name: string };
    readonly data: readonly { readonly secretKey: string; readonly remoteRef: { readonly key: string } }[];
  };
}

/** SIMULATED External Secrets Operator: makes the Secret that an ExternalSecret names, with values of its own. */
function simulatedOperator({ api }: TestCluster): Actor {
  let stopped = false;
  const turn = async () => {
    const found = await api
      .list<ExternalSecret>("/apis/external-secrets.io/v1/namespaces/trustee/externalsecrets")
      .catch(() => []);
    for (const { spec } of found) {
      const data = Object.fromEntries(
        spec.data.map(({ secretKey, remoteRef }) => [secretKey, Buffer.from(remoteRef.key).toString("base64")]),
      );
      await api.apply(`/api/v1/namespaces/trustee/secrets/${spec.target.name}`, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: spec.target.name, namespace: "trustee" },
        data,
      } as never);
    }
  };
  const running = (async () => {
    while (!stopped) {
      await turn().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** Digests that belong to nothing, since no registry is at hand: SIMULATED. */
function lockAtHand(project: string): void {
  const digest = `sha256:${"e".repeat(64)}`;
  const pins = Object.fromEntries(
    catalogNames.map((name) => {
      const { repository, versions } = catalogEntry(name);
      return [pinKey(name, versions["ra-1.1.0"]), { manifest: digest, archive: digest, from: repository }];
    }),
  );
  writeFileSync(join(project, "catalog.lock"), renderCatalogLock({ lockVersion: 1, pins }));
}

/** A kind of nodes in place of the sample's models, whose releases would need a real guest image: all made up. */
const node = {
  name: "tried",
  evidence: { kind: "tdx", ...tdx("a"), xfam: ["e718060000000000"], attributes: ["0000001000000000"] },
  gpu: { model: "H100", drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"] },
  keys: ["acme/model-key/llama-8b"],
  notBefore: dayFromNow(-1),
  notAfter: dayFromNow(60),
};

function dayFromNow(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
}

function tdx(digit: string) {
  const value = [digit.repeat(96)];
  return { mrTd: value, rtmr1: value, rtmr2: value };
}

/** Not simulated: key stores outside are for real keys, and the program refuses them to a rehearsal. */
async function ownerWithStore({ project, sections }: StackMaterial, credentials: object): Promise<Overlay> {
  lockAtHand(project);
  const directory = mkdtempSync(join(tmpdir(), "owner-keys-"));
  try {
    const { caCertificate, secrets } = await ownerKeys(directory, { ...sections, models: [] } as unknown as Factory);
    const { tls, tokenSigner } = secrets;
    const attestation = sections.attestation as { readonly keyBroker: object };
    return {
      sections: {
        models: [],
        nodes: [node],
        attestation: { ...attestation, keyBroker: { ...attestation.keyBroker, caCertificate } },
      },
      secrets: { trustSecrets: { tls, tokenSigner, ...credentials } },
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** About the kind of nodes that stands in for models, whatever the key store is. */
const ofNodes = [
  "node tried: the whole node is the TEE",
  "node tried: its evidence names neither cluster nor tenant",
  "node tried: its firmware is the cloud's",
];
const ownersNodes = () => [plainNode("owner-a", 16, 64), plainNode("owner-b", 16, 64)];
const inTrustee = (kind: string) => `/api/v1/namespaces/trustee/${kind}`;

interface Stored extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const fortanix: PartnerCase = {
  partner: "fortanix",
  stacks: [
    {
      sample: "trust",
      overlay: (material) => ownerWithStore(material, { keyStore: { pin: canary } }),
      nodes: ownersNodes,
      warnings: ofNodes,
      async afterUp({ api }) {
        const secrets = await api.list<Stored>(inTrustee("secrets"));
        const configuration = secrets.find(({ metadata }) => metadata.name.startsWith("kbs-configuration-"));
        const toml = Buffer.from(configuration?.data?.["kbs-config.toml"] ?? "", "base64").toString();
        expect(parse(toml).plugins).toEqual([
          {
            name: "pkcs11",
            module: "/opt/acme/pkcs11.so",
            slot_index: 0,
            pin: canary,
            rsa_mechanism: "RsaPkcsOaep",
          },
        ]);
        // The PIN is in that one Secret; no Secret has a model's key.
        const maps = await api.list<Stored>(inTrustee("configmaps"));
        const rest = [...secrets.filter((secret) => secret !== configuration), ...maps];
        expect(JSON.stringify(rest)).not.toContain(canary);
        expect(secrets.map(({ metadata }) => metadata.name).filter((name) => /resources|model/.test(name))).toEqual([]);
        const policy = maps.find(({ metadata }) => metadata.name.startsWith("resource-policy-"));
        expect(policy?.data?.["resource-policy.rego"]).toContain('data.plugin == "pkcs11"');
      },
    },
    {
      sample: "external-secrets",
      overlay: (material) => ownerWithStore(material, {}),
      nodes: ownersNodes,
      definitions: externalSecrets,
      actors: (cluster) => [simulatedOperator(cluster)],
      warnings: [...ofNodes, /externalSecrets: models' keys lie in the Secret model-keys/],
      async afterUp({ api }) {
        const made = await poll(() => api.get<Stored>(inTrustee("secrets/model-keys")).catch(() => undefined), {
          timeoutMilliseconds: 30_000,
        });
        expect(Object.keys(made?.data ?? {})).toEqual(["acme.model-key.llama-8b"]);
        const broker = await api.get<KubeObject>("/apis/apps/v1/namespaces/trustee/deployments/trustee-kbs");
        expect(JSON.stringify(broker)).toContain('"secretName":"model-keys"');
      },
    },
    {
      sample: "infrastructure",
      overlay: offline,
      warnings: [
        ...known,
        "demands nothing of the tenant's workloads",
        /fortanix: .*nothing public says what it attests of TDX/,
      ],
      async afterUp({ api }) {
        const agent = await api.get<KubeObject>(
          "/apis/apps/v1/namespaces/fortanix-node-agent/daemonsets/fortanix-node-agent",
        );
        expect(JSON.stringify(agent)).toContain('"secretKeyRef":{"name":"ccm-join-token","key":"token"}');
        expect(JSON.stringify(agent)).not.toMatch(/hostPath|"privileged":true/);
      },
    },
  ],
};
