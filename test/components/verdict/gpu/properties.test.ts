import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { DeviceEvidence } from "../../../../components/verdict/evidence/attestRequest";
import { splitChain } from "../../../../components/verdict/evidence/chain";
import { deviceIdentity } from "../../../../components/verdict/evidence/gpuCertificate";
import { parseManifest } from "../../../../components/verdict/evidence/gpuManifest";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { openManifest } from "../../../../components/verdict/gpu/manifestSignature";
import { openNrasToken } from "../../../../components/verdict/gpu/nrasToken";
import { parseOcsp } from "../../../../components/verdict/gpu/ocspAnswer";
import { answerable } from "../../../../components/verdict/gpu/revocation";
import { gpuSources } from "../../../../components/verdict/gpu/sources";
import { manifestXml, signManifest } from "../../../../tooling/attestation/encodeManifest";
import { manifestSigner } from "../../../../tooling/attestation/nvidiaCollateral";
import { partsOf, withFields, withReport } from "../../../support/gpu/customDevice";
import { GpuScene, now, unverified } from "../../../support/gpu/scene";
import { snpRelease } from "../../../tooling/attestation/support";

let scene: GpuScene;
let manifest: Buffer;
beforeAll(async () => {
  scene = await GpuScene.of(snpRelease);
  const xml = manifestXml({
    product: "GH100",
    version: "1.0",
    measurements: new Map([[0, ["a".repeat(96)]]]),
    slots: 2,
  });
  manifest = signManifest(xml, await manifestSigner(scene.vendors), scene.vendors.roots.nvidiaManifests);
}, 60_000);

const flip = (bytes: Uint8Array, bit: number) => {
  const changed = Buffer.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
};

/** Whether it gives an answer or an EvidenceError, and which. */
async function outcome<T>(of: () => T | Promise<T>): Promise<T | "refused"> {
  try {
    return await of();
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError);
    return "refused";
  }
}

describe("one bit changed", () => {
  it("in a report, anywhere, is refused", async () => {
    // Few measurements, so that every bit can be tried.
    const device = await withFields(scene, { measurements: ["ab".repeat(48)] });
    const { report } = partsOf(device);
    const { gpuSignatureHolds, parseGpuReport } = await import("../../../../components/verdict/evidence/gpuReport.js");
    const { X509Certificate } = await import("node:crypto");
    const key = new X509Certificate(splitChain(partsOf(device).certificates)[0] ?? "").publicKey;
    expect(gpuSignatureHolds(parseGpuReport(report), key)).toBe(true);
    for (let bit = 0; bit < report.length * 8; bit++) {
      const holds = await outcome(() => gpuSignatureHolds(parseGpuReport(flip(report, bit)), key));
      expect(holds === "refused" || !holds, `bit ${bit}`).toBe(true);
    }
  }, 60_000);

  it("in a report of full length leaves no genuine device", async () => {
    const [device] = scene.devices as [DeviceEvidence];
    const bits = partsOf(device).report.length * 8;
    await fc.assert(
      fc.asyncProperty(fc.nat(bits - 1), async (bit) => {
        const devices = [withReport(device, (bytes) => flip(bytes, bit))];
        const { findings } = await scene.examine({ devices }, { collateral: [] });
        const failed = findings.filter(({ grade }) => grade === "failed").map(({ check }) => check);
        expect(failed.some((check) => check === "gpu-report" || check === "gpu-report-signature")).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("in a certificate of the chain is refused", async () => {
    const [device] = scene.devices as [DeviceEvidence];
    const chain = splitChain(partsOf(device).certificates);
    const der = chain.map((pem) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64"));
    const pem = (bytes: Buffer) =>
      `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64")}\n-----END CERTIFICATE-----`;
    await fc.assert(
      fc.asyncProperty(fc.nat(chain.length - 1), fc.nat(), async (which, at) => {
        const changed = der.map((bytes, index) => pem(index === which ? flip(bytes, at % (bytes.length * 8)) : bytes));
        const certificate = Buffer.from(changed.join("\n")).toString("base64");
        const { findings } = await scene.examine({ devices: [{ ...device, certificate }] }, { collateral: [] });
        expect(findings.some(({ grade }) => grade === "failed")).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("in a manifest is refused, or changes nothing that is read", async () => {
    const { signedXml } = openManifest(manifest);
    await fc.assert(
      fc.asyncProperty(fc.nat(manifest.length * 8 - 1), async (bit) => {
        const opened = await outcome(() => openManifest(flip(manifest, bit)).signedXml);
        expect(opened === "refused" || opened === signedXml).toBe(true);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("in a token's signed parts is refused", async () => {
    const token = JSON.parse(await scene.token()) as [["JWT", string], Record<string, string>];
    const context = scene.context();
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.integer({ min: 0, max: 6 }), async (whole, at, bit) => {
        const change = (text: string) => {
          const place = at % text.length;
          const other = String.fromCharCode(text.charCodeAt(place) ^ (1 << bit));
          return text.slice(0, place) + other + text.slice(place + 1);
        };
        const changed = whole
          ? [["JWT", change(token[0][1])], token[1]]
          : [token[0], { "GPU-0": change(token[1]["GPU-0"] ?? "") }];
        expect(await outcome(() => openNrasToken(JSON.stringify(changed), context))).toBe("refused");
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("in an answer about revocation makes it say nothing else", async () => {
    const [device] = scene.devices as [DeviceEvidence];
    const chain = splitChain(partsOf(device).certificates);
    const [link] = answerable(chain, scene.roots.nvidia, 1);
    if (!link) throw new Error("the chain has no link");
    const read = (bytes: Uint8Array) => {
      const answer = parseOcsp(bytes);
      const status = answer.statusOf(link.certificate, link.issuers[0] ?? "");
      return status && answer.problem(link.issuers, now) === undefined ? JSON.stringify(status) : "unsaid";
    };
    const own = scene.answers.find(({ bytes }) => read(bytes) !== "unsaid");
    if (!own) throw new Error("there is no answer about the chip");
    const before = read(own.bytes);
    expect(before).toContain("good");
    await fc.assert(
      fc.asyncProperty(fc.nat(own.bytes.length * 8 - 1), async (bit) => {
        expect(["refused", "unsaid", before]).toContain(await outcome(() => read(flip(own.bytes, bit))));
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe("whatever comes in", () => {
  it("as a manifest is read, or refused with a reason", async () => {
    const text = manifest.toString("utf8");
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ maxLength: 300 }).map((each) => Buffer.from(each)),
      fc
        .tuple(fc.nat(text.length), fc.nat(200), fc.string({ maxLength: 20 }))
        .map(([at, length, inserted]) => Buffer.from(text.slice(0, at) + inserted + text.slice(at + length))),
    );
    await fc.assert(
      fc.asyncProperty(any, async (bytes) => {
        await outcome(() => openManifest(bytes));
        await outcome(() => parseManifest(Buffer.from(bytes).toString("utf8")));
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it("as a token is read, or refused with a reason", async () => {
    const context = scene.context();
    const jwt = fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => parts.join("."));
    const any = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.json(),
      fc
        .tuple(fc.oneof(jwt, fc.string()), fc.dictionary(fc.string(), jwt))
        .map(([whole, parts]) => JSON.stringify([["JWT", whole], parts])),
    );
    await fc.assert(
      fc.asyncProperty(any, async (text) => {
        expect(await outcome(() => openNrasToken(text, context))).toBe("refused");
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it("as claims that the service signed gives findings, and none that is verified of a device", async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(true, "success", "disabled", "valid"));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...claimNames), value), async (claims) => {
        const nrasToken = await scene.nras.token({ parts: { "GPU-0": claims }, nonce: "5a".repeat(32), now });
        const { findings } = await scene.examine({ devices: [], nrasToken });
        expect(findings.filter(({ of, grade }) => of.startsWith("gpu0") && grade === "verified")).toEqual([]);
        expect(findings.some(({ grade }) => grade === "failed")).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("as an answer about revocation is read, or refused with a reason", async () => {
    const [own] = scene.answers;
    const bytes = Buffer.from(own?.bytes ?? []);
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.nat(bytes.length), fc.uint8Array({ maxLength: 8 }))
        .map(([at, more]) => Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + more.length)])),
    );
    await fc.assert(
      fc.asyncProperty(any, async (each) => void (await outcome(() => parseOcsp(each)))),
      { numRuns: 300 },
    );
  }, 60_000);

  it("as devices gives findings of which none is good, and sources", async () => {
    const [genuine] = scene.devices;
    const field = fc.oneof(
      fc.anything(),
      fc.base64String(),
      fc.constant(genuine?.certificate),
      fc.constant(genuine?.evidence),
    );
    const device = fc.oneof(
      fc.anything(),
      fc.record({
        arch: fc.oneof(fc.constantFrom("HOPPER", "LS10"), fc.anything()),
        evidence: field,
        certificate: field,
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(device, { minLength: 2, maxLength: 3 }), async (devices) => {
        const { findings } = await scene.examine({ devices: devices as never });
        expect(unverified(findings).length).toBeGreaterThan(0);
        expect(findings.some(({ claim, grade }) => claim === "gpu-genuine" && grade === "failed")).toBe(true);
        expect(gpuSources(devices as never)).toBeInstanceOf(Array);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

const claimNames = [
  "ueid",
  "hwmodel",
  "measres",
  "secboot",
  "dbgstat",
  "x-nvidia-gpu-driver-version",
  "eat_nonce",
  "x-nvidia-gpu-arch-check",
];

it("reads no identity off what is no chain", () => {
  expect(() => deviceIdentity([])).toThrow(EvidenceError);
  expect(() => deviceIdentity(["no certificate", "neither"])).toThrow(EvidenceError);
});
