import type { Fact, Grade } from "../host/fact";
import type { KeyAuthority } from "../attestation/keyStore";
import type { Place } from "./isolation";

/*
 * Who decides that a model's key is released, and on what evidence: for reports, verdicts and docs/clouds.md.
 *
 * Whoever runs both attestation and vault can release a key to anything. That his answer is usually right makes it an
 * assertion of his, and no verification by the model owner.
 */

/** From best to least: the owner compares the evidence himself, or somebody says that he did. */
export const keyGrades = [
  "verified by the owner",
  "asserted by Intel",
  "asserted by Google",
  "asserted by Microsoft",
  "asserted by Anjuna and Microsoft",
  "asserted by the key store's operator",
] as const;
export type KeyGrade = (typeof keyGrades)[number];

/** What decides about a release; `undefined`: nothing of that kind is asked. */
export interface ReleaseGates {
  readonly cpu: string | undefined;
  readonly gpu: string | undefined;
  readonly image: string | undefined;
  readonly initData: string | undefined;
}

export interface KeyRelease {
  /** Who verifies the evidence. */
  readonly attests: string;
  /** Who can have the key without any evidence. */
  readonly couldRelease: string;
  readonly gates: ReleaseGates;
  readonly grade: KeyGrade;
  readonly because: string;
  readonly facts: readonly Fact[];
}

/** There is no such way, or none is built here. */
export interface NoKeyRelease {
  readonly notOffered: string;
  readonly facts: readonly Fact[];
}

const read = (source: string, grade: Grade, asOf = "2026-11-24"): Fact => ({ asOf, source, grade });

const trustee = read("confidential-containers/trustee v0.21.0: resource policy, verifiers", "repository", "2026-08-31");
const trusteeAzure = read(
  "confidential-containers/trustee v0.21.0, deps/verifier/src/az_snp_vtpm: SNP report through the vTPM, PCRs",
  "repository",
  "2026-08-31",
);
const releasePolicies = read("Microsoft Learn, secure key release policy examples and grammar", "docs");
const spaceClaims = read("Google Cloud, Confidential Space token claims and attestation assertions", "docs");
const spaceOnly = read("Google Cloud, Confidential Space token claims: tokens of Confidential Space machines", "docs");
const anjuna = read("docs.anjuna.io, apm: boot sequence of the server (v2.0 to v2.3)", "docs", "2026-11-26");
const peerPods = read("confidential-containers/cloud-api-adaptor (2026-08)", "repository");

const owner = "the model owner's own Trustee";
const ownerAlone = "the model owner alone";
const nvidia =
  "NVIDIA's evidence: genuine, confidential mode on, driver and VBIOS accepted, as many as the release says";

export const keyReleases: Readonly<Record<Place, Readonly<Record<KeyAuthority, KeyRelease | NoKeyRelease>>>> = {
  pod: {
    owner: {
      attests: owner,
      couldRelease: ownerAlone,
      gates: {
        cpu: "launch measurement computed from published parts, firmware's floor, no debugging",
        gpu: nvidia,
        image: "digest and signature, by the policy that init-data binds",
        initData: "its digest, in HOST_DATA or MRCONFIGID",
      },
      grade: "verified by the owner",
      because: "evidence of CPU and GPUs is compared by the owner's own service, with values that the owner computed",
      facts: [trustee],
    },
    cloud: {
      attests: owner,
      couldRelease: "whoever operates the key store",
      gates: {
        cpu: "as with key authority owner, for whoever asks Trustee",
        gpu: "as with key authority owner, for whoever asks Trustee",
        image: "as with key authority owner, for whoever asks Trustee",
        initData: "as with key authority owner, for whoever asks Trustee",
      },
      grade: "asserted by the key store's operator",
      because: "the store gives the keys to Trustee after attestation, and to its own operator without",
      facts: [trustee],
    },
  },
  azureNode: {
    owner: {
      attests: owner,
      couldRelease: ownerAlone,
      gates: {
        cpu: "SEV-SNP report of the node through its vTPM: Azure's firmware and paravisor as seen before, PCRs of what booted",
        gpu: nvidia,
        image: undefined,
        initData: undefined,
      },
      grade: "verified by the owner",
      because:
        "the owner compares evidence of the node and its GPU; whatever runs on that node can ask for the key, and Azure's own firmware is trusted",
      facts: [trusteeAzure],
    },
    cloud: {
      attests: "Microsoft Azure Attestation",
      couldRelease: "Microsoft",
      gates: {
        cpu: "SEV-SNP and Azure's own word that the machine is in order (azure-compliant-cvm); single machines by id, if named",
        gpu: undefined,
        image: undefined,
        initData: undefined,
      },
      grade: "asserted by Microsoft",
      because:
        "vault and attestation are run by Microsoft, which also runs the node, and no claim about the GPU is part of the release",
      facts: [releasePolicies],
    },
  },
  gcpNode: {
    owner: {
      attests: owner,
      couldRelease: ownerAlone,
      gates: {
        cpu: "TDX quote of the node: Google's firmware as seen before, no debugging, what booted in RTMRs",
        gpu: nvidia,
        image: undefined,
        initData: undefined,
      },
      grade: "verified by the owner",
      because:
        "the owner compares evidence of the node and its GPU; whatever runs on that node can ask for the key, and Google's own firmware is trusted",
      facts: [trustee],
    },
    cloud: {
      notOffered:
        "Google's attestation token exists for Confidential Space machines alone, not for nodes or plain machines",
      facts: [spaceOnly],
    },
  },
  gcpSpace: {
    owner: {
      notOffered:
        "a Confidential Space container is given Google's or Intel's token, and Trustee takes evidence, not other services' tokens",
      facts: [spaceClaims, trustee],
    },
    cloud: {
      attests: "Google Cloud Attestation",
      couldRelease: "Google, and by a grant to anybody whoever administers the key's project",
      gates: {
        cpu: "TDX, secure boot, a production and stable Confidential Space image, no debugging since boot",
        gpu: "confidential mode ON, one GPU of the model named",
        image: "digest of the one container, and the service account that it runs as",
        initData: undefined,
      },
      grade: "asserted by Google",
      because: "key service, attestation and machine are all run by Google; the token does speak of CPU, GPU and image",
      facts: [spaceClaims],
    },
  },
  peerPod: {
    owner: {
      attests: owner,
      couldRelease: ownerAlone,
      gates: {
        cpu: "report of the pod's machine: the cloud's firmware as seen before, what booted from the pod's image",
        gpu: "in principle NVIDIA's evidence; nobody has validated it",
        image: "by the policy of the guest's agent, where init-data binds it",
        initData: "where the machine's image measures it",
      },
      grade: "verified by the owner",
      because:
        "evidence goes to the owner's own service; experimental, and the image of the pod's machine is one's own",
      facts: [peerPods, trusteeAzure],
    },
    cloud: { notOffered: "not built here: a pod asks its own key broker client for keys", facts: [peerPods] },
  },
  anjunaPod: {
    owner: {
      notOffered:
        "Trustee is sent no evidence by Anjuna's pods; they ask Anjuna's Policy Manager, which takes its own master key from a cloud",
      facts: [anjuna],
    },
    cloud: {
      attests: "Microsoft Azure Attestation for the Policy Manager, the Policy Manager for the pods",
      couldRelease: "Microsoft, and whoever may write the release policy of the master key",
      gates: {
        cpu: "for the Policy Manager SEV-SNP on Microsoft's word; for pods what the Policy Manager's identity policies ask",
        gpu: undefined,
        image: "as the Policy Manager's identity policies ask; nothing here reads them",
        initData: undefined,
      },
      grade: "asserted by Anjuna and Microsoft",
      because:
        "Key Vault releases the Policy Manager's master key on Microsoft's attestation, and which pods are given secrets is Anjuna's to judge",
      facts: [anjuna, releasePolicies],
    },
  },
};

/** The key authority of a stack, for its outputs: who, how well founded, and why. */
export interface KeyAuthorityStatement {
  readonly who: KeyAuthority;
  readonly grade: KeyGrade;
  readonly because: string;
}

/** What a program says about a place's key authority; undefined where there is no such way. */
export function keyAuthorityOf(place: Place, who: KeyAuthority): KeyAuthorityStatement | undefined {
  const release = keyReleases[place][who];
  return "grade" in release ? { who, grade: release.grade, because: release.because } : undefined;
}

/**
 * Of the owner's own Trustee, for pods or for nodes. With Intel Trust Authority, Intel compares the evidence in the owner's
 * stead; whoever can read the key store needs nobody's word, wherever guests are.
 */
export function trusteeKeyAuthority(
  who: KeyAuthority,
  service: "coco" | "intelTrustAuthority",
  place: Extract<Place, "pod" | "azureNode" | "gcpNode"> = "pod",
): KeyAuthorityStatement {
  if (who === "owner" && service === "intelTrustAuthority")
    return {
      who,
      grade: "asserted by Intel",
      because: "Intel Trust Authority verifies the evidence, and the owner's Trustee believes its token",
    };
  const statement = keyAuthorityOf(who === "cloud" ? "pod" : place, who);
  if (!statement) throw new Error(`no key authority ${who} for ${place}`);
  return statement;
}
