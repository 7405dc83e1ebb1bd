import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { DeviceEvidence } from "../../../../components/verdict/evidence/attestRequest";
import { readCertificate } from "../../../../components/verdict/evidence/certificate";
import { splitChain } from "../../../../components/verdict/evidence/chain";
import { certifiedFirmwareId, deviceIdentity } from "../../../../components/verdict/evidence/gpuCertificate";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { vcekIdentity } from "../../../../components/verdict/evidence/vcekCertificate";
import { ocspRequest, parseOcsp } from "../../../../components/verdict/gpu/ocspAnswer";
import { gpuSources } from "../../../../components/verdict/gpu/sources";
import { pckIdentity } from "../../../../components/verdict/tdx/pckCertificate";
import { readPinnedKeys } from "../../../../components/verdict/token/pinnedKeys";
import { partsOf } from "../../../support/gpu/customDevice";
import { GpuScene } from "../../../support/gpu/scene";
import { sample } from "../../../support/snp/rig";
import { goodScene } from "../../../support/tdx/scene";
import { snpRelease } from "../../../tooling/attestation/support";

let scene: GpuScene;
let chain: string[];
let pck: string;
beforeAll(async () => {
  [scene, pck] = await Promise.all([
    GpuScene.of(snpRelease),
    goodScene().then(({ enclave }) => enclave.pck.certificate),
  ]);
  chain = splitChain(partsOf(scene.devices[0]!).certificates);
}, 60_000);

const pem = (der: Buffer) => `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----`;

/** Every seventh: all bits of a byte get their turn, and a certificate is read a thousand times, not ten thousand. */
const stride = 7;

/** Of single bits flipped, how often a reader answered and how often it refused; any other error fails the test. */
function outcomes(der: Buffer, read: (flipped: Buffer) => unknown): { answered: number; refused: number } {
  const seen = { answered: 0, refused: 0 };
  for (let bit = 0; bit < der.length * 8; bit += stride) {
    const flipped = Buffer.from(der);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    try {
      read(flipped);
      seen.answered++;
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw new Error(`bit ${bit}`, { cause: error });
      seen.refused++;
    }
  }
  return seen;
}

describe("whichever bit of a certificate is changed, it is read or refused with a reason", () => {
  const der = (certificate: string | Buffer) => new X509Certificate(certificate).raw;
  const cases: readonly [string, () => Buffer, (flipped: Buffer) => unknown][] = [
    ["a GPU's firmware", () => der(chain[0]!), (flipped) => certifiedFirmwareId(pem(flipped))],
    ["a GPU's reporting key", () => der(chain[0]!), (flipped) => deviceIdentity([pem(flipped), chain[1]!])],
    ["a GPU's chip", () => der(chain[1]!), (flipped) => deviceIdentity([chain[0]!, pem(flipped)])],
    ["a certificate to ask about", () => der(chain[1]!), (flipped) => ocspRequest(pem(flipped), chain[2]!)],
    ["its issuer", () => der(chain[2]!), (flipped) => ocspRequest(chain[1]!, pem(flipped))],
    ["a processor of AMD", () => der(sample("genoa-vcek.der")), (flipped) => vcekIdentity(flipped)],
    ["a platform of Intel", () => der(pck), (flipped) => pckIdentity(pem(flipped))],
  ];

  it.each(cases)(
    "%s",
    (_, good, read) => {
      expect(() => read(good())).not.toThrow();
      const { answered, refused } = outcomes(good(), read);
      expect(answered).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(0);
    },
    60_000,
  );

  it("an answer about revocation", () => {
    const bytes = Buffer.from(scene.answers[0]!.bytes);
    const issuer = chain[2]!;
    expect(parseOcsp(bytes)).toBeDefined();
    const { answered, refused } = outcomes(bytes, (flipped) => {
      const answer = parseOcsp(flipped);
      answer.statusOf(chain[1]!, issuer);
      answer.problem([issuer, scene.roots.nvidia], new Date());
    });
    expect(answered).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  }, 60_000);
});

it("leads to no source of collateral, and to no crash, where it stands damaged anywhere in a chain", () => {
  const [device] = scene.devices as [DeviceEvidence];
  const ocsp = (certificates: readonly string[]) =>
    gpuSources([{ ...device, certificate: Buffer.from(certificates.join("\n")).toString("base64") }]).filter(
      ({ kind }) => kind === "nvidia-ocsp",
    );
  expect(ocsp(chain).length).toBeGreaterThan(0);
  for (const index of chain.keys())
    expect(
      ocsp(chain.map((each, n) => (n === index ? pem(Buffer.from("no certificate")) : each))),
      `certificate ${index}`,
    ).toEqual([]);
});

it("is no crash where a pinned certificate's key is of a kind that OpenSSL does not know", () => {
  const der = Buffer.from(new X509Certificate(chain[0]!).raw);
  const ecPublicKey = Buffer.from("06072a8648ce3d0201", "hex");
  const at = der.indexOf(ecPublicKey);
  expect(at).toBeGreaterThan(0);
  der[at + ecPublicKey.length - 1] = 0x7f;
  expect(readPinnedKeys([pem(der)], new Date())).toEqual({
    problem: expect.stringMatching(/^pinned key 1: is a certificate with a key of a kind/) as string,
  });
  expect(readPinnedKeys([chain[0]!], new Date())).toHaveProperty("keys");
});

it("says what was to be read, keeps a reason, and hides the parser's own", () => {
  const read = (of: string, take: () => unknown) => () => readCertificate(of, "GPU certificate", take);
  expect(read("no certificate", () => 1)).toThrow(
    new EvidenceError("GPU certificate: not a certificate, or one that is damaged"),
  );
  const reason = new EvidenceError("for a reason");
  const throws = () => {
    throw reason;
  };
  expect(read(chain[0]!, throws)).toThrow(reason);
});
