import { keyBrokerConfiguration, keyBrokerDeployment, keyBrokerService, trusteeRelease } from "../../examples/trustee";
import { someKnown } from "../../evaluate";
import { keyBrokerDocuments } from "../../keyBroker";
import type { KubernetesObject } from "../../kubernetes";
import { containersOf, objects } from "../../kubernetes";
import type { Finding, Place } from "../../place";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { issue, repositories } from "../../sources";
import { trusteeReleases } from "../../trusteeCharts";
import { isKeyBroker, trusteePods } from "../../trusteePods";

const services = objects("v1/Service");

export const trusteeReplicasShare = stackRule({
  id: "trustee-replicas-share",
  title: "Replicas of the key broker share their sessions, or keep each guest for themselves",
  pillar: "attestation",
  severity: "medium",
  threat:
    "A guest begins its handshake with one replica and ends it with another, which has never heard of it: half of all models do not start, at random.",
  remediation:
    'Write session_storage_type = "Postgres" (or Redis), or sessionAffinity: ClientIP into the key broker\'s Service; one replica where neither can be.',
  source: issue(repositories.trustee, 836),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: { by: "nothing", how: "what is lost is the model's availability, not its secrecy" },
  kinds: ["Deployments and StatefulSets of the key broker", ...trusteeReleases.kinds],
  *select(resource) {
    for (const pod of trusteePods.select(resource))
      if (!pod.object.partial && containersOf(pod).some(isKeyBroker))
        yield (all: readonly Resource[]) => ofPods(pod.object, pod.metadata.at("labels"), all);
    for (const { values } of trusteeReleases.select(resource)) yield () => ofChart(values);
  },
  check: (judge, all) => judge(all),
  compliant: [keyBrokerDeployment, keyBrokerConfiguration, keyBrokerService, trusteeRelease].map(twice),
  breakages: [
    {
      mistake: "any replica at any time",
      resource: 2,
      path: "/spec/sessionAffinity",
      value: "None",
      expect: "spec.replicas",
    },
    {
      mistake: "a Service that selects other pods",
      resource: 2,
      path: "/spec/selector",
      value: { app: "gateway" },
      expect: "spec.replicas",
    },
    {
      mistake: "replicas of Trustee's chart, each with its own sessions",
      resource: 3,
      path: "/values/kbs/replicaCount",
      value: 2,
      expect: "values.kbs.replicaCount",
    },
  ],
});

/** The examples with two replicas. */
function twice(resource: Resource): Resource {
  const { spec, ...props } = resource.props;
  return resource === keyBrokerDeployment
    ? { ...resource, props: { ...props, spec: { ...(spec as object), replicas: 2 } } }
    : resource;
}

function* ofPods({ body }: KubernetesObject, labels: Place, all: readonly Resource[]): Iterable<Finding> {
  const replicas = body.at("spec", "replicas");
  if ((replicas.count ?? 1) < 2) return;
  const documents = all.flatMap((resource) => [...keyBrokerDocuments.select(resource)]);
  if (someKnown(documents, sharesSessions)) return;
  const ways = all.flatMap((resource) => [...services.select(resource)]);
  if (!someKnown(ways, (service) => selects(service, labels) && isSticky(service)))
    yield replicas.finding("keep their sessions apart, and no Service keeps a guest with one of them");
}

function sharesSessions(document: Place): boolean {
  const sessions = document.at("session_storage_type").text ?? document.at("storage_backend", "storage_type").text;
  return /^(postgres|redis)$/i.test(sessions ?? "");
}

function selects({ body }: KubernetesObject, labels: Place): boolean {
  const selector = body.at("spec", "selector");
  const keys = selector.keys();
  return keys.length > 0 && keys.every((key) => selector.at(key).text === labels.at(key).text);
}

const isSticky = ({ body }: KubernetesObject) => body.at("spec", "sessionAffinity").text === "ClientIP";

/** The chart's Service keeps nobody; its sessions are in memory unless it is told otherwise. */
function* ofChart(values: Place): Iterable<Finding> {
  const replicas = values.at("kbs", "replicaCount");
  if ((replicas.count ?? 1) < 2) return;
  if (!/^(postgres|redis)$/i.test(values.at("sessionStorageType").text ?? "Memory"))
    yield replicas.finding("keep their sessions apart, and the chart's Service keeps no guest with one of them");
}
