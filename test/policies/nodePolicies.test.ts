import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { trusteeStores } from "../../components/attestation/trusteeStores";
import { appliesTo } from "../../policies/isolation";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { parseAs } from "../../stacks/config/load";
import { admittedNodes } from "../../stacks/nodes";
import { admit, sampleEvidence } from "../support/evidence";
import { root } from "../support/factory";
import { aks, gke, snp, tdx } from "../support/policyCases/guests";
import { asTheSdkShowsThem } from "./support";

const expiry = "2028-01-01T00:00:00Z";

/** What Trustee is given for these releases and nodes, as the objects of the stack. */
function placed(...args: Parameters<typeof trusteeStores>): Resource[] {
  return Object.entries(trusteeStores(...args)).map(([name, data]) => ({
    type: "kubernetes:core/v1:ConfigMap",
    name,
    props: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "trustee" }, data, immutable: true },
  }));
}

const findingsOf = (resources: readonly Resource[]) =>
  // Whose own cluster has such nodes is asked other rules; the key broker's has none.
  rules
    .filter((rule) => appliesTo(rule, "pod"))
    .flatMap((rule) =>
      rule.evaluate(asTheSdkShowsThem(resources)).findings.map(({ path, message }) => [rule.id, path, message]),
    );

const mixed = () => placed(admit(snp, tdx), sampleEvidence(), expiry, [aks, gke]);

describe("rules of the packs", () => {
  it.each([
    ["beside releases", mixed()],
    ["of Azure alone", placed([], sampleEvidence(), expiry, [aks])],
    ["of Google Cloud alone, judged in Trustee", placed([], sampleEvidence({ verifier: "local" }), expiry, [gke])],
  ])("pass what Trustee is given for nodes %s", (_, resources) => {
    expect(findingsOf(resources)).toEqual([]);
  });

  it.each(["azure-aks", "gcp-gke"])("pass what Trustee is given by the sample %s", (sample) => {
    const file = parse(readFileSync(join(root, "samples", sample, "Pulumi.trust.yaml"), "utf8")) as {
      config: Record<string, string>;
    };
    const sections = Object.entries(file.config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]);
    const config = parseAs("trust", Object.fromEntries(sections) as Record<string, unknown>);
    expect(config).toMatchObject({ simulated: false, models: [], attestation: { keyAuthority: "owner" } });
    expect(findingsOf(placed([], sampleEvidence(), expiry, admittedNodes(config)))).toEqual([]);
  });

  it.each([
    ["init-data-pinned", '\tevidence("cpu0").init_data in node.init_data\n'],
    ["resource-paths-named", '\tdata["resource-path"] in node.paths\n'],
    ["tdx-kernel-pinned", "\ttdx.quote.body.rtmr_2 in cpu.rtmr_2\n"],
  ])("ask a node's way for itself, whatever a release's compares: %s", (id, line) => {
    const broken = mixed().map((resource) => {
      const { data } = resource.props as { data: Record<string, string> };
      const policy = data["resource-policy.rego"];
      if (policy === undefined) return resource;
      expect(policy.split(line)).toHaveLength(2);
      return { ...resource, props: { ...resource.props, data: { "resource-policy.rego": policy.replace(line, "") } } };
    });
    expect(findingsOf(broken).map(([rule]) => rule)).toEqual([id]);
  });

  it("find accepted values that stand in one of the two places alone", () => {
    const [policies, others] = [mixed(), placed(admit(snp, tdx), sampleEvidence(), expiry, [])];
    const values = (resources: readonly Resource[]) => resources.filter(({ name }) => name === "referenceValues");
    const rest = (resources: readonly Resource[]) => resources.filter(({ name }) => name !== "referenceValues");
    const messages = (resources: readonly Resource[]) =>
      findingsOf(resources)
        .filter(([rule]) => rule === "measurements-agree")
        .map(([, , message]) => message);
    expect(messages([...rest(policies), ...values(others)])).toEqual(
      expect.arrayContaining([expect.stringMatching(/names e1e1.*not in rtmr_1/)]),
    );
    const azure = placed(admit(snp), sampleEvidence(), expiry, [{ ...aks, evidence: older() }]);
    expect(messages([...rest(placed(admit(snp), sampleEvidence(), expiry, [aks])), ...values(azure)])).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/names b4b4.*not in snp_pcr04/),
        expect.stringMatching(/is of no release/),
      ]),
    );
  });
});

/** As it was an image before. */
function older(): typeof aks.evidence {
  if (aks.evidence.kind !== "azureSnpVtpm") throw new Error("the sample is of Azure");
  return { ...aks.evidence, pcrs: { ...aks.evidence.pcrs, "04": ["a4".repeat(32), "04".repeat(32)] } };
}
