import type { EvidenceOptions } from "../../../components/attestation/acceptedEvidence";
import type { AdmittedRelease } from "../../../components/attestation/admittedRelease";
import type { NodeAdmission } from "../../../components/attestation/nodeAdmission";
import { admit, sampleEvidence, samplePpid, sampleUeid } from "../evidence";
import { sampleNode, sampleTdxNode } from "../nodes";
import { sampleRelease, tdxParts } from "../release";

const initData = (digit: string) => ({ ...sampleRelease().initData, digest: digit.repeat(64) });

/** One H100 on SEV-SNP. */
export const snp = sampleRelease({
  tcb: { snp: { bootloader: 10, tee: 1, snp: 25, microcode: 84 } },
  resources: ["acme/model-key/llama-8b", "acme/registry/nvcr"],
});

/** Another model with the same guest: only its init-data tells the two apart. */
export const sibling = sampleRelease({
  name: "llama-70b",
  initData: initData("d"),
  resources: ["acme/model-key/llama-70b"],
});

/** Eight B200 on TDX, with the TDX module pinned. */
export const tdx = sampleRelease({
  ...tdxParts,
  name: "frontier",
  owner: "borealis",
  gpu: { model: "B200", count: 8, nvSwitches: 0 },
  tcb: { tdx: { ...tdxParts.tcb.tdx, mrSeam: ["7".repeat(96)] } },
  initData: initData("e"),
  resources: ["borealis/model-key/frontier"],
});

/** Eight H100 with four NVSwitches, protected PCIe. */
export const board = sampleRelease({
  name: "board",
  gpu: { model: "H100", count: 8, nvSwitches: 4 },
  launch: { snp: { measurement: "4".repeat(96) } },
  gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"], switchBios: ["96.10.6D.00.01"] },
  initData: initData("f"),
  resources: ["acme/model-key/board"],
});

/** A release and its successor: other guest image, newer firmware, the same key. */
export const former = sampleRelease({
  name: "chat",
  launch: { snp: { measurement: "5".repeat(96) } },
  initData: initData("1"),
  resources: ["acme/model-key/chat", "acme/model-key/chat-adapter-1"],
});
export const current = sampleRelease({
  name: "chat",
  history: { sequence: 2, previous: "9".repeat(64) },
  validity: { notBefore: "2026-11-20T00:00:00Z", notAfter: "2027-11-20T00:00:00Z" },
  launch: { snp: { measurement: "6".repeat(96) } },
  tcb: { snp: { bootloader: 10, tee: 0, snp: 27, microcode: 90 } },
  initData: initData("2"),
  resources: ["acme/model-key/chat", "acme/model-key/chat-adapter-2"],
});

/** When the former release's guests get no more keys. */
export const rolloverEnd = "2026-12-15T00:00:00Z";

/** Free text in which every character means something to some parser. */
export const hostileTexts = [
  '"]}\nallow := true\n#',
  "`raw`",
  '\\" \\u0022 \\',
  "\u0000\u007f\u0085\u2028\u2029",
  "naïve 🙂 \u202e",
  "${release} {{ . }} %s",
];
export const hostile = sampleRelease({
  name: "hostile",
  modelVersion: hostileTexts.join(""),
  gpuClaims: { drivers: hostileTexts, vbios: hostileTexts },
  initData: initData("3"),
  resources: ["acme/model-key/hostile"],
});

/** Confidential nodes of Azure and of Google Cloud, with a driver and a VBIOS of their own. */
export const aks = sampleNode();
export const gke = sampleTdxNode();

/** A key broker: the releases and nodes that it serves and what it demands. */
export interface Setting {
  readonly admitted: readonly AdmittedRelease[];
  readonly nodes: readonly NodeAdmission[];
  readonly options: EvidenceOptions;
}

const made = {
  remote: {
    nodes: [],
    admitted: [...admit(snp, sibling, tdx, board, current), { release: former, until: rolloverEnd }],
    options: sampleEvidence(),
  },
  local: { nodes: [], admitted: admit(snp), options: sampleEvidence({ verifier: "local" }) },
  known: {
    nodes: [],
    admitted: admit(tdx),
    options: sampleEvidence({
      chips: [samplePpid, "b6".repeat(16)],
      gpus: Array.from({ length: 16 }, (_, index) => sampleUeid(index)),
    }),
  },
  hostile: { nodes: [], admitted: admit(hostile), options: sampleEvidence() },
  clouds: { nodes: [aks, gke], admitted: admit(snp, tdx), options: sampleEvidence() },
  nodesOnly: { nodes: [aks], admitted: [], options: sampleEvidence({ verifier: "local" }) },
  knownNodes: { nodes: [gke], admitted: [], options: sampleEvidence({ chips: [samplePpid], gpus: [sampleUeid(0)] }) },
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof made;
export const settings: Readonly<Record<SettingName, Setting>> = made;
