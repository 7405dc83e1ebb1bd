import { literal, literals } from "../../admission/cel";
import { keyBrokerRoute, keyBrokerService, trusteeRelease } from "../../examples/trustee";
import { operatorKeyBroker, operatorMaps } from "../../examples/trusteeOperator";
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
const routes = objects("route.openshift.io/v1/Route");

/**
 * Ranges that OpenShift's router lets in, separated by blanks; a list of any other form is passed over without a word, so
 * that no address is taken here that is none.
 */
const allowlist = "haproxy.router.openshift.io/ip_allowlist";
const octet = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
const range = `${octet}([.]${octet}){3}(/(3[0-2]|[12]?[0-9]))?`;
const ranges = new RegExp(`^${range}( +${range})*$`);

/** How the key broker is reached: by its own Service, the chart's or the operator's, and by a Route. */
const exposures: Selector<() => Iterable<Finding>> = {
  kinds: ["Services of the key broker", "Routes to it", ...operatorConfigs.kinds, ...trusteeReleases.kinds],
  *select(resource) {
    for (const service of services.select(resource)) if (isKeyBrokers(service)) yield () => ofService(service);
    for (const route of routes.select(resource))
      if (targetsOf(route).some((target) => isKeyBrokerName(target.at("name").text))) yield () => ofRoute(route);
    for (const { body } of operatorConfigs.select(resource)) yield () => ofOperator(body.at("spec", "kbsServiceType"));
    for (const { values } of trusteeReleases.select(resource))
      for (const open of [values.at("kbs", "service", "exposeLoadBalancer"), values.at("nodePort", "enabled")])
        yield () => ofChart(open);
  },
};

export const keyBrokerServiceBounded = resourceRule({
  id: "key-broker-service-bounded",
  title: "The key broker's Service and Route are open to the ranges that guests come from",
  pillar: "attestation",
  severity: "high",
  threat:
    "A load balancer or a node's port takes connections from everywhere and hides where they came from, so that no network policy can tell guests from others.",
  remediation:
    "Write type: ClusterIP, or LoadBalancer with loadBalancerSourceRanges; no NodePort, and a Service of your own beside chart and operator. For a Route list the ranges in haproxy.router.openshift.io/ip_allowlist, with blanks between them.",
  source: page(
    "Kubernetes, Service: loadBalancerSourceRanges",
    "https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/",
  ),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: { by: "keyBroker", how: "whoever reaches it still has to attest" },
  admission: {
    scope: [
      { group: "", version: "v1", resource: "services" },
      { group: "route.openshift.io", version: "v1", resource: "routes" },
    ],
    cluster: "owner",
    when: `object.kind == "Route" ? dyn(object).spec.to.name in ${literals(keyBrokerNames)} || dyn(object).spec.?alternateBackends.orValue([]).exists(target, target.name in ${literals(keyBrokerNames)}) : object.metadata.name in ${literals(keyBrokerNames)} || dyn(object).spec.?selector.orValue({}).exists(key, dyn(object).spec.selector[key] in ${literals(keyBrokerNames)})`,
    validations: [
      {
        expression: 'object.kind == "Route" || dyn(object).spec.?type.orValue("ClusterIP") != "NodePort"',
        message: "spec.type opens a port on every node",
      },
      {
        expression: 'object.kind == "Route" || size(dyn(object).spec.?externalIPs.orValue([])) == 0',
        message: "spec.externalIPs opens the key broker at addresses of nodes",
      },
      {
        expression:
          'object.kind == "Route" || dyn(object).spec.?type.orValue("ClusterIP") != "LoadBalancer" || (size(dyn(object).spec.?loadBalancerSourceRanges.orValue([])) > 0 && dyn(object).spec.loadBalancerSourceRanges.all(range, !range.matches("/[0-7]$")))',
        message: "spec.loadBalancerSourceRanges lets everybody in",
      },
      {
        expression: `object.kind != "Route" || (object.metadata.?annotations[?${literal(allowlist)}].orValue("").matches(${literal(ranges.source)}) && !object.metadata.annotations[${literal(allowlist)}].matches("/[0-7]( |$)"))`,
        message: `metadata.annotations["${allowlist}"] lets everybody in`,
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
  compliant: [keyBrokerService, operatorKeyBroker, trusteeRelease, keyBrokerRoute, ...operatorMaps],
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
    {
      mistake: "a Route for everybody",
      resource: 3,
      path: "/metadata/annotations",
      remove: true,
      expect: `metadata.annotations["${allowlist}"]`,
    },
    {
      mistake: "a Route with commas in its list, which the router passes over",
      resource: 3,
      path: "/metadata/annotations/haproxy.router.openshift.io~1ip_allowlist",
      value: "198.51.100.0/24,192.0.2.7",
      expect: `metadata.annotations["${allowlist}"]`,
    },
    {
      mistake: "a Route with a range that is none, which the router passes over",
      resource: 3,
      path: "/metadata/annotations/haproxy.router.openshift.io~1ip_allowlist",
      value: "198.51.100/24",
      expect: `metadata.annotations["${allowlist}"]`,
    },
    {
      mistake: "a Route for all addresses",
      resource: 3,
      path: "/metadata/annotations/haproxy.router.openshift.io~1ip_allowlist",
      value: "192.0.2.7 0.0.0.0/0",
      expect: `metadata.annotations["${allowlist}"]`,
    },
  ],
});

function isKeyBrokers({ body }: KubernetesObject): boolean {
  return isKeyBrokerName(body.at("metadata", "name").text) || labelledKeyBroker(body.at("spec", "selector"));
}

/** The Service of a Route, and those that it shares its connections with. */
function targetsOf({ body }: KubernetesObject): Place[] {
  return [body.at("spec", "to"), ...body.at("spec", "alternateBackends").items()];
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

function* ofRoute(route: KubernetesObject): Iterable<Finding> {
  const list = route.body.at("metadata", "annotations", allowlist);
  if (!list.present) {
    if (missing(route, list)) yield list.finding("is left out, and OpenShift's router lets everybody in");
  } else if (!ranges.test(list.text ?? ""))
    yield list.finding(
      "is no list of ranges with blanks between them; the router passes over it, and lets everybody in",
    );
  else if (list.text?.trim().split(/ +/).some(isEverywhere)) yield list.finding("is everybody");
}

/** The operator's Service has no ranges. */
function* ofOperator(type: Place): Iterable<Finding> {
  if ((type.value ?? "ClusterIP") !== "ClusterIP") yield type.finding("opens the key broker to everybody");
}

function* ofChart(open: Place): Iterable<Finding> {
  if (open.value === true) yield open.finding("opens the key broker to everybody; the chart knows no ranges");
}
