import { defaultPullTimeouts } from "../../../components/runtime/timeouts";
import { durationSeconds } from "../../duration";
import { kubeletConfig, kubeletSettings } from "../../examples/hosts";
import { kataKubelets } from "../../kubelet";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

/** As long as the shim waits, unless told otherwise. */
const floorSeconds = defaultPullTimeouts.shimSeconds;
const file = "/data/90-trustfoundry.conf";
const path = 'data["90-trustfoundry.conf"]#runtimeRequestTimeout';

export const kubeletRuntimeTimeout = resourceRule({
  id: "kubelet-runtime-timeout",
  title: "Kubelets of confidential hosts wait as long as a guest may take to start",
  pillar: "cluster",
  severity: "medium",
  threat:
    "Kubelet gives up on a guest that is still pulling its image, and starts it anew each two minutes without ever getting further.",
  remediation: `Write runtimeRequestTimeout: 20m, or more.`,
  source: issue(repositories.kata, 7389),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "pods do not start; availability is outside the architecture's promise" },
  looksAt: kataKubelets,
  *check({ settings, partial }) {
    const timeout = settings.at("runtimeRequestTimeout");
    if (!timeout.present) {
      if (!partial) yield timeout.finding("is two minutes where it is left out");
      return;
    }
    const seconds = durationSeconds(timeout.text);
    if (seconds === undefined) yield timeout.finding("is no duration such as 20m");
    else if (seconds < floorSeconds) yield timeout.finding(`is shorter than the shim's ${floorSeconds} s`);
  },
  compliant: [kubeletSettings, kubeletConfig],
  breakages: [
    {
      mistake: "kubelet's own two minutes",
      path: file,
      replace: ["runtimeRequestTimeout: 1200s\n", ""],
      expect: path,
    },
    {
      mistake: "ten minutes, as a quickstart for OpenShift has it",
      resource: 1,
      path: "/spec/kubeletConfig/runtimeRequestTimeout",
      value: "10m0s",
      expect: "spec.kubeletConfig.runtimeRequestTimeout",
    },
    {
      mistake: "a timeout without its unit",
      resource: 1,
      path: "/spec/kubeletConfig/runtimeRequestTimeout",
      value: "1200",
      expect: "spec.kubeletConfig.runtimeRequestTimeout",
    },
  ],
});
