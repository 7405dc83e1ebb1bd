import { literals } from "../../admission/cel";
import { keyBrokerGatewayRoute, keyBrokerIngress, keyBrokerRoute, trusteeRelease } from "../../examples/trustee";
import type { KubernetesObject } from "../../kubernetes";
import { missing, objects } from "../../kubernetes";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";
import { trusteeReleases } from "../../trusteeCharts";
import { isKeyBrokerName, keyBrokerNames } from "../../trusteePods";

const ingresses = objects("networking.k8s.io/v1/Ingress");
const openShiftRoutes = objects("route.openshift.io/v1/Route");
/** Kinds that only ever see what TLS was taken off; a TLSRoute sees names alone. */
const gatewayRoutes = objects(
  "gateway.networking.k8s.io/v1/HTTPRoute",
  "gateway.networking.k8s.io/v1/GRPCRoute",
  "gateway.networking.k8s.io/v1/TLSRoute",
);
const passthrough = /(^|[/.])ssl-passthrough$/;

const ways: Selector<() => Iterable<Finding>> = {
  kinds: ["Ingresses and routes to the key broker", ...trusteeReleases.kinds],
  *select(resource) {
    for (const ingress of ingresses.select(resource))
      if (backendsOf(ingress.body).some(isKeyBrokerName)) yield () => ofIngress(ingress);
    for (const route of openShiftRoutes.select(resource))
      if (isKeyBrokerName(route.body.at("spec", "to", "name").text)) yield () => ofOpenShift(route);
    for (const route of gatewayRoutes.select(resource)) yield () => ofGateway(route);
    for (const { values } of trusteeReleases.select(resource)) yield () => ofChart(values.at("ingress"));
  },
};

export const keyBrokerTlsPassthrough = resourceRule({
  id: "key-broker-tls-passthrough",
  title: "What stands in front of the key broker passes TLS through",
  pillar: "attestation",
  severity: "high",
  threat:
    "An ingress that ends TLS reads evidence and tokens and answers for the key broker; guests that check the certificate in their init-data never get through.",
  remediation:
    "Write an ssl-passthrough annotation for an Ingress, tls.termination: passthrough for a Route, and TLSRoute instead of HTTPRoute.",
  source: file(repositories.trustee, "deployment/helm-chart/templates/kbs-ingress.yaml"),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: { by: "keyBroker", how: "guests expect the certificate of their init-data and go to nobody else" },
  admission: {
    scope: [
      { group: "networking.k8s.io", version: "v1", resource: "ingresses" },
      { group: "route.openshift.io", version: "v1", resource: "routes" },
      { group: "gateway.networking.k8s.io", version: "v1", resource: "httproutes" },
      { group: "gateway.networking.k8s.io", version: "v1", resource: "grpcroutes" },
    ],
    cluster: "owner",
    variables: {
      names: literals(keyBrokerNames),
      backends: `object.kind == "Ingress" ? dyn(object).spec.?rules.orValue([]).map(r, r.?http.?paths.orValue([]).map(p, p.?backend.?service.?name.orValue(""))).flatten() + [dyn(object).spec.?defaultBackend.?service.?name.orValue("")] : object.kind == "Route" ? [dyn(object).spec.to.name] : dyn(object).spec.?rules.orValue([]).map(r, r.?backendRefs.orValue([]).map(b, b.name)).flatten()`,
    },
    when: "variables.backends.exists(name, name in variables.names)",
    validations: [
      {
        expression:
          'object.kind != "Ingress" || object.metadata.?annotations.orValue({}).exists(key, key.matches("(^|[/.])ssl-passthrough$") && object.metadata.annotations[key] == "true") || object.metadata.?annotations[?"route.openshift.io/termination"].orValue("") == "passthrough"',
        message: "metadata.annotations do not pass TLS through",
      },
      {
        expression: 'object.kind != "Route" || dyn(object).spec.?tls.?termination.orValue("") == "passthrough"',
        message: "spec.tls.termination is not passthrough",
      },
      {
        expression: 'object.kind in ["Ingress", "Route"]',
        message: "a route of this kind sees requests after TLS; write a TLSRoute",
      },
    ],
    blindTo: { "the ingress of Trustee's chart": "a chart's values are no object of the cluster" },
  },
  looksAt: ways,
  check: (findings) => findings(),
  compliant: [keyBrokerIngress, keyBrokerRoute, keyBrokerGatewayRoute, trusteeRelease],
  breakages: [
    {
      mistake: "an ingress that ends TLS",
      path: "/metadata/annotations/nginx.ingress.kubernetes.io~1ssl-passthrough",
      value: "false",
      expect: `metadata.annotations["nginx.ingress.kubernetes.io/ssl-passthrough"]`,
    },
    {
      mistake: "an ingress that was not told to leave TLS alone",
      path: "/metadata/annotations/nginx.ingress.kubernetes.io~1ssl-passthrough",
      remove: true,
      expect: "metadata.annotations",
    },
    {
      mistake: "a route that speaks TLS for the key broker",
      resource: 1,
      path: "/spec/tls/termination",
      value: "reencrypt",
      expect: "spec.tls.termination",
    },
    {
      mistake: "a gateway that routes requests to the key broker",
      resource: 2,
      path: "/spec/rules/0/backendRefs/0/name",
      value: "trustee-kbs",
      expect: "spec.rules[0].backendRefs[0].name",
    },
    {
      mistake: "the ingress of Trustee's chart",
      resource: 3,
      path: "/values/ingress/enabled",
      value: true,
      expect: "values.ingress.annotations",
    },
  ],
});

function* backendsOfRules(body: Place): Iterable<Place> {
  yield body.at("spec", "defaultBackend", "service", "name");
  for (const rule of body.at("spec", "rules").items())
    for (const path of rule.at("http", "paths").items()) yield path.at("backend", "service", "name");
}

const backendsOf = (body: Place) => [...backendsOfRules(body)].map(({ text }) => text);

function passesThrough(annotations: Place): boolean {
  return annotations
    .keys()
    .some(
      (key) =>
        (passthrough.test(key) && annotations.at(key).text === "true") ||
        (key === "route.openshift.io/termination" && annotations.at(key).text === "passthrough"),
    );
}

function* ofIngress(ingress: KubernetesObject): Iterable<Finding> {
  const annotations = ingress.body.at("metadata", "annotations");
  if (passesThrough(annotations)) return;
  const named = annotations.keys().find((key) => passthrough.test(key));
  if (named !== undefined) yield annotations.at(named).finding("ends TLS in front of the key broker");
  else if (!ingress.partial) yield annotations.finding("do not say that TLS is passed through, so the ingress ends it");
}

function* ofOpenShift(route: KubernetesObject): Iterable<Finding> {
  const termination = route.body.at("spec", "tls", "termination");
  if (termination.present ? termination.text !== "passthrough" : missing(route, termination))
    yield termination.finding("ends TLS in front of the key broker");
}

function* ofGateway({ kind, body }: KubernetesObject): Iterable<Finding> {
  if (kind.endsWith("/TLSRoute")) return;
  for (const rule of body.at("spec", "rules").items())
    for (const backend of rule.at("backendRefs").items())
      if (isKeyBrokerName(backend.at("name").text))
        yield backend.at("name").finding("is routed by requests, so TLS ends at the gateway; write a TLSRoute");
}

function* ofChart(ingress: Place): Iterable<Finding> {
  const annotations = ingress.at("annotations");
  if (ingress.at("enabled").value === true && !passesThrough(annotations))
    yield annotations.finding("do not say that TLS is passed through, so the ingress ends it");
}
