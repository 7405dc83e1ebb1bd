import { gzipSync } from "node:zlib";
import type { Release } from "../../components/workload/release";

/** A complete release with made-up digests. */
export function sampleRelease(changes: Partial<Release> = {}): Release {
  return {
    specVersion: "trustfoundry.dev/release/v0",
    name: "llama-8b",
    modelVersion: "2026.11.1",
    owner: "acme-models",
    simulated: true,
    image: { repository: "nvcr.io/nim/meta/llama-3.1-8b-instruct", digest: `sha256:${"a".repeat(64)}` },
    isolationUnit: "pod",
    tee: "snp",
    runtimeClassName: "kata-qemu-nvidia-gpu-snp",
    gpu: { model: "H100", count: 1, nvSwitches: 0 },
    shape: { cpus: 16, memoryGib: 48, vcpus: 17 },
    replicas: 2,
    port: 8000,
    command: [],
    user: { uid: 1000, gid: 1000 },
    trustedStorageGib: 64,
    startupSeconds: 1560,
    awaitReadiness: true,
    initData: { annotation: gzipSync('version = "0.1.0"\n').toString("base64"), digest: "b".repeat(64) },
    launchMeasurement: "c".repeat(96),
    resources: ["acme/model-key/llama-8b"],
    notMeasured: ["memory size"],
    ...changes,
  };
}
