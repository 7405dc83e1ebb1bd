import { makesTrusteePods, podSpec, trusteePodResources } from "../../admission/trusteePods";
import { keyBrokerDeployment } from "../../examples/trustee";
import type { Container, Pod } from "../../kubernetes";
import { containersOf, missing } from "../../kubernetes";
import type { Finding } from "../../place";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";
import { trusteePods } from "../../trusteePods";

const hostNamespaces = ["hostNetwork", "hostPID", "hostIPC"];

export const trusteePodsHardened = resourceRule({
  id: "trustee-pods-hardened",
  title: "Trustee's pods run without root, capabilities, a writable image or credentials of the cluster",
  pillar: "attestation",
  severity: "medium",
  baseline: "advisory",
  threat:
    "The services parse what anybody sends them; who breaks into one stays, looks around in the cluster and comes to the keys of all models.",
  remediation:
    "Write runAsNonRoot, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, drop [ALL], and automountServiceAccountToken: false.",
  source: page(
    "Kubernetes, Pod Security Standards",
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  ),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner runs its own key broker" },
  admission: {
    scope: trusteePodResources,
    cluster: "owner",
    when: makesTrusteePods,
    variables: {
      containers: `${podSpec}.containers + ${podSpec}.?initContainers.orValue([])`,
      nonRoot: `${podSpec}.?securityContext.?runAsNonRoot.orValue(false)`,
    },
    validations: [
      {
        expression: `!${podSpec}.?automountServiceAccountToken.orValue(true)`,
        message: "spec.automountServiceAccountToken is not false",
      },
      {
        expression: hostNamespaces.map((key) => `!${podSpec}.?${key}.orValue(false)`).join(" && "),
        message: `spec shares a namespace of the host: ${hostNamespaces.join(", ")}`,
      },
      {
        expression: "variables.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(variables.nonRoot))",
        message: "a container may run as root",
      },
      {
        expression: "variables.containers.all(c, c.?securityContext.?readOnlyRootFilesystem.orValue(false))",
        message: "a container's image is writable",
      },
      {
        expression:
          "variables.containers.all(c, !c.?securityContext.?allowPrivilegeEscalation.orValue(true) && !c.?securityContext.?privileged.orValue(false))",
        message: "a container may gain privileges",
      },
      {
        expression: 'variables.containers.all(c, "ALL" in c.?securityContext.?capabilities.?drop.orValue([]))',
        message: "a container keeps capabilities",
      },
    ],
  },
  looksAt: trusteePods,
  *check(pod) {
    yield* ofPod(pod);
    for (const container of containersOf(pod)) yield* ofContainer(container);
  },
  compliant: [keyBrokerDeployment],
  breakages: [
    {
      mistake: "credentials of the owner's cluster in the key broker",
      path: "/spec/template/spec/automountServiceAccountToken",
      value: true,
      expect: "spec.template.spec.automountServiceAccountToken",
    },
    {
      mistake: "the key broker on its host's network",
      path: "/spec/template/spec/hostNetwork",
      value: true,
      expect: "spec.template.spec.hostNetwork",
    },
    {
      mistake: "the key broker as root",
      path: "/spec/template/spec/securityContext/runAsNonRoot",
      value: false,
      expect: "spec.template.spec.containers[0].securityContext.runAsNonRoot",
    },
    {
      mistake: "an image that the key broker can write",
      path: "/spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem",
      remove: true,
      expect: "spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem",
    },
    {
      mistake: "privileges that the key broker can gain",
      path: "/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation",
      value: true,
      expect: "spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation",
    },
    {
      mistake: "capabilities that the key broker keeps",
      path: "/spec/template/spec/containers/0/securityContext/capabilities/drop",
      value: ["NET_RAW"],
      expect: "spec.template.spec.containers[0].securityContext.capabilities.drop",
    },
  ],
});

function* ofPod({ object, spec }: Pod): Iterable<Finding> {
  const token = spec.at("automountServiceAccountToken");
  if (token.present ? token.value !== false : missing(object, token))
    yield token.finding("is not false; left out it is true");
  for (const key of hostNamespaces) if (spec.at(key).value === true) yield spec.at(key).finding("is the host's own");
}

function* ofContainer({ pod, place }: Container): Iterable<Finding> {
  const own = place.at("securityContext");
  const wrong = (key: string, right: boolean) => {
    const value = own.at(key);
    return value.present ? value.value !== right : missing(pod.object, value);
  };
  const inherited = pod.spec.at("securityContext", "runAsNonRoot");
  if (wrong("runAsNonRoot", true) && (own.at("runAsNonRoot").present || inherited.value !== true))
    yield own.at("runAsNonRoot").finding("is not true, here or for the whole pod");
  if (wrong("readOnlyRootFilesystem", true)) yield own.at("readOnlyRootFilesystem").finding("is not true");
  if (wrong("allowPrivilegeEscalation", false)) yield own.at("allowPrivilegeEscalation").finding("is not false");
  if (own.at("privileged").value === true) yield own.at("privileged").finding("is as good as root on the host");
  const drop = own.at("capabilities", "drop");
  if ((drop.present || missing(pod.object, drop)) && !drop.items().some(({ text }) => text === "ALL"))
    yield drop.finding("keeps capabilities; drop ALL");
}
