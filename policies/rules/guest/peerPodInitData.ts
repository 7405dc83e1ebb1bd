import { initDataAnnotationKey } from "../../../components/guest/initDataAnnotation";
import { annotation, literal } from "../../admission/cel";
import { initDataPath, initDataPointer } from "../../examples/confidentialDeployment";
import { peerPodDeployment } from "../../examples/nodes";
import { initDataOf } from "../../initData";
import { missing } from "../../kubernetes";
import { peerPodRuntimeClass, peerPods } from "../../peerPods";
import { clouds, resourceRule } from "../../rule";
import { file } from "../../sources";

export const peerPodInitData = resourceRule({
  id: "peer-pod-init-data",
  title: "A peer pod brings init-data that its machine can read and measure",
  pillar: "guest",
  severity: "critical",
  threat:
    "The pod's machine starts with whatever policy its image has, takes every order of the node that it was to be kept from, and asks a key broker of the node's choice.",
  remediation: `Annotate the pod with ${initDataAnnotationKey}: base64 of gzip of TOML, as for guests on bare metal.`,
  source: file("confidential-containers/cloud-api-adaptor", "src/cloud-api-adaptor/docs/initdata.md", "v0.22.0"),
  platforms: clouds,
  // Elsewhere `init-data-present` asks it of every confidential pod.
  isolationUnit: "node",
  claims: ["guest-rules-bound"],
  admission: {
    scope: "confidentialPods",
    when: `string(variables.spec.?runtimeClassName.orValue("")) == ${literal(peerPodRuntimeClass)}`,
    validations: [
      {
        // Gzip's magic number, seen through base64.
        expression: `${annotation(initDataAnnotationKey)}.startsWith("H4sI")`,
        message: `metadata.annotations["${initDataAnnotationKey}"] is missing, or no base64 of gzip`,
      },
    ],
    blindTo: {
      "init-data of a peer pod that is no TOML": "CEL cannot unpack gzip; the machine, and the preview, can",
    },
  },
  boundary: { by: "keyBroker", how: "a resource policy compares the digest of init-data in the evidence" },
  looksAt: peerPods,
  *check(pod) {
    const { annotation: own, decoded } = initDataOf(pod);
    if (!own.present && !missing(pod.object, own)) return;
    if ("error" in decoded) yield own.hidden().finding(decoded.error);
  },
  compliant: [peerPodDeployment],
  breakages: [
    { mistake: "a peer pod without init-data", path: initDataPointer, remove: true, expect: initDataPath },
    {
      mistake: "init-data of a peer pod that is no TOML",
      path: initDataPointer,
      replaceInInitData: ["[data]", "[data"],
      expect: initDataPath,
    },
  ],
});
