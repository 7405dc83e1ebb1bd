import { kataInstallPlan, kataSubscription } from "../../examples/hosts";
import { missing, objects } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

/** Operators that run on hosts with all rights, make guests, or answer for keys. */
const trusted =
  /^(sandboxed-containers-operator|trustee-operator|gpu-operator-certified|nfd|intel-device-plugins-operator|intel-tdx-dcap-operator|openshift-cert-manager-operator|openshift-external-secrets-operator)$/;
const subscriptions = "operators.coreos.com/v1alpha1/Subscription";
const installPlans = "operators.coreos.com/v1alpha1/InstallPlan";

export const operatorApprovalManual = resourceRule({
  id: "operator-approval-manual",
  title: "OpenShift's operators of hosts and key brokers are updated when somebody says so",
  pillar: "cluster",
  severity: "medium",
  threat:
    "A catalogue publishes a new version overnight; guests and their measurements change under running releases, and no key is released in the morning.",
  remediation:
    "Write installPlanApproval: Manual and startingCSV: <operator>.v<version>, and approve by `openshift approve`, not by a program.",
  source: page(
    "Validated Patterns, coco-pattern, values-baremetal-gpu.yaml",
    "https://github.com/validatedpatterns/coco-pattern",
  ),
  platforms,
  claims: ["operators-as-pinned"],
  boundary: { by: "measurement", how: "another guest has another measurement; operators are not measured" },
  looksAt: objects(subscriptions, installPlans),
  *check(subscription) {
    if (subscription.kind === installPlans) {
      const approved = subscription.body.at("spec", "approved");
      if (approved.value === true) yield approved.finding("approves whatever the plan has come to hold");
      return;
    }
    const spec = subscription.body.at("spec");
    const name = spec.at("name");
    if (name.present ? !trusted.test(name.text ?? "") : !subscription.partial) return;
    const approval = spec.at("installPlanApproval");
    if (missing(subscription, approval) || (approval.present && approval.text !== "Manual"))
      yield approval.finding("is not Manual; left out it is Automatic");
    const first = spec.at("startingCSV");
    if (missing(subscription, first)) yield first.finding("is left out: the newest version is installed");
  },
  compliant: [kataSubscription, kataInstallPlan],
  breakages: [
    {
      mistake: "updates as the catalogue brings them",
      path: "/spec/installPlanApproval",
      value: "Automatic",
      expect: "spec.installPlanApproval",
    },
    {
      mistake: "approval left to OLM",
      path: "/spec/installPlanApproval",
      remove: true,
      expect: "spec.installPlanApproval",
    },
    {
      mistake: "a program that approves by itself",
      resource: 1,
      path: "/spec/approved",
      value: true,
      expect: "spec.approved",
    },
    { mistake: "no version to start from", path: "/spec/startingCSV", remove: true, expect: "spec.startingCSV" },
  ],
});
