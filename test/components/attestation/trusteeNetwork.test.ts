import { BlockList } from "node:net";
import { describe, expect, it } from "vitest";
import { trusteeNetwork } from "../../../components/attestation/trusteeNetwork";
import { publicInternet } from "../../../components/cluster/publicInternet";
import { aws, vault } from "./configuration/keyStores";

const clientCidrs = ["198.51.100.0/24", "192.0.2.0/24"];
const from = (service: string) => ({
  podSelector: {
    matchLabels: { "app.kubernetes.io/name": `trustee-${service}`, "app.kubernetes.io/part-of": "trustfoundry" },
  },
});
const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const tcp = (port: number) => [{ port, protocol: "TCP" }];

describe("Trustee's network", () => {
  const policies = trusteeNetwork({ clientCidrs });

  it("lets guests to the key broker alone, and the key broker out to the attestation service alone", () => {
    expect(policies.kbs).toEqual({
      ...from("kbs"),
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [{ ipBlock: { cidr: "192.0.2.0/24" } }, { ipBlock: { cidr: "198.51.100.0/24" } }], ports: tcp(8443) },
      ],
      egress: [{ to: [from("as")], ports: tcp(50004) }],
    });
  });

  it("lets the attestation service to reference values and public collateral, and in from the key broker alone", () => {
    expect(policies.as).toEqual({
      ...from("as"),
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [from("kbs")], ports: tcp(50004) }],
      egress: [
        { to: [from("rvps")], ports: tcp(50003) },
        { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: [...publicInternet.except] } }], ports: tcp(443) },
      ],
    });
  });

  it("lets nobody but the attestation service ask for reference values, which knows no authentication", () => {
    expect(policies.rvps).toEqual({
      ...from("rvps"),
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [from("as")], ports: tcp(50003) }],
    });
  });

  it("lets the two that call others look names up", () => {
    expect(policies["allow-dns"]?.podSelector).toEqual({
      matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: ["trustee-as", "trustee-kbs"] }],
    });
    expect(Object.keys(policies).sort()).toEqual(["allow-dns", "as", "kbs", "rvps"]);
  });

  it("leaves out of the internet what is inside", () => {
    const inside = new BlockList();
    for (const range of publicInternet.except) {
      const [network = "", bits] = range.split("/");
      inside.addSubnet(network, Number(bits));
    }
    for (const address of ["169.254.169.254", "10.96.0.1", "127.0.0.1", "192.168.1.1", "172.31.0.1", "100.100.100.200"])
      expect(inside.check(address), address).toBe(true);
    expect(inside.check("8.8.8.8")).toBe(false);
  });

  it("narrows the way out where asked", () => {
    const egress = trusteeNetwork({ clientCidrs, evidenceServiceCidrs: ["203.0.113.9/32"] }).as?.egress;
    expect(egress).toContainEqual({ to: [{ ipBlock: { cidr: "203.0.113.9/32" } }], ports: tcp(443) });
  });

  it("lets the key broker to its key store and sessions, each in one place and by one port", () => {
    const egress = trusteeNetwork({
      clientCidrs,
      keyStore: vault,
      sessions: {
        kind: "postgres",
        urlSecret: { name: "db", key: "url" },
        port: 6432,
        reachedAt: { cidrs: ["203.0.113.7/32"] },
      },
    }).kbs?.egress;
    expect(egress).toEqual([
      { to: [from("as")], ports: tcp(50004) },
      { to: [namespace("vault")], ports: tcp(8200) },
      { to: [{ ipBlock: { cidr: "203.0.113.7/32" } }], ports: tcp(6432) },
    ]);
    expect(() => trusteeNetwork({ clientCidrs, keyStore: { ...aws, reachedAt: { cidrs: [] } } })).toThrow(
      /either cidrs or a namespace/,
    );
  });

  it("lets the attestation service to a collateral cache where it is", () => {
    const collateralService = { url: "https://pccs.acme.example:8081/", reachedAt: { namespace: "pccs" } };
    const egress = trusteeNetwork({ clientCidrs, collateralService }).as?.egress;
    expect(egress).toContainEqual({ to: [namespace("pccs")], ports: tcp(8081) });
  });

  it("lets one named namespace fetch metrics, by the only port that there is", () => {
    expect(trusteeNetwork({ clientCidrs, metricsFrom: "monitoring" }).kbs?.ingress).toContainEqual({
      from: [namespace("monitoring")],
      ports: tcp(8443),
    });
    expect(policies.kbs?.ingress).toHaveLength(1);
  });

  it("is refused without clients: an empty list of peers would mean everybody", () => {
    expect(() => trusteeNetwork({ clientCidrs: [] })).toThrow(/clientCidrs is empty/);
  });
});
