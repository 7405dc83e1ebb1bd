import { see } from "../../seen";
import type { Link, PodSubject } from "../../outcome";
import { broken, ok, told } from "../../outcome";
import type { Snapshot } from "../../snapshot";
import { makersOf, namespaceOf, podOf } from "./pod";

/** Why an API server refused a pod, by what its words say; the first that fits speaks. */
const refusals: readonly {
  readonly pattern: RegExp;
  readonly by: (match: RegExpExecArray) => string;
  readonly remedy: string;
  readonly docs: string;
}[] = [
  {
    pattern: /ValidatingAdmissionPolicy '([^']+)'/,
    by: ([, policy = ""]) => `the admission policy ${policy}`,
    remedy: "change what the message names; the policy's rule has a page in docs/rules",
    docs: "docs/admission.md",
  },
  {
    pattern: /exceeded quota: ([^,\s]+)/,
    by: ([, quota = ""]) => `the quota ${quota}`,
    remedy: "ask for less, remove pods that are not needed, or have the provider raise `acceptance.quota`",
    docs: "docs/infrastructure.md#the-tenants-namespace",
  },
  {
    pattern: /violates PodSecurity "([^"]+)"/,
    by: ([, level = ""]) => `pod security ${level}`,
    remedy: "place the pod as its release says: it satisfies the standard `restricted`",
    docs: "docs/infrastructure.md#the-tenants-namespace",
  },
  {
    pattern: /(?:RuntimeClass|runtimeclasses\.node\.k8s\.io|RuntimeClass\.node\.k8s\.io) "?([\w-]+)"? not found/i,
    by: ([, name = ""]) => `the missing RuntimeClass ${name}`,
    remedy: "install kata-deploy, whose chart makes the runtime classes",
    docs: "docs/infrastructure.md#kata",
  },
  {
    pattern: /admission webhook "([^"]+)"/,
    by: ([, name = ""]) => `the admission webhook ${name}`,
    remedy: "ask whoever runs the webhook what it demands",
    docs: "docs/admission.md",
  },
  {
    pattern: /(?:limit|request) ratio|maximum|minimum .* usage per/,
    by: () => "a LimitRange of the namespace",
    remedy: "let requests equal limits, as a release's pods do",
    docs: "docs/infrastructure.md#the-tenants-namespace",
  },
];

export const admissionLinks: readonly Link<PodSubject>[] = [
  {
    id: "pod-admitted",
    question: "Was the pod made, or does the API server refuse it?",
    follows: ["runtime-class", "pod-class-there"],
    check: (snapshot, subject) => {
      const makers = makersOf(snapshot, subject);
      const failure = makers
        .map((maker) => ({ maker, why: failureOf(snapshot, subject, maker) }))
        .find(({ why }) => why);
      if (failure?.why !== undefined) {
        const { maker, why } = failure;
        const known = refusals.map((each) => ({ ...each, match: each.pattern.exec(why) })).find(({ match }) => match);
        return broken({
          found: `${maker.kind} ${maker.metadata.name} could not make a pod, refused by ${known?.match ? known.by(known.match) : "the API server"}: ${why}`,
          wanted: `${told(maker.spec.replicas ?? 1)} pods of ${maker.metadata.name}`,
          why: "a pod that is refused when it is made exists nowhere, so nothing else says why",
          remedy: known?.remedy ?? "change what the message names",
          docs: known?.docs ?? "docs/admission.md",
        });
      }
      if (podOf(snapshot, subject)) return ok(`${subject.namespace}/${subject.name}`);
      const names = see(namespaceOf(snapshot, subject).pods).map(({ metadata }) => metadata.name);
      const replicas = makers[0]?.spec.replicas ?? 1;
      return broken({
        found:
          makers.length > 0
            ? `${makers[0]?.kind} ${subject.name} without a pod${replicas === 0 ? ", scaled to 0" : ""}`
            : names.length > 0
              ? `pods ${names.slice(0, 8).join(", ")}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`
              : "no pod",
        wanted: `a pod, or a workload, ${subject.namespace}/${subject.name}`,
        why: "there is nothing to look at",
        remedy: makers.length > 0 ? "scale it up, or wait for its controller" : "correct the name",
        docs: "docs/doctor.md",
      });
    },
  },
];

interface Maker {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly replicas?: number;
    readonly conditions?: readonly { type: string; status: string; message?: string }[];
  };
}

/** What a controller was told when it tried to make a pod: its condition, or an event where it is a StatefulSet, which has none. */
function failureOf(snapshot: Snapshot, subject: PodSubject, maker: Maker): string | undefined {
  const condition = maker.status?.conditions?.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  if (condition) return condition.message ?? "no message";
  const wanted = maker.spec.replicas ?? 1;
  if (maker.kind !== "StatefulSet" || (maker.status?.replicas ?? 0) >= wanted) return undefined;
  const events = see(namespaceOf(snapshot, subject).events).filter(
    ({ reason, involvedObject }) => reason === "FailedCreate" && involvedObject?.name === maker.metadata.name,
  );
  return events.at(-1)?.message;
}
