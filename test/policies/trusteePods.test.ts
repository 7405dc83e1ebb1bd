import { describe, expect, it } from "vitest";
import { keyBrokerConfiguration, keyBrokerDeployment } from "../../policies/examples/trustee";
import { confidentialDeployment } from "../../policies/examples/confidentialDeployment";
import { hasProviders, isProviders } from "../../policies/parties";
import type { Resource } from "../../policies/rule";
import { ownerSecretsAway } from "../../policies/rules/attestation/ownerSecretsAway";
import { partiesApart } from "../../policies/rules/attestation/partiesApart";
import { trusteeReplicasShare } from "../../policies/rules/attestation/trusteeReplicasShare";
import { trusteePods } from "../../policies/trusteePods";
import { asTheSdkShowsThem, unknownValue, withInput } from "./support";

const pod = (image: string, spec: object = {}): Resource => ({
  type: "kubernetes:core/v1:Pod",
  name: "pod",
  props: { metadata: { name: "pod" }, spec: { ...spec, containers: [{ name: "c", image }] } },
});
const found = (resource: Resource) => [...trusteePods.select(resource)].length;

describe("pods of Trustee", () => {
  it.each([
    "kbs",
    "ghcr.io/confidential-containers/key-broker-service:built-in-as-v0.21.0",
    "ghcr.io/confidential-containers/staged-images/kbs-grpc-as@sha256:0000",
    "mirror.acme.example:5000/trustee/rvps:v0.21.0@sha256:0000",
  ])("are told by the image's name: %s", (image) => expect(found(pod(image))).toBe(1));

  it.each(["nginx", "acme/kbs/proxy", "acme/kbs-client:1", "kbs.acme.example/llama", ""])(
    "are not told by a likeness: %s",
    (image) => expect(found(pod(image))).toBe(0),
  );
});

describe("what is a provider's", () => {
  const other = (type: string, props: Record<string, unknown> = {}): Resource => ({ type, name: "r", props });

  it.each([
    confidentialDeployment,
    other("kubernetes:nvidia.com/v1:ClusterPolicy"),
    other("kubernetes:core/v1:NodePatch", { metadata: { labels: { "nvidia.com/cc.mode": "on" } } }),
    other("kubernetes:node.k8s.io/v1:RuntimeClass", { handler: "kata-qemu-nvidia-gpu-tdx" }),
    other("kubernetes:helm.sh/v3:Release", { chart: "oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy" }),
  ])("is $type $props.chart", (resource) => expect(isProviders(resource)).toBe(true));

  it.each([
    keyBrokerDeployment,
    keyBrokerConfiguration,
    pod("nginx"),
    other("kubernetes:core/v1:NodePatch", { metadata: { labels: { zone: "a" } } }),
    other("kubernetes:node.k8s.io/v1:RuntimeClass", { handler: "gvisor" }),
    // A key broker that runs as a confidential pod itself is no tenant of anybody's.
    pod("acme/kbs", { runtimeClassName: "kata-qemu-snp" }),
  ])("is not $type", (resource) => expect(isProviders(resource)).toBe(false));

  it("is looked for past what is not known yet", () => {
    const unknown = pod("nginx", { runtimeClassName: unknownValue });
    expect(hasProviders(asTheSdkShowsThem([unknown, confidentialDeployment]))).toBe(true);
    expect(() => hasProviders(asTheSdkShowsThem([unknown]))).toThrow();
  });
});

describe("stacks of one party each", () => {
  it("pass, whichever party it is", () => {
    for (const stack of [[keyBrokerDeployment, keyBrokerConfiguration], [confidentialDeployment]])
      expect(partiesApart.evaluate(asTheSdkShowsThem(stack)).findings).toEqual([]);
    const both = partiesApart.evaluate(asTheSdkShowsThem([keyBrokerConfiguration, confidentialDeployment]));
    expect(both.findings.map(({ path }) => path)).toEqual(['data["kbs-config.toml"]']);
  });

  it("keep a private key where no host is, and never show it", () => {
    const key = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n";
    const secret = (type: string): Resource => ({
      type: "kubernetes:core/v1:Secret",
      name: "signing",
      props: { metadata: { name: "signing" }, type, stringData: { "cosign.key": key } },
    });
    const judged = (...resources: Resource[]) => ownerSecretsAway.evaluate(asTheSdkShowsThem(resources)).findings;
    expect(judged(secret("Opaque"))).toEqual([]);
    expect(judged(secret("kubernetes.io/tls"), confidentialDeployment)).toEqual([]);
    const [finding, ...others] = judged(secret("Opaque"), confidentialDeployment);
    expect(others).toEqual([]);
    expect(finding?.path).toBe('stringData["cosign.key"]');
    expect(JSON.stringify({ value: finding?.value, message: finding?.message })).not.toContain("MHcC");
  });
});

describe("replicas of the key broker", () => {
  const twice = withInput([keyBrokerDeployment], 0, ["spec", "replicas"], 2);
  const configured = (line: string): Resource => {
    const { data } = keyBrokerConfiguration.props as { data: Record<string, string> };
    return {
      ...keyBrokerConfiguration,
      props: { ...keyBrokerConfiguration.props, data: { "kbs-config.toml": `${line}\n${data["kbs-config.toml"]}` } },
    };
  };
  const judged = (...resources: Resource[]) =>
    trusteeReplicasShare.evaluate(asTheSdkShowsThem(resources)).findings.map(({ path }) => path);

  it("share sessions in a database, in memory never", () => {
    expect(judged(...twice, configured('session_storage_type = "Postgres"'))).toEqual([]);
    expect(judged(...twice, configured('session_storage_type = "redis"'))).toEqual([]);
    expect(judged(...twice, configured('session_storage_type = "Memory"'))).toEqual(["spec.replicas"]);
    expect(judged(...twice)).toEqual(["spec.replicas"]);
    expect(judged(keyBrokerDeployment)).toEqual([]);
  });
});
