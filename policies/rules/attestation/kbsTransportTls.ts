import { keyBrokerConfiguration, keyBrokerPath, keyBrokerPointer } from "../../examples/trustee";
import { operatorMaps, trusteeConfig } from "../../examples/trusteeOperator";
import { trusteeChart, releases } from "../../helm";
import { keyBrokerDocuments } from "../../keyBroker";
import { missing, objects } from "../../kubernetes";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const charts = releases(trusteeChart);
const operatorConfigs = objects("confidentialcontainers.org/v1alpha1/TrusteeConfig");

/** The three ways by which a key broker is set up, each with its own switch. */
const transports: Selector<() => Iterable<Finding>> = {
  kinds: [...keyBrokerDocuments.kinds, ...charts.kinds, ...operatorConfigs.kinds],
  *select(resource) {
    for (const document of keyBrokerDocuments.select(resource)) yield () => ofConfiguration(document);
    for (const { values } of charts.select(resource)) yield () => ofChart(values.at("kbs", "tls", "enabled"));
    for (const object of operatorConfigs.select(resource)) {
      const profile = object.body.at("spec", "profileType");
      if (profile.present || missing(object, profile)) yield () => ofProfile(profile);
    }
  },
};

const inText = "the setting is in a TOML text";

export const kbsTransportTls = resourceRule({
  id: "kbs-transport-tls",
  title: "The key broker speaks TLS by itself",
  pillar: "attestation",
  severity: "critical",
  threat: "On plain HTTP somebody on the way reads what guests send, and answers in the key broker's place.",
  remediation:
    "Write insecure_http = false with private_key and certificate; for the chart kbs.tls.enabled: true, for the operator profileType: Restricted.",
  source: file(repositories.trustee, "kbs/docs/config.md"),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: {
    by: "keyBroker",
    how: "guests know the certificate by their init-data and go to nobody else; released keys are encrypted to the guest in any case",
  },
  admission: {
    scope: [{ group: "confidentialcontainers.org", version: "v1alpha1", resource: "trusteeconfigs" }],
    cluster: "owner",
    validations: [
      {
        expression: 'dyn(object).?spec.?profileType.orValue("") == "Restricted"',
        message: "spec.profileType stands for plain HTTP, unverified tokens and a policy that releases to anybody",
      },
    ],
    blindTo: { "plain HTTP to the guests": inText, "no key": inText, "no certificate": inText },
  },
  looksAt: transports,
  check: (findings) => findings(),
  compliant: [keyBrokerConfiguration, trusteeConfig, ...operatorMaps],
  breakages: [
    {
      mistake: "plain HTTP to the guests",
      path: keyBrokerPointer,
      replace: ["insecure_http = false", "insecure_http = true"],
      expect: `${keyBrokerPath}#http_server.insecure_http`,
    },
    {
      mistake: "no key",
      path: keyBrokerPointer,
      replace: ['private_key = "/etc/kbs/tls/tls.key"\n', ""],
      expect: `${keyBrokerPath}#http_server.private_key`,
    },
    {
      mistake: "no certificate",
      path: keyBrokerPointer,
      replace: ['certificate = "/etc/kbs/tls/tls.crt"\n', ""],
      expect: `${keyBrokerPath}#http_server.certificate`,
    },
    {
      mistake: "the operator's permissive profile",
      resource: 1,
      path: "/spec/profileType",
      value: "Permissive",
      expect: "spec.profileType",
    },
    {
      mistake: "no profile at all",
      resource: 1,
      path: "/spec/profileType",
      remove: true,
      expect: "spec.profileType",
    },
  ],
});

function* ofConfiguration(document: Place): Iterable<Finding> {
  const server = document.at("http_server");
  const insecure = server.at("insecure_http");
  if ((insecure.value ?? false) !== false) {
    yield insecure.finding("serves guests in plain text");
    return;
  }
  for (const key of ["private_key", "certificate"])
    if (!server.at(key).text) yield server.at(key).finding("is missing, so there is no TLS");
}

function* ofChart(enabled: Place): Iterable<Finding> {
  if (enabled.value !== true) yield enabled.finding("serves guests in plain text");
}

function* ofProfile(profile: Place): Iterable<Finding> {
  if (profile.text !== "Restricted")
    yield profile.finding("stands for plain HTTP, unverified tokens and a policy that releases to anybody");
}
