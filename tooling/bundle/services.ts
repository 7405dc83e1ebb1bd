import type { Attestation } from "../../stacks/config/attestation";
import { verifierKind } from "../../components/attestation/nvidiaVerifier";
import type { CpuTee } from "../../components/host/hardware";
import type { Unresolved } from "./schema";

type Open = Omit<Unresolved, "accepted">;

/** Services that a key broker asks while it runs, which no bundle can bring: what to write so that it asks at the site. */
export function liveServices(
  attestation: Pick<
    Attestation,
    "service" | "nvidiaVerifier" | "vcekCache" | "collateralService" | "evidenceServiceCidrs" | "operator"
  >,
  tees: readonly CpuTee[],
): Open[] {
  const { service, nvidiaVerifier, vcekCache, collateralService, operator } = attestation;
  const at = "trustfoundry:attestation";
  const amd = operator ? operator.askAmd : (vcekCache?.fallbackToKds ?? true);
  return [
    ...(service.kind === "intelTrustAuthority"
      ? [{ name: "service/intel-trust-authority", reason: `${at}.service asks Intel's cloud; write {kind: coco}` }]
      : []),
    ...(service.kind === "coco" && verifierKind(nvidiaVerifier) === "remote"
      ? [
          {
            name: "service/nvidia-attestation",
            reason: `${at}.nvidiaVerifier: remote asks nras.attestation.nvidia.com for each guest; let the key broker alone reach it, or, for Hopper, write {kind: local, until, reason}`,
          },
        ]
      : []),
    ...(service.kind === "coco" && tees.includes("snp") && amd
      ? [
          {
            name: "service/amd-key-distribution",
            reason: operator
              ? `${at}.operator.askAmd asks kdsintf.amd.com; write vcekSecrets and askAmd: false`
              : `${at}.vcekCache lets kdsintf.amd.com be asked; write one with the site's chips and fallbackToKds: false`,
          },
        ]
      : []),
    ...(service.kind === "coco" && tees.includes("tdx") && collateralService === undefined
      ? [
          {
            name: "service/intel-provisioning",
            reason: `${at}.collateralService is missing, and Intel's own is asked; write the site's PCCS`,
          },
        ]
      : []),
  ];
}
