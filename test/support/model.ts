import type { Pin } from "../../components/catalogLock";
import { simulatedGuestImage } from "../../components/guest/measurement/simulatedGuestImage";
import type { ReleaseInputs } from "../../components/workload/computeRelease";
import type { ModelDeclaration } from "../../components/workload/modelDeclaration";

export const caCertificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

function sampleModel(changes: Partial<ModelDeclaration> = {}): ModelDeclaration {
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
    factory: "acme-rehearsal",
    owner: "acme-models",
    history: { sequence: 1, previous: null },
    validity: { notBefore: "2026-11-01T00:00:00Z", notAfter: "2027-11-01T00:00:00Z" },
    platformSet: "ra-1.1.0",
    keyBroker: { dnsName: "kbs.acme-models.example", caCertificate },
    tcb: {
      snp: { bootloader: 10, tee: 0, snp: 25, microcode: 84 },
      tdx: { xfam: ["e742060000000000"], attributes: ["0000001000000000"] },
    },
    gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"], switchBios: ["96.10.3F.00.01"] },
    guestImage: simulatedGuestImage("4.0.0"),
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
