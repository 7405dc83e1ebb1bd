import { expect, it } from "vitest";
import type { KubeApi } from "../../../tooling/controlplane/api";
import { liveFiles } from "../../../tooling/attestation/live";
import { readDecisions } from "../../../tooling/attestation/stores";
import { UserError } from "../../../tooling/ui";
import { decisionsFor, snpRelease } from "./support";

it("reads what the deployed files say", () => {
  const decisions = decisionsFor([snpRelease]);
  expect(decisions).toMatchObject({ verifier: "remote", verboseToken: false, tokenMinutes: 5 });
  expect(decisions.referenceValues.snp_launch_measurement).toEqual([snpRelease.launch.snp?.measurement]);
  expect(decisions.resourcePolicy).toContain('"llama-8b#1"');
  expect(decisionsFor([snpRelease], "local").verifier).toBe("local");
});

it("assumes what Trustee assumes where nothing is said", () => {
  const policies = Object.fromEntries(["cpu", "gpu", "switch", "ppcie"].map((name) => [`default_${name}.rego`, "x"]));
  const files = {
    resourcePolicy: { "resource-policy.rego": "x" },
    attestationPolicies: policies,
    referenceValues: {},
    configuration: "{}",
  };
  expect(readDecisions(files)).toMatchObject({ verifier: "local", verboseToken: true, tokenMinutes: 5 });
  expect(() => readDecisions({ ...files, resourcePolicy: {} })).toThrow(UserError);
});

const pod = (mounts: Record<string, string>) => ({
  volumes: Object.keys(mounts).map((name) => ({ name, configMap: { name: `${name}-1` } })),
  containers: [{ volumeMounts: Object.entries(mounts).map(([name, mountPath]) => ({ name, mountPath })) }],
});

function cluster(services: Record<string, Record<string, string>>): KubeApi {
  const deployments = Object.entries(services).map(([name, mounts]) => ({
    metadata: { name, namespace: "trustee" },
    spec: { template: { spec: pod(mounts) } },
  }));
  return {
    list: () => Promise.resolve(deployments),
    get: (path: string) => Promise.resolve({ data: { "as-config.json": path, file: path } }),
  } as unknown as KubeApi;
}

const kbs = { "resource-policy": "/var/lib/trustee/kbs/kbs" };
const as = {
  configuration: "/etc/trustee/as",
  "attestation-policies": "/var/lib/trustee/as/attestation_service_policy",
};
const rvps = { "reference-values": "/var/lib/trustee/rvps/reference_value" };

it("reads the ConfigMaps that the live Deployments mount, and no other", async () => {
  const files = await liveFiles(cluster({ "trustee-kbs": kbs, "trustee-as": as, "trustee-rvps": rvps }));
  const path = (name: string) => `/api/v1/namespaces/trustee/configmaps/${name}-1`;
  expect(files.resourcePolicy.file).toBe(path("resource-policy"));
  expect(files.attestationPolicies.file).toBe(path("attestation-policies"));
  expect(files.referenceValues.file).toBe(path("reference-values"));
  expect(files.configuration).toBe(path("configuration"));
});

it("says which service it does not find, or that mounts no policy", async () => {
  await expect(liveFiles(cluster({ "trustee-kbs": kbs, "trustee-rvps": rvps }))).rejects.toThrow("no trustee-as");
  await expect(liveFiles(cluster({ "trustee-kbs": {}, "trustee-as": as, "trustee-rvps": rvps }))).rejects.toThrow(
    "no trustee-kbs that mounts /var/lib/trustee/kbs/kbs",
  );
});
