import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { vcekExtensions, vcekIdentity } from "../../../../components/verdict/evidence/vcekCertificate";
import { ia5, integer } from "../../../../tooling/attestation/vekExtensions";
import { sample, SnpRig, tcbs } from "../../../support/snp/rig";

let rig: SnpRig;
beforeAll(async () => {
  rig = await SnpRig.create();
});

const withExtensions = async (extensions: Readonly<Record<string, Buffer | undefined>>) =>
  (await rig.vek("genoa", undefined, { extensions })).certificate;

it("reads what is written", async () => {
  for (const product of ["milan", "genoa", "turin"] as const) {
    const { certificate } = await rig.vek(product, undefined, { productName: "Milan-B0" });
    expect(vcekIdentity(certificate)).toMatchObject({ tcb: tcbs[product], productName: "Milan-B0" });
    expect(vcekIdentity(certificate).chipId).toHaveLength(product === "turin" ? 16 : 128);
    const vlek = vcekIdentity((await rig.vek(product, "CN=cloud")).certificate);
    expect(vlek).toEqual({ tcb: tcbs[product], productName: vlek.productName, cloud: "CN=cloud" });
  }
});

it("reads a chip's id in an OCTET STRING too, as the specification has it", async () => {
  const id = Buffer.alloc(64, 0x5a);
  const pem = await withExtensions({ [vcekExtensions.hardwareId]: Buffer.concat([Buffer.from([4, 64]), id]) });
  expect(vcekIdentity(pem).chipId).toBe(id.toString("hex"));
});

describe("refuses", () => {
  it.each<[string, Readonly<Record<string, Buffer | undefined>>, string]>([
    ["one without a version", { [vcekExtensions.snp]: undefined }, "no snp version"],
    ["a version that is no INTEGER", { [vcekExtensions.snp]: Buffer.from([4, 1, 9]) }, "no snp version"],
    ["a negative version", { [vcekExtensions.snp]: Buffer.from([2, 1, 0x80]) }, "no snp version"],
    ["a version above 255", { [vcekExtensions.snp]: Buffer.from([2, 2, 1, 0]) }, "no snp version"],
    ["a version that is not the shortest", { [vcekExtensions.snp]: Buffer.from([2, 2, 0, 9]) }, "no snp version"],
    ["a version with something behind", { [vcekExtensions.snp]: Buffer.from([2, 1, 9, 9]) }, "no snp version"],
    ["a spare version that counts", { [vcekExtensions.spl6]: integer(1) }, "spl6"],
    ["another structure", { [vcekExtensions.structVersion]: integer(2) }, "structure has version 2"],
    ["a chip's id of another length", { [vcekExtensions.hardwareId]: Buffer.alloc(32) }, "32 bytes"],
    ["a chip and a cloud", { [vcekExtensions.cspId]: ia5("CN=cloud") }, "names a chip and a cloud"],
    ["a name with a line break", { [vcekExtensions.productName]: ia5("Genoa\nall is well") }, "short line of ASCII"],
    [
      "a name that is no IA5String",
      { [vcekExtensions.productName]: Buffer.from([0x0c, 1, 65]) },
      "short line of ASCII",
    ],
    ["a name without an end", { [vcekExtensions.productName]: Buffer.from([0x16, 9, 65]) }, "short line of ASCII"],
  ])("%s", async (_, extensions, reason) => {
    const pem = await withExtensions(extensions);
    expect(() => vcekIdentity(pem)).toThrow(EvidenceError);
    expect(() => vcekIdentity(pem)).toThrow(reason);
  });
});

it("reads any certificate with bytes changed, or says why not", () => {
  const real = sample("turin-vcek.der");
  const change = fc.tuple(fc.integer({ min: 0, max: real.length - 1 }), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      const changed = Buffer.from(real);
      for (const [at, value] of changes) changed[at] = value;
      try {
        expect(vcekIdentity(changed).tcb.snp).toBeLessThan(256);
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
      }
    }),
    { numRuns: 500 },
  );
});
