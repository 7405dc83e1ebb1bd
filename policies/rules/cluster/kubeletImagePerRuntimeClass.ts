import { kubeletSettings } from "../../examples/hosts";
import { isOpenshiftKubelet, kataKubelets, kubeletGates } from "../../kubelet";
import { bareMetal, resourceRule } from "../../rule";
import { issue } from "../../sources";

const gate = kubeletGates.imagePerClass;
const file = "/data/90-trustfoundry.conf";
const path = `data["90-trustfoundry.conf"]#featureGates.${gate}`;

export const kubeletImagePerRuntimeClass = resourceRule({
  id: "kubelet-image-per-runtime-class",
  title: "Kubelets of confidential hosts keep images of different runtime classes apart",
  pillar: "cluster",
  severity: "medium",
  threat:
    "An image that an ordinary pod of the host used before is taken to be there already, and the guest is never given its own.",
  remediation: `Write featureGates: {${gate}: true}.`,
  source: issue("confidential-containers/confidential-containers", 286),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "pods do not start; availability is outside the architecture's promise" },
  looksAt: kataKubelets,
  *check(kubelet) {
    // CRI-O has no snapshotters to keep apart, and OpenShift refuses a KubeletConfig with gates.
    if (isOpenshiftKubelet(kubelet)) return;
    const { settings, partial } = kubelet;
    const enabled = settings.at("featureGates", gate);
    if (enabled.value !== true && !(partial && !enabled.present))
      yield enabled.finding("is off, as it is where it is left out");
  },
  compliant: [kubeletSettings],
  breakages: [
    { mistake: "one image store for all classes", path: file, replace: [`  ${gate}: true\n`, ""], expect: path },
  ],
});
