import { tenantNodeLabel } from "../../../components/host/hardware";
import { acceptedPods } from "../../acceptance";
import { literal } from "../../admission/cel";
import { podPath, podPointer } from "../../examples/confidentialDeployment";
import { tenantDeployment, tenantParameters } from "../../examples/tenant";
import { confidentialPods } from "../../kubernetes";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

const label = literal(tenantNodeLabel);

export const tenantNodesDedicated = stackRule({
  id: "tenant-nodes-dedicated",
  title: "Tenants with hosts of their own run there, and on nobody else's",
  pillar: "cluster",
  severity: "medium",
  threat:
    "A tenant's guest shares a host's cores, buses and GPUs' neighbours with another tenant: side channels and noisy neighbours that the contract ruled out.",
  remediation: `Select the hosts by ${tenantNodeLabel}: <tenant>, and tolerate that taint with the tenant's own name.`,
  source: page(
    "Kubernetes, Multi-tenancy: isolating nodes",
    "https://kubernetes.io/docs/concepts/security/multi-tenancy/#node-isolation",
  ),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: "confidentialPods",
    parameters: "tenantAcceptance",
    validations: [
      {
        expression: `params.data.dedicatedNodes == "false" || variables.spec.?nodeSelector[?${label}].orValue("") == params.data.tenant`,
        message: `spec.nodeSelector does not ask for the tenant's own hosts (${tenantNodeLabel})`,
      },
      {
        expression:
          `variables.spec.?tolerations.orValue([]).all(t, t.?key.orValue("") != ${label} || ` +
          't.?operator.orValue("Equal") == "Equal" && t.?value.orValue("") == params.data.tenant)',
        message: "spec.tolerations tolerate the taint of other tenants' hosts",
      },
    ],
  },
  boundary: {
    by: "ownControlPlane",
    how: "the provider's API server refuses pods that ask for other hosts; a taint keeps others' pods off these",
  },
  kinds: confidentialPods.kinds,
  select: acceptedPods,
  *check({ pod: { object, spec }, acceptance }) {
    const tenant = acceptance.text("tenant");
    const selected = spec.at("nodeSelector", tenantNodeLabel);
    if (
      acceptance.text("dedicatedNodes") !== "false" &&
      (selected.present || !object.partial) &&
      selected.text !== tenant
    )
      yield selected.finding("does not ask for the tenant's own hosts");
    for (const toleration of spec.at("tolerations").items())
      if (
        toleration.at("key").text === tenantNodeLabel &&
        ((toleration.at("operator").text ?? "Equal") !== "Equal" || toleration.at("value").text !== tenant)
      )
        yield toleration.finding("tolerates the taint of other tenants' hosts");
  },
  compliant: [tenantDeployment, tenantParameters],
  breakages: [
    {
      mistake: "no host of the tenant's own asked for",
      path: `${podPointer}/nodeSelector/${tenantNodeLabel.replace("/", "~1")}`,
      remove: true,
      expect: `${podPath}.nodeSelector["${tenantNodeLabel}"]`,
    },
    {
      mistake: "another tenant's hosts asked for",
      path: `${podPointer}/nodeSelector/${tenantNodeLabel.replace("/", "~1")}`,
      value: "acme",
      expect: `${podPath}.nodeSelector["${tenantNodeLabel}"]`,
    },
    {
      mistake: "every tenant's taint tolerated",
      path: `${podPointer}/tolerations/0/operator`,
      value: "Exists",
      expect: `${podPath}.tolerations[0]`,
    },
    {
      mistake: "another tenant's taint tolerated",
      path: `${podPointer}/tolerations/0/value`,
      value: "acme",
      expect: `${podPath}.tolerations[0]`,
    },
  ],
});
