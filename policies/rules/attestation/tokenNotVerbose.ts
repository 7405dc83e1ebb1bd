import {
  attestationServiceConfiguration,
  attestationServicePath,
  attestationServicePointer,
  keyBrokerConfiguration,
  keyBrokerPath,
  keyBrokerPointer,
} from "../../examples/trustee";
import { attestationServiceSettings } from "../../keyBroker";
import { platforms, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

export const tokenNotVerbose = resourceRule({
  id: "token-not-verbose",
  title: "Attestation tokens leave the devices' raw evidence out",
  pillar: "attestation",
  severity: "low",
  baseline: "advisory",
  threat:
    "With eight GPUs the token outgrows what the key broker takes as a request's head: all evidence is good, and no key comes.",
  remediation: "Write verbose_token = false under attestation_token_broker; no claim that policies read is lost.",
  source: issue(repositories.trustee, 1563),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: { by: "nothing", how: "what is lost is the model's availability, not its secrecy" },
  looksAt: attestationServiceSettings,
  *check(settings) {
    const verbose = settings.at("attestation_token_broker", "verbose_token");
    if (verbose.value !== false) yield verbose.finding("puts the raw evidence of all GPUs into the token by default");
  },
  compliant: [keyBrokerConfiguration, attestationServiceConfiguration],
  breakages: [
    {
      mistake: "Trustee's talkative default",
      path: keyBrokerPointer,
      replace: ["verbose_token = false\n", ""],
      expect: `${keyBrokerPath}#attestation_service.attestation_token_broker.verbose_token`,
    },
    {
      mistake: "evidence asked for in the token",
      resource: 1,
      path: attestationServicePointer,
      replace: ['"verbose_token":false', '"verbose_token":true'],
      expect: `${attestationServicePath}#attestation_token_broker.verbose_token`,
    },
  ],
});
