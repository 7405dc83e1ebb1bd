import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { decodeInitData } from "../../../components/guest/initDataAnnotation";
import { initDataDigest } from "../../../components/guest/initData";
import { guestImageDigest } from "../../../components/guest/measurement/guestImage";
import { simulatedGuestImage } from "../../../components/guest/measurement/simulatedGuestImage";
import { cpuTees, gpuModelNames, gpuModels } from "../../../components/host/hardware";
import type { GpuModel } from "../../../components/host/hardware";
import { platformSetNames, supportsHopperPpcie, platformSets } from "../../../components/platform";
import { computeRelease } from "../../../components/workload/computeRelease";
import type { ReleaseInputs } from "../../../components/workload/computeRelease";
import type { ModelDeclaration } from "../../../components/workload/modelDeclaration";
import { releaseDigest, releaseText } from "../../../components/workload/release/document";
import { verifyRelease } from "../../../components/workload/release/verify";
import { ReleaseRefusal } from "../../../components/workload/releaseRefusal";
import { podTemplate } from "../../../components/workload/podTemplate";
import { caCertificate, sampleImage, sampleInputs } from "../../support/model";
import { bothSign, pemOf, signedText, signers } from "../../support/signing";

const publicKey = pemOf(signers.stranger);
const servingKey = pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
const guestFiles = (inputs: ReleaseInputs) => {
  const { annotation, digest } = computeRelease(inputs).initData;
  const toml = decodeInitData(annotation);
  const { data } = parse(toml) as { data: Record<string, string> };
  return { toml, digest, data };
};

const newest = { platformSet: "newest", guestImage: simulatedGuestImage("4.1.0") } as const;
const sealed = {
  key: "kbs:///acme/model-key/llama-8b",
  digest: `sha256:${"1".repeat(64)}`,
  sizeBytes: 1,
  sealedDigest: `sha256:${"2".repeat(64)}`,
  sealedSizeBytes: 1,
  guestPath: "/models/llama-8b",
};
const openPolicy = "package agent_policy\n\ndefault ExecProcessRequest := true\n";

describe("a release", () => {
  it("says what the owner declared, and what follows from it", () => {
    const { initData, launch, agentPolicy, guestImage, notMeasured, ...release } = computeRelease(sampleInputs());
    expect(release).toEqual({
      specVersion: "trustfoundry.dev/release/v1",
      factory: "acme-rehearsal",
      history: { sequence: 1, previous: null },
      validity: { notBefore: "2026-11-01T00:00:00Z", notAfter: "2027-11-01T00:00:00Z" },
      measuredBy: "simulated",
      tcb: { snp: { bootloader: 10, tee: 0, snp: 25, microcode: 84 } },
      gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"] },
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
    expect(launch.snp?.measurement).toMatch(/^[0-9a-f]{96}$/);
    expect(Object.keys(launch)).toEqual(["snp"]);
    expect(agentPolicy.origin).toBe("trustfoundry");
    expect(guestImage).toMatchObject({ name: "simulated-kata-4.0.0", profile: "kata-4.0.0-snp-go (unverified)" });
    expect(initData.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(notMeasured.length).toBeGreaterThan(3);
  });

  it("survives its way to a provider, who can place it", async () => {
    const release = computeRelease(sampleInputs());
    const reading = await verifyRelease(await signedText(release), {
      signers: bothSign,
      factory: "acme-rehearsal",
      simulated: true,
      now: new Date("2026-11-20T00:00:00Z"),
    });
    expect(reading).toMatchObject({ release });
    expect(podTemplate(release, { storageClassName: "block", serviceAccountName: "llama" }).spec).toMatchObject({
      runtimeClassName: "kata-qemu-nvidia-gpu-snp",
    });
  });

  it("is the same bytes each time it is computed", () => {
    expect(releaseText(computeRelease(sampleInputs()))).toBe(releaseText(computeRelease(sampleInputs())));
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
          [`${repository}@sha256:${"a".repeat(64)}`]: [
            { type: "sigstoreSigned", keyData: publicKey, signedIdentity: { type: "matchRepository" } },
          ],
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
  const real = { image: sampleImage(false), simulated: false, guestImage: undefined };
  const rtmrs = { rtmr1: "8".repeat(96), rtmr2: "9".repeat(96) };
  const launchOf = (model: Partial<ModelDeclaration>) => computeRelease(sampleInputs(model)).launch;

  it("is the declared one where no guest image is described, and the release says so", () => {
    const declared = computeRelease(sampleInputs({ launchMeasurement: "7".repeat(96) }, real));
    expect(declared).toMatchObject({ launch: { snp: { measurement: "7".repeat(96) } }, measuredBy: "declared" });
    expect(declared.notMeasured[0]).toMatch(/declared by the model owner and not computed/);
    expect(computeRelease(sampleInputs({ launchMeasurement: "7".repeat(96), tee: "tdx", rtmrs }, real)).launch).toEqual(
      {
        tdx: { mrTd: "7".repeat(96), ...rtmrs },
      },
    );
  });

  it("is that of a made-up guest image in a rehearsal, and says so where a reader looks for what it means", () => {
    const release = computeRelease(sampleInputs());
    expect(release).toMatchObject({ simulated: true, measuredBy: "simulated" });
    expect(release.notMeasured[0]).toMatch(/^SIMULATED: the launch measurement is that of a made-up guest image/);
    const declared = computeRelease(sampleInputs({ launchMeasurement: "7".repeat(96) }, real));
    expect(declared.notMeasured.join("\n")).not.toContain("SIMULATED");
  });

  it("is computed from the described guest image, and equals what a guest was seen to report, or is refused", () => {
    const guestImage = { ...simulatedGuestImage("4.0.0"), simulated: false };
    const computed = computeRelease(sampleInputs({}, { ...real, guestImage }));
    expect(computed).toMatchObject({ measuredBy: "computed", guestImage: { digest: guestImageDigest(guestImage) } });
    const launchMeasurement = computed.launch.snp?.measurement;
    expect(computeRelease(sampleInputs({ launchMeasurement }, { ...real, guestImage })).launch).toEqual(
      computed.launch,
    );
    const other = () => computeRelease(sampleInputs({ launchMeasurement: "7".repeat(96) }, { ...real, guestImage }));
    expect(other).toThrow(/measurement is declared as 7{96}, but the guest image .* gives/);
  });

  it("changes on SNP with a limit that crosses a whole vCPU, and on TDX not", () => {
    expect(launchOf({ cpus: 32 })).not.toEqual(launchOf({ cpus: 16 }));
    expect(launchOf({ cpus: 17 })).not.toEqual(launchOf({ cpus: 16 }));
    expect(launchOf({ tee: "tdx", cpus: 32 })).toEqual(launchOf({ tee: "tdx", cpus: 16 }));
  });

  it("knows nothing of memory and GPUs, which the release lists as not measured", () => {
    expect(launchOf({ memoryGib: 96 })).toEqual(launchOf({ memoryGib: 48 }));
    expect(launchOf({ gpu: { model: "B200", count: 8 } })).toEqual(launchOf({ gpu: { model: "B200", count: 1 } }));
    const { notMeasured } = computeRelease(sampleInputs());
    expect(notMeasured.join("\n")).toMatch(/memory size of the VM\n.*virtual devices of the VM/);
  });
});

describe("what a release is measured against", () => {
  it("is the oldest firmware and the GPU versions that the owner accepts, for its own TEE alone", () => {
    const { tcb, gpuClaims } = computeRelease(sampleInputs({ tee: "tdx" }));
    expect(tcb).toEqual({ tdx: { xfam: ["e742060000000000"], attributes: ["0000001000000000"] } });
    expect(gpuClaims).not.toHaveProperty("switchBios");
    const eight = computeRelease(sampleInputs({ gpu: { model: "H100", count: 8 } }, newest));
    expect(eight.gpuClaims.switchBios).toEqual(["96.10.3F.00.01"]);
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
    ["with four Hopper GPUs", { gpu: { model: "H100", count: 4 } }, newest, /write 1 or 8/],
    ["with eight Hopper GPUs on Kata 4.0.0", { gpu: { model: "H200", count: 8 } }, {}, /Kata before 4\.1\.0 hides/],
    ["with two RTX PRO 6000", { gpu: { model: "RTX-PRO-6000-BSE", count: 2 } }, {}, /single-GPU passthrough; write 1/],
    [
      "without measurement outside a rehearsal",
      {},
      { simulated: false, image: sampleImage(false), guestImage: undefined },
      /nothing says how its guest measures/,
    ],
    [
      "with a made-up guest image outside a rehearsal",
      {},
      { simulated: false, image: sampleImage(false) },
      /guest image simulated-kata-4\.0\.0 was made up/,
    ],
    [
      "with the guest image of another Kata",
      {},
      { guestImage: simulatedGuestImage("4.1.0") },
      /comes with Kata 4\.1\.0, and the platform has 4\.0\.0/,
    ],
    ["without accepted firmware of its TEE", {}, { tcb: {} }, /no firmware of it is accepted; add attestation\.snpTcb/],
    [
      "with switches of no accepted BIOS",
      { gpu: { model: "H100", count: 8 } },
      { ...newest, gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"] } },
      /add attestation\.gpuFirmware\.switchBios/,
    ],
    [
      "with a serving key that it may not have",
      { servingKey: { publicKey: servingKey, resource: "acme/serving/llama-8b" } },
      {},
      /resources leave out acme\/serving\/llama-8b/,
    ],
    [
      "with a signature key that is none",
      { signatureKey: "-----BEGIN PUBLIC KEY-----" },
      {},
      /signatureKey is no public key/,
    ],
    [
      "with a LUKS2 volume",
      { artifact: { ...sealed, kind: "luks2", devicePath: "/dev/weights", filesystem: "ext4" } },
      {},
      /attach no such volume/,
    ],
    [
      "with a layer of another image",
      { artifact: { ...sealed, kind: "encryptedLayer", image: { repository: "x.example/y", digest: sealed.digest } } },
      {},
      /artifact\.image must be the release's image/,
    ],
    [
      "with weights whose key it may not have",
      {
        artifact: {
          ...sealed,
          key: "kbs:///acme/model-key/other",
          kind: "encryptedObject",
          url: "https://x/y",
          content: "tar",
        },
      },
      {},
      /resources leave out acme\/model-key\/other/,
    ],
    [
      "with an agent policy that genpolicy did not make",
      { agentPolicy: openPolicy },
      newest,
      /this is not what genpolicy writes/,
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
          const guestImage = simulatedGuestImage(platformSets[platformSet].versions.kata);
          const possible = count === 1 || gpu.multiGpu === "on" || board;
          const compute = () =>
            computeRelease(sampleInputs({ tee, gpu: { model, count } }, { platformSet, guestImage }));
          if (possible) expect(compute().gpu).toEqual({ model, count, nvSwitches: board ? 4 : 0 });
          else expect(compute).toThrow(ReleaseRefusal);
        },
      ),
    );
  });
});
