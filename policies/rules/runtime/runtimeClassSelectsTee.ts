import { literal, re2 } from "../../admission/cel";
import { labels } from "../../../components/host/hardware";
import type { CpuTee } from "../../../components/host/hardware";
import { confidentialRuntimeClass } from "../../examples/cluster";
import { openshiftRuntimeClass } from "../../examples/openshift";
import { missing, objects } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Upstream's handlers of guests with GPUs, and OpenShift's. */
const gpuHandler = /^kata-(?:qemu-nvidia-gpu-(snp|tdx)|(snp|tdx)-nvidia-gpu)/;
const selectorPath = "scheduling.nodeSelector";

export const runtimeClassSelectsTee = resourceRule({
  id: "runtime-class-selects-tee",
  title: "A confidential runtime class selects nodes whose TEE and GPUs are ready",
  pillar: "runtime",
  severity: "high",
  threat: "Pods land on hosts that cannot attest, fail there one after another, and hold the GPUs meanwhile.",
  remediation: `Select ${labels.ccReadyState}: "true" and ${labels.tee.snp} or ${labels.tee.tdx}: "true".`,
  source: file(
    repositories.kata,
    "tools/packaging/kata-deploy/helm-chart/kata-deploy/templates/runtimeclasses.yaml",
    "4.1.0",
  ),
  platforms: bareMetal,
  claims: ["host-prepared"],
  admission: {
    scope: [{ group: "node.k8s.io", version: "v1", resource: "runtimeclasses" }],
    when: `object.handler.matches(${re2(gpuHandler)})`,
    variables: {
      tee: `object.handler.matches("-snp") ? ${literal(labels.tee.snp)} : ${literal(labels.tee.tdx)}`,
    },
    validations: [
      {
        expression: `object.?scheduling.?nodeSelector[?${literal(labels.ccReadyState)}].orValue("") == "true"`,
        message: `${selectorPath} must hold ${labels.ccReadyState}: "true"`,
      },
      {
        expression: `object.?scheduling.?nodeSelector[?variables.tee].orValue("") == "true"`,
        message: `${selectorPath} must hold the label of the guest's TEE: "true"`,
      },
    ],
  },
  boundary: { by: "keyBroker", how: "on a wrong host attestation fails: availability is lost, secrets are not" },
  looksAt: objects("node.k8s.io/v1/RuntimeClass"),
  *check(object) {
    const tee = teeOf(object.body.at("handler").text);
    if (!tee) return;
    for (const label of [labels.ccReadyState, labels.tee[tee]]) {
      const selected = object.body.at("scheduling", "nodeSelector", label);
      if (missing(object, selected) || (selected.present && selected.text !== "true"))
        yield selected.finding(`must be "true" for ${tee === "snp" ? "SEV-SNP" : "TDX"} guests`);
    }
  },
  compliant: [confidentialRuntimeClass, openshiftRuntimeClass],
  breakages: [
    {
      mistake: "TDX's guest on SEV-SNP hosts, under OpenShift",
      resource: 1,
      path: "/handler",
      value: "kata-tdx-nvidia-gpu",
      expect: `${selectorPath}["${labels.tee.tdx}"]`,
    },
    {
      mistake: "any host will do",
      path: "/scheduling/nodeSelector/nvidia.com~1cc.ready.state",
      remove: true,
      expect: `${selectorPath}["${labels.ccReadyState}"]`,
    },
    {
      mistake: "hosts outside confidential mode",
      path: "/scheduling/nodeSelector/nvidia.com~1cc.ready.state",
      value: "false",
      expect: `${selectorPath}["${labels.ccReadyState}"]`,
    },
    {
      mistake: "hosts of any TEE",
      path: "/scheduling/nodeSelector/amd.feature.node.kubernetes.io~1snp",
      remove: true,
      expect: `${selectorPath}["${labels.tee.snp}"]`,
    },
    {
      mistake: "the other TEE's guest",
      path: "/handler",
      value: "kata-qemu-nvidia-gpu-tdx",
      expect: `${selectorPath}["${labels.tee.tdx}"]`,
    },
  ],
});

function teeOf(handler: string | undefined): CpuTee | undefined {
  const match = gpuHandler.exec(handler ?? "");
  return (match?.[1] ?? match?.[2]) as CpuTee | undefined;
}
