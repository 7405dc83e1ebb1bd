import {
  attestationServiceConfiguration,
  attestationServicePath,
  attestationServicePointer,
  keyBrokerConfiguration,
  keyBrokerPath,
  keyBrokerPointer,
} from "../../examples/trustee";
import { attestationServiceSettings, keyBrokerDocuments } from "../../keyBroker";
import type { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const longestMinutes = 60;

const lives: Selector<Place> = {
  kinds: keyBrokerDocuments.kinds,
  *select(resource) {
    for (const document of keyBrokerDocuments.select(resource)) yield document.at("attestation_service", "timeout");
    for (const settings of attestationServiceSettings.select(resource))
      yield settings.at("attestation_token_broker", "duration_min");
  },
};

export const attestationShortLived = resourceRule({
  id: "attestation-short-lived",
  title: "Attestation sessions and tokens live for minutes",
  pillar: "attestation",
  severity: "low",
  baseline: "advisory",
  threat:
    "Both are counted in minutes and taken for seconds: a token got by evidence of this morning still opens keys after the release was withdrawn.",
  remediation: `Write ${longestMinutes} at most; Trustee's own 5 minutes are enough, since guests attest again.`,
  source: file(repositories.trustee, "kbs/docs/config.md", "v0.21.0"),
  platforms,
  claims: ["keys-for-release-only"],
  boundary: { by: "keyBroker", how: "a release's resource policy compares the time at which the token was made" },
  looksAt: lives,
  *check(minutes) {
    if (typeof minutes.value === "number" && minutes.value > longestMinutes)
      yield minutes.finding("is a number of minutes, and more than an hour");
  },
  compliant: [keyBrokerConfiguration, attestationServiceConfiguration],
  breakages: [
    {
      mistake: "minutes taken for seconds",
      path: keyBrokerPointer,
      replace: ['type = "coco_as_builtin"', 'type = "coco_as_builtin"\ntimeout = 300'],
      expect: `${keyBrokerPath}#attestation_service.timeout`,
    },
    {
      mistake: "tokens for a day",
      resource: 1,
      path: attestationServicePointer,
      replace: ['"verbose_token":false', '"verbose_token":false,"duration_min":1440'],
      expect: `${attestationServicePath}#attestation_token_broker.duration_min`,
    },
  ],
});
