import {
  attestationServiceConfiguration,
  attestationServicePath,
  attestationServicePointer,
  keyBrokerConfiguration,
  keyBrokerPath,
  keyBrokerPointer,
  trusteeRelease,
} from "../../examples/trustee";
import { attestationServiceSettings } from "../../keyBroker";
import type { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";
import { trusteeReleases } from "../../trusteeCharts";

/** Who verifies GPU evidence; that somebody is named in a file is a demand of `trustee-settings-known`. */
const verifiers: Selector<{ readonly type: Place; readonly chart: boolean }> = {
  kinds: [...attestationServiceSettings.kinds, ...trusteeReleases.kinds],
  *select(resource) {
    for (const settings of attestationServiceSettings.select(resource))
      yield { type: settings.at("verifier_config", "nvidia_verifier", "type"), chart: false };
    for (const { values } of trusteeReleases.select(resource))
      yield { type: values.at("as", "verifier", "nvidia", "type"), chart: true };
  },
};

export const gpuVerifierJudges = resourceRule({
  id: "gpu-verifier-judges",
  title: "GPU evidence is judged by NVIDIA's attestation service",
  pillar: "attestation",
  severity: "high",
  threat:
    "Trustee's own verifier compares no firmware of a GPU with NVIDIA's manifests and asks for no revocation: a GPU in development mode, or with firmware of somebody's own, is as good as any; and it knows no Blackwell.",
  remediation:
    'Write type = "Remote"; where no way leads to NVIDIA and one Hopper GPU has to do, grant this rule an exception until a day.',
  source: file(repositories.trustee, "deps/verifier/src/nvidia/README.md"),
  platforms,
  claims: ["gpu-genuine"],
  boundary: { by: "keyBroker", how: "Trustee's default policy affirms only what NVIDIA's service said of a GPU" },
  looksAt: verifiers,
  *check({ type, chart }) {
    if (type.text?.toLowerCase() === "local" || (chart && !type.present))
      yield type.finding("compares no firmware of a GPU with NVIDIA's manifests; left out it is Local");
  },
  compliant: [keyBrokerConfiguration, attestationServiceConfiguration, trusteeRelease],
  breakages: [
    {
      mistake: "GPUs judged by the built-in service itself",
      path: keyBrokerPointer,
      replace: ['type = "Remote"', 'type = "Local"'],
      expect: `${keyBrokerPath}#attestation_service.verifier_config.nvidia_verifier.type`,
    },
    {
      mistake: "GPUs judged by the attestation service itself",
      resource: 1,
      path: attestationServicePointer,
      replace: ['"type":"Remote"}', '"type":"Local"}'],
      expect: `${attestationServicePath}#verifier_config.nvidia_verifier.type`,
    },
    {
      mistake: "the verifier that Trustee's chart chooses",
      resource: 2,
      path: "/values/as/verifier/nvidia/type",
      remove: true,
      expect: "values.as.verifier.nvidia.type",
    },
  ],
});
