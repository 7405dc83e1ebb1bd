import { lockdownPolicy } from "../../components/guest/agentPolicy";
import { initDataDigest } from "../../components/guest/initData";
import { encodeInitData } from "../../components/guest/initDataAnnotation";
import { sha256 } from "../../components/names";
import type { Release } from "../../components/workload/release";

const image = { repository: "nvcr.io/nim/meta/llama-3.1-8b-instruct", digest: `sha256:${"a".repeat(64)}` };
const user = { uid: 1000, gid: 1000 };
const policyRego = lockdownPolicy({ image, user, command: [], passthroughDevices: 1 }).rego;
const initDataToml = `version = "0.1.0"\nalgorithm = "sha256"\n\n[data]\n"policy.rego" = ${JSON.stringify(policyRego)}\n`;

/** A complete release with made-up digests of all but its init-data, which carries the policy of its image. */
export function sampleRelease(changes: Partial<Release> = {}): Release {
  return {
    specVersion: "trustfoundry.dev/release/v1",
    factory: "acme-rehearsal",
    name: "llama-8b",
    modelVersion: "2026.11.1",
    owner: "acme-models",
    simulated: true,
    history: { sequence: 1, previous: null },
    validity: { notBefore: "2026-11-01T00:00:00Z", notAfter: "2027-11-01T00:00:00Z" },
    image,
    isolationUnit: "pod",
    tee: "snp",
    runtimeClassName: "kata-qemu-nvidia-gpu-snp",
    gpu: { model: "H100", count: 1, nvSwitches: 0 },
    shape: { cpus: 16, memoryGib: 48, vcpus: 17 },
    replicas: 2,
    port: 8000,
    command: [],
    user,
    trustedStorageGib: 64,
    startupSeconds: 1560,
    awaitReadiness: true,
    agentPolicy: { origin: "trustfoundry", digest: sha256(policyRego), openings: [] },
    initData: { annotation: encodeInitData(initDataToml), digest: initDataDigest(initDataToml) },
    measuredBy: "simulated",
    launch: { snp: { measurement: "c".repeat(96) } },
    tcb: { snp: { bootloader: 10, tee: 0, snp: 25, microcode: 84 } },
    gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"] },
    resources: ["acme/model-key/llama-8b"],
    notMeasured: ["memory size"],
    ...changes,
  };
}

/** What a TDX release has where an SNP release has its own. */
export const tdxParts = {
  tee: "tdx" as const,
  runtimeClassName: "kata-qemu-nvidia-gpu-tdx",
  launch: { tdx: { mrTd: "1".repeat(96), rtmr1: "2".repeat(96), rtmr2: "3".repeat(96) } },
  tcb: { tdx: { xfam: ["e742060000000000"], attributes: ["0000001000000000"] } },
} satisfies Partial<Release>;
