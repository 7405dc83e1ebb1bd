import { quoteGeneration } from "../../examples/intelHosts";
import { missing, objects } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { file } from "../../sources";

const ways = ["Online", "Offline", "External"];

export const tdxRegistrationSaid = resourceRule({
  id: "tdx-registration-said",
  title: "Intel's quote generation service is told how its hosts are registered",
  pillar: "hardware",
  severity: "medium",
  threat:
    "Left out, registration is offline: the operator waits for certificates that nobody brings, no guest gets a quote, and only pods that never start say so.",
  remediation:
    "Write platformRegistration: {Online: {apiKeySecretName: <Secret>}}, or {Offline: {}} or {External: {}} where somebody brings certificates.",
  source: file("intel/confidential-computing.tee.dcap.k8s.qgs", "api/v1/tdxquotegenerationservice_types.go", "838cc85"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "without a quote there is no evidence, and no key" },
  looksAt: objects("trustedservices.intel.com/v1/TdxQuoteGenerationService"),
  *check(service) {
    const registration = service.body.at("spec", "platformRegistration");
    if (missing(service, registration)) {
      yield registration.finding("is left out: it is then Offline, and waits for a person");
      return;
    }
    const said = registration.keys().filter((way) => ways.includes(way));
    if (registration.present && registration.known && said.length !== 1)
      yield registration.finding("says not exactly one of Online, Offline and External");
    const online = registration.at("Online");
    const secret = online.at("apiKeySecretName");
    if (online.present && (missing(service, secret) || secret.text === ""))
      yield secret.finding("names no Secret: nobody may ask Intel's service");
  },
  compliant: [quoteGeneration],
  breakages: [
    {
      mistake: "registration left to the default",
      path: "/spec/platformRegistration",
      remove: true,
      expect: "spec.platformRegistration",
    },
    {
      mistake: "two ways at once",
      path: "/spec/platformRegistration/Offline",
      value: {},
      expect: "spec.platformRegistration",
    },
    {
      mistake: "online without a key",
      path: "/spec/platformRegistration/Online",
      value: {},
      expect: "spec.platformRegistration.Online.apiKeySecretName",
    },
  ],
});
