import { beforeEach, describe, expect, it } from "vitest";
import { TenantAcceptance } from "../../../components/cluster/tenantAcceptance";
import { settled, valueOf } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { childrenOf, named, recordRegistrations } from "../../support/registrations";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

const accepted = (tenant: string) => ({
  tenant,
  registries: ["nvcr.io/nim"],
  images: [`sha256:${"a".repeat(64)}`],
  egressRanges: ["203.0.113.0/28"],
  dedicatedNodes: false,
  priorityClasses: [],
});

describe("TenantAcceptance", () => {
  it("is a ConfigMap a tenant, by the tenant's name, in a namespace of the provider's own", async () => {
    const acceptance = new TenantAcceptance("acceptance", { tenants: [accepted("acme-models"), accepted("globex")] });
    expect(await valueOf(acceptance.tenants)).toEqual(["acme-models", "globex"]);
    await settled();
    const children = childrenOf(recording, "acceptance");
    expect(children.map(({ type }) => type.replace("kubernetes:core/v1:", "")).sort()).toEqual([
      "ConfigMap",
      "ConfigMap",
      "Namespace",
    ]);
    expect(named(recording, "acceptance-acme-models").inputs).toMatchObject({
      metadata: { name: "acme-models", namespace: "trustfoundry-admission" },
      data: { tenant: "acme-models", images: `sha256:${"a".repeat(64)}`, dedicatedNodes: "false" },
    });
    for (const { name, dependencies } of children.filter(({ type }) => type.endsWith("ConfigMap")))
      expect(dependencies, name).toContain("acceptance-namespace");
    expect(recording.finished).toContain(named(recording, "acceptance").urn);
  });

  it("is labelled as the provider's, and lies in no confidential namespace, where tenants have rights", async () => {
    new TenantAcceptance("acceptance", { tenants: [accepted("acme-models")] });
    await settled();
    const { labels } = named(recording, "acceptance-namespace").inputs.metadata as { labels: Record<string, string> };
    expect(labels).toMatchObject({ "trustfoundry.dev/party": "infrastructureProvider" });
    expect(labels).not.toHaveProperty(["trustfoundry.dev/confidential"]);
  });
});
