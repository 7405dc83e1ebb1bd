import type { NodeAdmission } from "../components/attestation/nodeAdmission";
import { trusteeKeyAuthority } from "../components/verdict/keyAuthority";
import type { TrustConfig } from "./config/factory";

/** The kinds of nodes that the model owner's configuration states; nobody else has to agree to them. */
export function admittedNodes({ nodes, simulated }: Pick<TrustConfig, "nodes" | "simulated">): NodeAdmission[] {
  return nodes.map(({ name, provider, evidence, gpu, keys, notBefore, notAfter }) => ({
    name,
    provider,
    evidence,
    gpu: { model: gpu.model, drivers: gpu.drivers, vbios: gpu.vbios },
    resources: keys,
    validity: { notBefore, notAfter },
    simulated,
  }));
}

const placeOf = { azureSnpVtpm: "azureNode", tdx: "gcpNode" } as const;

/** What the stack says of each kind of node: its keys, and what they are worth less than a release's. */
export function nodeOutputs({ nodes, attestation }: Pick<TrustConfig, "nodes" | "attestation">) {
  return Object.fromEntries(
    nodes.map(({ name, provider, evidence, keys, notBefore, notAfter }) => [
      name,
      {
        isolationUnit: "node",
        keyAuthority: trusteeKeyAuthority(attestation.keyAuthority, attestation.service.kind, placeOf[evidence.kind]),
        comparedWithARelease:
          "below: kubelet, all pods and cluster administrators are inside, and nobody signed its values",
        evidence: evidence.kind,
        keys: [...keys].sort(),
        notBefore,
        notAfter,
        ...(provider !== undefined && { provider }),
      },
    ]),
  );
}
