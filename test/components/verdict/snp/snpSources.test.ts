import { expect, it } from "vitest";
import { parseSnpReport } from "../../../../components/verdict/evidence/snpReport";
import { snpSources } from "../../../../components/verdict/snp/snpSources";
import { sample } from "../../../support/snp/rig";

const urls = (file: string, change: (bytes: Buffer) => void = () => undefined) => {
  const bytes = Buffer.from(sample(file));
  change(bytes);
  return snpSources(parseSnpReport(bytes)).map(({ kind, url }) => `${kind} ${url}`);
};
const service = "https://kdsintf.amd.com";
const genoaChip =
  "d2421d976f95ce0ba849b7cc5c789122f1e59c77a037272c137ae4d188bb102adbc7c53d0302bff82a432c94a305dec7a7a270ceb19a10f04a83316c6486968d";

it("names what AMD has of a Genoa", () => {
  expect(urls("genoa-report.bin")).toEqual([
    `amd-vcek ${service}/vcek/v1/Genoa/${genoaChip}?blSPL=10&teeSPL=00&snpSPL=25&ucodeSPL=84`,
    `amd-certificates ${service}/vcek/v1/Genoa/cert_chain`,
    `amd-crl ${service}/vcek/v1/Genoa/crl`,
  ]);
});

it("names a Turin by its short id, with its FMC", () => {
  expect(urls("turin-report.bin")[0]).toBe(
    `amd-vcek ${service}/vcek/v1/Turin/3b42092f69c656d3?fmcSPL=00&blSPL=01&teeSPL=00&snpSPL=02&ucodeSPL=71`,
  );
});

it("asks nobody for a cloud's key", () => {
  expect(urls("milan-vlek-report.bin")).toEqual([
    `amd-certificates ${service}/vlek/v1/Milan/cert_chain`,
    `amd-crl ${service}/vlek/v1/Milan/crl`,
  ]);
});

it("does not ask for a chip that hides its id", () => {
  expect(urls("genoa-report.bin", (bytes) => void bytes.fill(0, 0x1a0, 0x1e0))).toHaveLength(2);
});

it("asks for both where a report of version 2 does not name its processor, unless the caller knows it", () => {
  const version2 = Buffer.from(sample("genoa-report.bin"));
  version2[0] = 2;
  const products = (product?: "milan") =>
    snpSources(parseSnpReport(version2), product).map(({ url }) => url.split("/")[5]);
  expect(products()).toEqual(["Milan", "Milan", "Milan", "Genoa", "Genoa", "Genoa"]);
  expect(products("milan")).toEqual(["Milan", "Milan", "Milan"]);
});

it("gives each document a file of its own, another one to each version of a chip's firmware", () => {
  const files = (change?: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(sample("genoa-report.bin"));
    change?.(bytes);
    return snpSources(parseSnpReport(bytes)).map(({ file }) => file);
  };
  expect(new Set(files()).size).toBe(3);
  expect(files().every((file) => /^[a-z0-9.-]+$/.test(file))).toBe(true);
  expect(files((bytes) => void bytes.writeUInt8(26, 0x186))[0]).not.toBe(files()[0]);
});
