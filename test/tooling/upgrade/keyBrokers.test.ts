import { describe, expect, it } from "vitest";
import { trusteeStores } from "../../../components/attestation/trusteeStores";
import { configurations, serviceName, stores } from "../../../components/attestation/trusteeLayout";
import type { TrusteeService } from "../../../components/attestation/trusteeLayout";
import { ApiError } from "../../../tooling/controlplane/api";
import { KeyBrokers } from "../../../tooling/upgrade/keyBrokers";
import { sampleRelease } from "../../support/release";

const files = (measurement: string) =>
  trusteeStores(
    [{ release: sampleRelease({ launch: { snp: { measurement: measurement.repeat(96) } } }) }],
    { verifier: "remote" },
    "2028-01-01T00:00:00Z",
  );

const places: Record<TrusteeService, Record<string, string>> = {
  kbs: { [stores.resourcePolicy]: "policy" },
  as: { [stores.attestationPolicies]: "attestation", [configurations.as.directory]: "as" },
  rvps: { [stores.referenceValues]: "values" },
};

/** A ready replica that has ConfigMaps of a version mounted. */
const replica = (service: TrusteeService, version: string, changes: Record<string, unknown> = {}) => {
  const mounted = Object.entries(places[service]);
  return {
    metadata: {
      name: `${service}-${version}`,
      namespace: "trustee",
      labels: { "app.kubernetes.io/name": serviceName(service) },
    },
    spec: {
      volumes: mounted.map(([, name]) => ({ name, configMap: { name: `${name}-${version}` } })),
      containers: [{ volumeMounts: mounted.map(([mountPath, name]) => ({ name, mountPath })) }],
    },
    status: { conditions: [{ type: "Ready", status: "True" }] },
    ...changes,
  };
};
const all = (version: string) => (["kbs", "as", "rvps"] as const).map((service) => replica(service, version));
const deployments = (version: string, replicas = 1) =>
  (["kbs", "as", "rvps"] as const).map((service) => ({
    metadata: { name: serviceName(service) },
    spec: { replicas, template: { spec: replica(service, version).spec } },
  }));

function cluster(pods: unknown[] | (() => unknown[]), gone: string[] = [], asked = deployments("a")) {
  const maps: Record<string, Record<string, string>> = {};
  for (const version of ["a", "b"]) {
    const { resourcePolicy, attestationPolicies, referenceValues } = files(version);
    maps[`policy-${version}`] = { ...resourcePolicy };
    maps[`attestation-${version}`] = { ...attestationPolicies };
    maps[`values-${version}`] = { ...referenceValues };
    maps[`as-${version}`] = { [configurations.as.file]: "{}" };
  }
  return new KeyBrokers({
    list: <T>(path: string) =>
      Promise.resolve((path.includes("deployments") ? asked : typeof pods === "function" ? pods() : pods) as T[]),
    get: <T>(path: string) => {
      const name = path.split("/").at(-1) ?? "";
      if (gone.includes(name)) return Promise.reject(new ApiError(404, "NotFound", "gone"));
      return Promise.resolve({ data: maps[name] } as T);
    },
  });
}

describe("what the key broker's replicas decide by", () => {
  it("is every combination that an attestation may meet while they roll", async () => {
    expect(await cluster(all("a")).serving()).toHaveLength(1);
    expect(await cluster([...all("a"), ...all("b")]).serving()).toHaveLength(8);
    const mixed = await cluster([...all("a"), replica("kbs", "b")]).serving();
    expect(new Set(mixed.map(({ resourcePolicy }) => resourcePolicy)).size).toBe(2);
  });

  it("leaves out replicas that do not serve yet, or are going", async () => {
    const { metadata } = replica("kbs", "b");
    const idle = replica("kbs", "b", { status: { conditions: [{ type: "Ready", status: "False" }] } });
    const going = replica("kbs", "b", { metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } });
    expect(await cluster([...all("a"), idle, going]).serving()).toHaveLength(1);
    expect(await cluster(all("a").slice(1)).serving()).toEqual([]);
  });

  it("is looked at again where a replica went meanwhile", async () => {
    let looks = 0;
    const pods = () => (looks++ === 0 ? [...all("a"), ...all("b")] : all("a"));
    expect(await cluster(pods, ["policy-b"]).serving()).toHaveLength(1);
    expect(looks).toBe(2);
  });

  it("is refused where a replica that stays decides by what nobody can look at", async () => {
    const hidden = cluster([...all("a"), replica("kbs", "b")], ["policy-b"]);
    await expect(hidden.serving()).rejects.toThrow("decides by policy-b, which is gone");
  });

  it("is refused where nothing is mounted, which would be an open default", async () => {
    const bare = replica("kbs", "a", { spec: { containers: [{}] } });
    await expect(cluster([...all("a").slice(1), bare]).serving()).rejects.toThrow("it would use an open default");
  });
});

it("has settled once each replica is what its Deployment asks for", async () => {
  expect(await cluster(all("a")).unsettled()).toEqual([]);
  expect(await cluster([...all("a"), replica("as", "b")]).unsettled()).toEqual([
    "as-b still decides by what was mounted before",
  ]);
  expect(await cluster(all("a"), [], deployments("a", 2)).unsettled()).toHaveLength(3);
});
