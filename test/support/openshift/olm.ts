import type { KubeObject } from "../../../tooling/controlplane/api";
import { approvePlans } from "../../../tooling/openshift/approve";
import type { OlmCluster } from "../../../tooling/openshift/cluster";
import type { InstallPlan, Subscription } from "../../../tooling/openshift/installPlans";
import { UserError } from "../../../tooling/ui";
import type { Actor } from "../../acceptance/partners/partnerCase";
import type { Definition, TestCluster } from "../../acceptance/cluster";
import { installDefinition } from "../../acceptance/cluster";
import { operatorDefinitions } from "./definitions";
import { listed, loop, setStatus } from "./loop";
import type { Live } from "./loop";

const v1alpha1 = "/apis/operators.coreos.com/v1alpha1";
const at = (kind: string, { namespace = "", name }: { namespace?: string; name: string }) =>
  `${v1alpha1}/namespaces/${namespace}/${kind}/${name}`;

type LiveSubscription = Live & Subscription;
type LivePlan = Live & InstallPlan;

/**
 * SIMULATED Operator Lifecycle Manager: makes an InstallPlan of each Subscription, waits until it is approved, and then
 * installs the version with the kinds that it brings. `also` adds packages' kinds beyond those of a provider's cluster.
 */
export function olm(cluster: TestCluster, also: Readonly<Record<string, readonly Definition[]>> = {}): Actor {
  const { api } = cluster;
  const kinds: Readonly<Record<string, readonly Definition[]>> = { ...operatorDefinitions, ...also };
  return loop("olm", async () => {
    const plans = await listed<LivePlan>(api, `${v1alpha1}/installplans`);
    for (const subscription of await listed<LiveSubscription>(api, `${v1alpha1}/subscriptions`)) {
      const { namespace, name } = subscription.metadata;
      const csv = subscription.spec.startingCSV ?? "";
      const wanted = `install-${csv.replaceAll(/[^a-z0-9.-]/g, "-")}`;
      const plan = plans.find(({ metadata }) => metadata.namespace === namespace && metadata.name === wanted);
      const place = at("subscriptions", { namespace, name });
      if (!plan)
        await api.create(`${v1alpha1}/namespaces/${namespace}/installplans`, installPlan(namespace, wanted, csv));
      else if (!plan.status)
        await setStatus(api, at("installplans", plan.metadata), plan, madeUp(subscription.spec, csv));
      else if (!plan.spec.approved)
        await setStatus(api, place, subscription, { state: "UpgradePending", currentCSV: csv });
      else if (subscription.status?.installedCSV !== csv) {
        for (const kind of kinds[subscription.spec.name] ?? []) await installDefinition(cluster, kind);
        await api.apply(at("clusterserviceversions", { namespace, name: csv }), serviceVersion(namespace, csv));
        await setStatus(api, place, subscription, { state: "AtLatestKnown", currentCSV: csv, installedCSV: csv });
      }
    }
  });
}

/** A person who approves what the command lets them approve, as soon as there is something. The command's own code. */
export function approver({ api }: TestCluster): Actor {
  const olmCluster: OlmCluster = {
    subscriptions: () => listed<Subscription>(api, `${v1alpha1}/subscriptions`),
    installPlans: () => listed<InstallPlan>(api, `${v1alpha1}/installplans`),
    patchInstallPlan: async (namespace, name, body) => {
      const path = at("installplans", { namespace, name });
      await api.send({ method: "PATCH", path, body, contentType: "application/json-patch+json" });
    },
  };
  return loop("approver", async () => {
    try {
      await approvePlans(olmCluster, { confirm: () => Promise.resolve(true), say: () => undefined });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  });
}

function installPlan(namespace: string, name: string, csv: string): KubeObject {
  return {
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "InstallPlan",
    metadata: { name, namespace },
    spec: { approval: "Manual", approved: false, clusterServiceVersionNames: [csv], generation: 1 },
  } as KubeObject;
}

/** What OLM says of a plan that it is done with and that waits for somebody. */
function madeUp({ source, sourceNamespace }: Subscription["spec"], csv: string): InstallPlan["status"] & object {
  const catalogSourceRef = { name: source, namespace: sourceNamespace };
  const bundleLookups = [
    { identifier: csv, path: `registry.invalid/bundle@sha256:${"0".repeat(64)}`, catalogSourceRef },
  ];
  return { phase: "RequiresApproval", bundleLookups };
}

function serviceVersion(namespace: string, csv: string): KubeObject {
  return {
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "ClusterServiceVersion",
    metadata: { name: csv, namespace },
    spec: { displayName: "SIMULATED" },
  } as KubeObject;
}
