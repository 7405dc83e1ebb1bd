import { literals } from "../../admission/cel";
import { keyBrokerService, operatorKeyBroker, trusteeRelease } from "../../examples/trustee";
import type { KubernetesObject } from "../../kubernetes";
import { missing, objects } from "../../kubernetes";
import { isEverywhere } from "../../network";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";
import { operatorConfigs, trusteeReleases } from "../../trusteeCharts";
import { isKeyBrokerName, keyBrokerNames, labelledKeyBroker } from "../../trusteePods";

const services = objects("v1/Service");

/** How the key broker is reached: by its own Service, the chart's or the operator's. */
const exposures: Selector<() => Iterable<Finding>> = {
  kinds: ["Services of the key broker", ...operatorConfigs.kinds, ...trusteeReleases.kinds],
  *select(resource) {
    for (const service of services.select(resource)) if (isKeyBrokers(service)) yield () => ofService(service);
    for (const { body } of operatorConfigs.select(resource)) yield () => ofOperator(body.at("spec", "kbsServiceType"));
    for (const { values } of trusteeReleases.select(resource))
      for (const open of [values.at("kbs", "service", "exposeLoadBalancer"), values.at("nodePort", "enabled")])
        yield () => ofChart(open);
  },
};

export const keyBrokerServiceBounded = resourceRule({
  id: "key-broker-service-bounded",
  title: "The key broker's Service is open to the ranges that guests come from",
  pillar: "attestation",
  severity: "high",
  threat:
    "A load balancer or a node's port takes connections from everywhere and hides where they came from, so that no network policy can tell guests from others.",
  remediation:
    "Write type: ClusterIP, or LoadBalancer with loadBalancerSourceRanges; no NodePort, and a Service of your own beside chart and operator.",
  source: page(
    "Kubernetes, Service: loadBalancerSourceRanges",
    "https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/",
  ),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: { by: "keyBroker", how: "whoever reaches it still has to attest" },
  admission: {
    scope: [{ group: "", version: "v1", resource: "services" }],
    cluster: "owner",
    when: `object.metadata.name in ${literals(keyBrokerNames)} || object.spec.?selector.orValue({}).exists(key, object.spec.selector[key] in ${literals(keyBrokerNames)})`,
    validations: [
      {
        expression: 'object.spec.?type.orValue("ClusterIP") != "NodePort"',
        message: "spec.type opens a port on every node",
      },
      {
        expression: "size(object.spec.?externalIPs.orValue([])) == 0",
        message: "spec.externalIPs opens the key broker at addresses of nodes",
      },
      {
        expression:
          'object.spec.?type.orValue("ClusterIP") != "LoadBalancer" || (size(object.spec.?loadBalancerSourceRanges.orValue([])) > 0 && object.spec.loadBalancerSourceRanges.all(range, !range.matches("/[0-7]$")))',
        message: "spec.loadBalancerSourceRanges lets everybody in",
      },
    ],
    blindTo: {
      "a port on every node, by the operator": "the operator's own resource is another object",
      "a load balancer of Trustee's chart": "a chart's values are no object of the cluster",
      "a port on every node, by Trustee's chart": "a chart's values are no object of the cluster",
    },
  },
  looksAt: exposures,
  check: (findings) => findings(),
  compliant: [keyBrokerService, operatorKeyBroker, trusteeRelease],
  breakages: [
    {
      mistake: "a load balancer for everybody",
      path: "/spec/loadBalancerSourceRanges",
      remove: true,
      expect: "spec.loadBalancerSourceRanges",
    },
    {
      mistake: "a load balancer for all addresses",
      path: "/spec/loadBalancerSourceRanges/0",
      value: "0.0.0.0/0",
      expect: "spec.loadBalancerSourceRanges[0]",
    },
    { mistake: "the key broker on a port of every node", path: "/spec/type", value: "NodePort", expect: "spec.type" },
    {
      mistake: "the key broker at an address of a node",
      path: "/spec/externalIPs",
      value: ["203.0.113.7"],
      expect: "spec.externalIPs",
    },
    {
      mistake: "a port on every node, by the operator",
      resource: 1,
      path: "/spec/kbsServiceType",
      value: "NodePort",
      expect: "spec.kbsServiceType",
    },
    {
      mistake: "a load balancer of Trustee's chart",
      resource: 2,
      path: "/values/kbs/service/exposeLoadBalancer",
      value: true,
      expect: "values.kbs.service.exposeLoadBalancer",
    },
    {
      mistake: "a port on every node, by Trustee's chart",
      resource: 2,
      path: "/values/nodePort/enabled",
      value: true,
      expect: "values.nodePort.enabled",
    },
  ],
});

function isKeyBrokers({ body }: KubernetesObject): boolean {
  return isKeyBrokerName(body.at("metadata", "name").text) || labelledKeyBroker(body.at("spec", "selector"));
}

function* ofService(service: KubernetesObject): Iterable<Finding> {
  const spec = service.body.at("spec");
  const type = spec.at("type");
  if (type.text === "NodePort") yield type.finding("opens a port on every node, to whoever reaches one");
  const addresses = spec.at("externalIPs");
  if (addresses.items().length > 0) yield addresses.finding("opens the key broker at addresses of nodes");
  if (type.text !== "LoadBalancer") return;
  const ranges = spec.at("loadBalancerSourceRanges");
  if (ranges.items().length === 0 && (ranges.present || missing(service, ranges)))
    yield ranges.finding("names no range, which means everybody");
  for (const range of ranges.items()) if (isEverywhere(range.text)) yield range.finding("is everybody");
}

/** The operator's Service has no ranges. */
function* ofOperator(type: Place): Iterable<Finding> {
  if ((type.value ?? "ClusterIP") !== "ClusterIP") yield type.finding("opens the key broker to everybody");
}

function* ofChart(open: Place): Iterable<Finding> {
  if (open.value === true) yield open.finding("opens the key broker to everybody; the chart knows no ranges");
}
