import { UserError, printable } from "../ui";
import type { OlmCluster } from "./cluster";
import type { PendingPlan } from "./installPlans";
import { approval as approvalOf, pendingPlans } from "./installPlans";

export interface Approval {
  /** Asked once, with all that would be installed on the screen; false leaves everything as it is. */
  readonly confirm: (plans: readonly PendingPlan[]) => Promise<boolean>;
  readonly say: (line: string) => void;
}

/** Shows what waits, asks, and approves what is pinned. Gives the versions that were approved. */
export async function approvePlans(cluster: OlmCluster, approval: Approval): Promise<readonly string[]> {
  const { confirm } = approval;
  // Names of versions and images are anybody's who may write Subscriptions or has a catalogue.
  const say = (line: string) =>
    approval.say(line.startsWith(" ") ? `  ${printable(line, 1000)}` : printable(line, 1000));
  const subscriptions = await cluster.subscriptions();
  if (subscriptions.length === 0)
    throw new UserError(
      "No Subscription here was made by Trustfoundry; run `pulumi up` first, or name another context.",
    );
  const pending = pendingPlans(subscriptions, await cluster.installPlans());
  const [pinned, refused] = [pending.filter(({ refusal }) => !refusal), pending.filter(({ refusal }) => refusal)];
  for (const plan of pinned) describe(plan).forEach(say);
  for (const { namespace, name, refusal } of refused) say(`left alone: ${namespace}/${name} ${refusal}.`);
  if (pinned.length === 0) {
    const missing = subscriptions.filter(({ spec, status }) => status?.installedCSV !== spec.startingCSV);
    if (missing.length === 0) say("Nothing waits: every operator is installed in its pinned version.");
    else
      throw new UserError(
        `Nothing here may be approved, and not installed yet: ${missing.map(({ spec }) => spec.startingCSV ?? spec.name).join(", ")}.`,
        "OLM takes a moment to make an InstallPlan; if none comes, the catalogue does not have that version in its channel.",
      );
    return [];
  }
  if (!(await confirm(pinned))) {
    say("Nothing was approved.");
    return [];
  }
  for (const plan of pinned) {
    await cluster.patchInstallPlan(plan.namespace, plan.name, approvalOf(plan));
    say(`approved: ${plan.csvs.join(", ")}`);
  }
  return pinned.flatMap(({ csvs }) => csvs);
}

function describe({ namespace, name, csvs, catalogs, bundles }: PendingPlan): string[] {
  return [
    `${namespace}/${name} installs ${csvs.join(", ")} of ${catalogs.join(", ")}`,
    ...bundles.map(
      (bundle) => `  from ${bundle}${bundle.includes("@sha256:") ? "" : " (by tag: what it is may change)"}`,
    ),
  ];
}
