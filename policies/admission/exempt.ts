import type { Exception } from "../exceptions";
import { isExpired, isTooLong } from "../exceptions";

export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

/** Controllers of Kubernetes that make what an object asks for; the only ones that may act in its name. */
const controllers = "^system:(kube-controller-manager|serviceaccount:kube-system:[a-z-]+-controller)$";

/**
 * The exceptions that hold on a day, as a condition that their objects do not meet: those of the exceptions' names, and
 * what Kubernetes' own controllers make of them. CEL knows no clock: an exception ends when the policies are placed again
 * after its last day. Nor does it know paths of findings: the object is spared the whole rule. An exception without a
 * namespace is for objects without one.
 */
export function exemptions(exceptions: readonly Exception[], rule: string, now: Date): MatchCondition[] {
  const granted = exceptions.filter(
    (exception) =>
      exception.rule === rule &&
      objectName.test(exception.resource) &&
      !isExpired(exception, now) &&
      !isTooLong(exception, now),
  );
  const conditions = [...new Set(granted.map(spares))].sort();
  const spared = conditions.join(" || ");
  return conditions.length === 0 ? [] : [{ name: "not-an-exception", expression: `!(${spared})` }];
}

function spares({ resource, namespace }: Exception): string {
  const place = namespace === undefined ? nowhere : `request.namespace == ${text(namespace)}`;
  return `${place} && (${isNamed(resource)} || (${isMadeOf(resource)}))`;
}

/** Any tenant may call an object like an excepted one. A Namespace is asked about as if it lay in itself. */
const nowhere = `(!has(request.namespace) || request.namespace == "" || request.resource.resource == "namespaces")`;

const text = (value: string) => JSON.stringify(value);

/** What Kubernetes takes for a name; nothing else can be the name of an object. */
const objectName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** The name in the request: objects that are connected to have no metadata. */
const isNamed = (name: string) => `request.name == ${text(name)}`;

/** A Deployment's pods belong to its ReplicaSet, a CronJob's to its Job: each adds a suffix. */
function isMadeOf(name: string): string {
  const suffixed = text(`^${name.replaceAll(".", "[.]")}-[a-z0-9]+$`);
  return [
    `request.userInfo.username.matches(${text(controllers)})`,
    `dyn(object).?metadata.?ownerReferences.orValue([]).exists(owner, owner.?controller.orValue(false) && ` +
      `(owner.name == ${text(name)} || ` +
      `request.kind.kind == "Pod" && owner.kind in ["ReplicaSet", "Job"] && owner.name.matches(${suffixed})))`,
  ].join(" && ");
}
