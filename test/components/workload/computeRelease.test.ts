import * as fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { decodeInitData } from "../../../components/guest/initDataAnnotation";
import { initDataDigest } from "../../../components/guest/initData";
import { cpuTees, gpuModelNames, gpuModels } from "../../../components/host/hardware";
import type { GpuModel } from "../../../components/host/hardware";
import { platformSetNames, supportsHopperPpcie, platformSets } from "../../../components/platform";
import { ReleaseRefusal, computeRelease } from "../../../components/workload/computeRelease";
import type { ReleaseInputs } from "../../../components/workload/computeRelease";
import type { ModelDeclaration } from "../../../components/workload/modelDeclaration";
import { readReleaseFile, releaseDigest, releaseFileText } from "../../../components/workload/releaseFile";
import { podTemplate } from "../../../components/workload/podTemplate";
import { caCertificate, sampleImage, sampleInputs } from "../../support/model";

const publicKey = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n";
const guestFiles = (inputs: ReleaseInputs) => {
  const { annotation, digest } = computeRelease(inputs).initData;
  const toml = decodeInitData(annotation);
  const { data } = parse(toml) as { data: Record<string, string> };
  return { toml, digest, data };
};

describe("a release", () => {
  it("says what the owner declared, and what follows from it", () => {
    const { initData, launchMeasurement, notMeasured, ...release } = computeRelease(sampleInputs());
    expect(release).toEqual({
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
      // The limit and the one that the shim adds.
      shape: { cpus: 16, memoryGib: 48, vcpus: 17 },
      replicas: 2,
      port: 8000,
      command: [],
      user: { uid: 1000, gid: 1000 },
      trustedStorageGib: 64,
      startupSeconds: 1560,
      awaitReadiness: true,
      resources: ["acme/model-key/llama-8b"],
    });
    expect(launchMeasurement).toMatch(/^[0-9a-f]{96}$/);
    expect(initData.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(notMeasured.length).toBeGreaterThan(3);
  });

  it("survives its way to a provider, who can place it", () => {
    const release = computeRelease(sampleInputs());
    const reading = readReleaseFile(releaseFileText(release), releaseDigest(release));
    expect(reading).toEqual({ release });
    expect(podTemplate(release, { storageClassName: "block", serviceAccountName: "llama" }).spec).toMatchObject({
      runtimeClassName: "kata-qemu-nvidia-gpu-snp",
    });
  });

  it("is the same bytes each time it is computed", () => {
    expect(releaseFileText(computeRelease(sampleInputs()))).toBe(releaseFileText(computeRelease(sampleInputs())));
    const keys = ["acme/a/2", "acme/a/1"];
    expect(releaseDigest(computeRelease(sampleInputs({ keys })))).toBe(
      releaseDigest(computeRelease(sampleInputs({ keys: [...keys].reverse() }))),
    );
  });
});

describe("a release's init-data", () => {
  it("is measured as it is delivered", () => {
    const { toml, digest } = guestFiles(sampleInputs());
    expect(initDataDigest(toml)).toBe(digest);
  });

  it("tells both of the guest's clients where the key broker is and by whom it proves itself", () => {
    const { data } = guestFiles(sampleInputs());
    const url = "https://kbs.acme-models.example";
    expect(parse(data["aa.toml"] ?? "")).toEqual({ token_configs: { kbs: { url, cert: caCertificate } } });
    expect(parse(data["cdh.toml"] ?? "")).toMatchObject({ kbc: { name: "cc_kbc", url, kbs_cert: caCertificate } });
  });

  it("lets the one image in, by its digest or by its owner's signature", () => {
    const policy = (inputs: ReleaseInputs) => {
      const { image } = parse(guestFiles(inputs).data["cdh.toml"] ?? "") as {
        image: { image_security_policy: string };
      };
      return JSON.parse(image.image_security_policy) as unknown;
    };
    const repository = "nvcr.io/nim/meta/llama-3.1-8b-instruct";
    expect(policy(sampleInputs())).toEqual({
      default: [{ type: "reject" }],
      transports: { docker: { [`${repository}@sha256:${"a".repeat(64)}`]: [{ type: "insecureAcceptAnything" }] } },
    });
    expect(policy(sampleInputs({ signatureKey: publicKey }))).toEqual({
      default: [{ type: "reject" }],
      transports: {
        docker: {
          [repository]: [{ type: "sigstoreSigned", keyData: publicKey, signedIdentity: { type: "matchRepository" } }],
        },
      },
    });
  });

  it("holds the agent to image, user and devices of the release", () => {
    const rego = guestFiles(sampleInputs({ user: { uid: 4242, gid: 4243 } })).data["policy.rego"] ?? "";
    const policyData = JSON.parse(rego.slice(rego.indexOf("policy_data := ") + "policy_data := ".length)) as {
      containers: { image: string; passthrough_devices: number; OCI: { Process: { User: unknown } } }[];
    };
    expect(policyData.containers).toHaveLength(1);
    expect(policyData.containers[0]).toMatchObject({
      image: `nvcr.io/nim/meta/llama-3.1-8b-instruct@sha256:${"a".repeat(64)}`,
      passthrough_devices: 1,
      OCI: { Process: { User: { UID: 4242, GID: 4243 } } },
    });
  });

  it.each<[string, Partial<ModelDeclaration>, Partial<ReleaseInputs>]>([
    ["the key broker's name", {}, { keyBroker: { dnsName: "kbs.other.example", caCertificate } }],
    [
      "its CA",
      {},
      { keyBroker: { dnsName: "kbs.acme-models.example", caCertificate: caCertificate.replace("MIIB", "MIIC") } },
    ],
    ["the image", {}, { image: { ...sampleImage(true), digest: `sha256:${"b".repeat(64)}` } }],
    ["the signature key", { signatureKey: publicKey }, {}],
    ["the user", { user: { uid: 1001, gid: 1000 } }, {}],
    ["the command", { command: ["serve", "--quiet"] }, {}],
    ["the number of GPUs", { gpu: { model: "B200", count: 8 } }, {}],
  ])("changes with %s", (_, model, changes) => {
    const before = guestFiles(sampleInputs(model.gpu ? { gpu: { model: "B200", count: 1 } } : {}));
    expect(guestFiles(sampleInputs(model, changes)).digest).not.toBe(before.digest);
  });
});

describe("a release's launch measurement", () => {
  const declared = { launchMeasurement: "7".repeat(96) };

  it("is the declared one", () => {
    const real = { image: sampleImage(false), simulated: false };
    expect(computeRelease(sampleInputs(declared, real))).toMatchObject({ ...declared, simulated: false });
    const rtmrs = { rtmr1: "8".repeat(96), rtmr2: "9".repeat(96) };
    expect(computeRelease(sampleInputs({ ...declared, tee: "tdx", rtmrs }, real))).toMatchObject({ rtmrs });
  });

  it("is made up in a rehearsal, and says so where a reader looks for what it means", () => {
    const release = computeRelease(sampleInputs());
    expect(release.simulated).toBe(true);
    expect(release.notMeasured[0]).toMatch(/^SIMULATED: the launch measurement is made up/);
    const real = computeRelease(sampleInputs(declared, { image: sampleImage(false), simulated: false }));
    expect(real.notMeasured.join("\n")).not.toContain("SIMULATED");
  });

  it("changes with the vCPUs on SNP and not on TDX, as the real ones do", () => {
    const measured = (model: Partial<ModelDeclaration>) => {
      const { launchMeasurement, rtmrs } = computeRelease(sampleInputs(model));
      return { launchMeasurement, rtmrs };
    };
    expect(measured({ cpus: 32 })).not.toEqual(measured({ cpus: 16 }));
    expect(measured({ tee: "tdx", cpus: 32 })).toEqual(measured({ tee: "tdx", cpus: 16 }));
    // Neither knows of image and memory: those are for init-data, and for nobody.
    expect(measured({ memoryGib: 96 })).toEqual(measured({ memoryGib: 48 }));
  });
});

describe("what a release does not measure", () => {
  const said = (model: Partial<ModelDeclaration> = {}) => computeRelease(sampleInputs(model)).notMeasured.join("\n");

  it("is said of every one", () => {
    for (const tee of cpuTees) {
      expect(said({ tee })).toMatch(/memory size/);
      expect(said({ tee })).toMatch(/host name, resolv\.conf/);
    }
    expect(said({ tee: "tdx" })).toMatch(/RTMR0/);
    expect(said({ tee: "snp" })).not.toMatch(/RTMR0/);
  });

  it("is less where the owner declares more", () => {
    expect(said()).toMatch(/no signature says who vouches/);
    expect(said({ signatureKey: publicKey })).not.toMatch(/no signature/);
    expect(said()).toMatch(/program and arguments/);
    expect(said({ command: ["serve"] })).not.toMatch(/program and arguments/);
  });
});

describe("a model is not released", () => {
  it.each<[string, Partial<ModelDeclaration>, Partial<ReleaseInputs>, RegExp]>([
    ["with four Hopper GPUs", { gpu: { model: "H100", count: 4 } }, { platformSet: "newest" }, /write 1 or 8/],
    ["with eight Hopper GPUs on Kata 4.0.0", { gpu: { model: "H200", count: 8 } }, {}, /Kata before 4\.1\.0 hides/],
    ["with two RTX PRO 6000", { gpu: { model: "RTX-PRO-6000-BSE", count: 2 } }, {}, /single-GPU passthrough; write 1/],
    [
      "without measurement outside a rehearsal",
      {},
      { simulated: false, image: sampleImage(false) },
      /launchMeasurement is missing/,
    ],
    ["with a made-up digest outside a rehearsal", {}, { simulated: false }, /was made up for a rehearsal/],
    ["with MRTD alone", { tee: "tdx", launchMeasurement: "7".repeat(96) }, {}, /rtmrs are missing/],
    [
      "with a key broker's CA that is none",
      {},
      { keyBroker: { dnsName: "kbs.acme-models.example", caCertificate: "kbs" } },
      /CA certificate is not PEM/,
    ],
    ["that runs as root", { user: { uid: 0, gid: 0 } }, {}, /would run as root/],
    ["with a command that no annotation holds", { command: [noise(300_000)] }, {}, /annotations take .* KiB/],
  ])("%s", (_, model, changes, says) => {
    const compute = () => computeRelease(sampleInputs(model, changes));
    expect(compute).toThrow(ReleaseRefusal);
    expect(compute).toThrow(says);
  });

  /** Text that hardly compresses. */
  function noise(length: number): string {
    let state = 1;
    return Array.from({ length }, () => {
      state = (state * 48271) % 2147483647;
      return String.fromCharCode(33 + (state % 90));
    }).join("");
  }
});

describe("GPUs and NVSwitches", () => {
  it("are a set that the hardware can hand over, or the model is refused", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...gpuModelNames),
        fc.integer({ min: 1, max: 16 }),
        fc.constantFrom(...cpuTees),
        fc.constantFrom(...platformSetNames),
        (model, count, tee, platformSet) => {
          const gpu: GpuModel = gpuModels[model];
          const board =
            gpu.multiGpu === "ppcie" && count === 8 && supportsHopperPpcie(platformSets[platformSet].versions);
          const possible = count === 1 || gpu.multiGpu === "on" || board;
          const compute = () => computeRelease(sampleInputs({ tee, gpu: { model, count } }, { platformSet }));
          if (possible) expect(compute().gpu).toEqual({ model, count, nvSwitches: board ? 4 : 0 });
          else expect(compute).toThrow(ReleaseRefusal);
        },
      ),
    );
  });
});
