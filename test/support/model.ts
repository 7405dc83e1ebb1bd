import type { Pin } from "../../components/catalogLock";
import type { ReleaseInputs } from "../../components/workload/computeRelease";
import type { ModelDeclaration } from "../../components/workload/modelDeclaration";

export const caCertificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

export function sampleModel(changes: Partial<ModelDeclaration> = {}): ModelDeclaration {
  return {
    name: "llama-8b",
    version: "2026.11.1",
    tee: "snp",
    gpu: { model: "H100", count: 1 },
    cpus: 16,
    memoryGib: 48,
    replicas: 2,
    port: 8000,
    command: [],
    user: { uid: 1000, gid: 1000 },
    keys: ["acme/model-key/llama-8b"],
    trustedStorageGib: 64,
    startupSeconds: 1560,
    awaitReadiness: true,
    ...changes,
  };
}

/** What a model owner in a rehearsal computes a release from. */
export function sampleInputs(
  model: Partial<ModelDeclaration> = {},
  changes: Partial<ReleaseInputs> = {},
): ReleaseInputs {
  return {
    model: sampleModel(model),
    owner: "acme-models",
    platformSet: "ra-1.1.0",
    keyBroker: { dnsName: "kbs.acme-models.example", caCertificate },
    image: sampleImage(true),
    simulated: true,
    ...changes,
  };
}

export function sampleImage(simulated: boolean): Pin {
  const digest = `sha256:${"a".repeat(64)}`;
  const repository = "nvcr.io/nim/meta/llama-3.1-8b-instruct";
  return { name: repository, version: "1.13.1", repository, digest, manifest: digest, simulated };
}
