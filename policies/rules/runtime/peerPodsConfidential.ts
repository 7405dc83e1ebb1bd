import { adaptorConfigMap, peerPodsRelease } from "../../examples/nodes";
import { adaptorSettings, isOn } from "../../peerPods";
import { clouds, resourceRule } from "../../rule";
import { file } from "../../sources";

const azure = "/values/providerConfigs/azure";

/** Switches of the cloud-api-adaptor that have to stay off, and what each opens. */
const closed = {
  DISABLECVM: "makes ordinary virtual machines of pods",
  TLS_SKIP_VERIFY: "talks to whoever answers in the pod's place",
  USE_PUBLIC_IP: "gives each pod's virtual machine an address on the internet",
} as const;

export const peerPodsConfidential = resourceRule({
  id: "peer-pods-confidential",
  title: "Peer pods are confidential virtual machines that their node recognises, on no public address",
  pillar: "runtime",
  severity: "critical",
  threat:
    "One variable turns every peer pod into an ordinary virtual machine of the cloud's, which reads its memory while the pod looks the same.",
  remediation: `Leave ${Object.keys(closed).join(", ")} out, or write "false".`,
  source: file("confidential-containers/cloud-api-adaptor", "src/cloud-providers/azure/manager.go", "v0.22.0"),
  platforms: clouds,
  claims: ["guest-booted-as-released"],
  boundary: { by: "keyBroker", how: "a machine without a TEE has no evidence, and gets no key" },
  looksAt: adaptorSettings,
  *check(settings) {
    for (const [name, opens] of Object.entries(closed)) {
      const setting = settings.at(name);
      if (isOn(setting)) yield setting.finding(opens);
    }
  },
  compliant: [peerPodsRelease, adaptorConfigMap],
  breakages: [
    {
      mistake: "ordinary virtual machines for peer pods",
      path: `${azure}/DISABLECVM`,
      value: "true",
      expect: "values.providerConfigs.azure.DISABLECVM",
    },
    {
      mistake: "certificates of peer pods not looked at",
      path: `${azure}/TLS_SKIP_VERIFY`,
      value: true,
      expect: "values.providerConfigs.azure.TLS_SKIP_VERIFY",
    },
    {
      mistake: "peer pods on public addresses",
      path: `${azure}/USE_PUBLIC_IP`,
      value: "1",
      expect: "values.providerConfigs.azure.USE_PUBLIC_IP",
    },
    {
      mistake: "the adaptor's ConfigMap edited afterwards",
      resource: 1,
      path: "/data/DISABLECVM",
      value: "True",
      expect: "data.DISABLECVM",
    },
  ],
});
