import { describe, expect, it } from "vitest";
import {
  aksConfidentialOs,
  aksGpuDriverOs,
  aksUbuntu2404,
  azureAuthorities,
  azureConfidentialFamilies,
  azureConfidentialSeries,
  azureGpuImages,
  azureGpuQuota,
  azureLimits,
  azureRegion,
  azureSeriesOf,
  azureUbuntuImages,
  failsAttestation,
  gcpBootDisks,
  gcpFamilies,
  gcpFlexStart,
  gcpLimits,
  gcpProvisioning,
  gcpTeeRegions,
  gkeFeatureFloors,
  gkeFlexStartPools,
  gkeFloors,
  gpuDriver,
  gpuSizeOf,
  gpuSizes,
  isAzureConfidentialSize,
  isPlainGpuSize,
  places,
  placesOf,
  plainGpuSizes,
} from "../../../components/host/offerings";

describe("the table of what clouds offer", () => {
  it("says of every row when and where it was read", () => {
    const facts = [
      ...gpuSizes,
      ...plainGpuSizes,
      ...places,
      ...azureUbuntuImages,
      ...azureConfidentialSeries,
      azureGpuImages,
      azureGpuQuota,
      aksConfidentialOs,
      aksGpuDriverOs,
      aksUbuntu2404,
      azureAuthorities,
      azureConfidentialFamilies,
      gcpFamilies,
      gcpProvisioning,
      gkeFloors,
      gpuDriver,
      gcpFlexStart,
      gcpTeeRegions,
      ...Object.values(gcpBootDisks),
      ...Object.values(gkeFeatureFloors),
    ].map(({ fact }) => fact);
    for (const { asOf, source } of [
      ...facts,
      ...Object.values(azureLimits),
      ...Object.values(gcpLimits),
      gkeFlexStartPools,
    ]) {
      expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(source).not.toBe("");
    }
  });

  it("names places of sizes that it knows only, and an authority for each region", () => {
    for (const { size, places: known } of places) {
      const row = gpuSizes.find((each) => each.size === size);
      expect(row, size).toBeDefined();
      if (row?.cloud === "azure") expect(Object.keys(azureAuthorities.byRegion).sort()).toEqual([...known].sort());
    }
  });

  it("calls no size both confidential and plain", () => {
    for (const { cloud, size } of gpuSizes) expect(isPlainGpuSize(cloud, size), size).toBe(false);
  });
});

describe("sizes", () => {
  it.each([
    ["azure", "standard_ncc40ads_h100_v5", "snp"],
    ["gcp", "a3-highgpu-1g", "tdx"],
    ["gcp", "g4-standard-48", "sev"],
    ["gcp", "Standard_NCC40ads_H100_v5", undefined],
    ["azure", "Standard_NC40ads_H100_v5", undefined],
    ["azure", undefined, undefined],
  ] as const)("%s %s has %s", (cloud, size, tee) => {
    expect(gpuSizeOf(cloud, size)?.tee).toBe(tee);
  });

  it.each([
    ["azure", "Standard_NCC80ads_H100_v5", true],
    ["azure", "Standard_NC40ads_H100_v5", true],
    ["azure", "Standard_ND128isr_GB300_v6", true],
    ["azure", "Standard_D4s_v5", false],
    ["gcp", "a3-highgpu-8g", true],
    ["gcp", "a3-megagpu-8g", true],
    ["gcp", "a4x-highgpu-4g", true],
    ["gcp", "g4-standard-12", true],
    ["gcp", "n2d-standard-8", false],
  ] as const)("of %s, %s has plain GPUs: %s", (cloud, size, expected) => {
    expect(isPlainGpuSize(cloud, size)).toBe(expected);
  });

  it.each([
    ["Standard_NCC40ads_H100_v5", true],
    ["Standard_DC2as_v5", true],
    ["Standard_DC96ads_v6", true],
    ["Standard_EC128ieds_v6", true],
    ["Standard_DC8_v2", false],
    ["Standard_DC48ds_v3", false],
    ["Standard_E8as_v5", false],
  ])("%s exists as a confidential machine: %s", (size, expected) => {
    expect(isAzureConfidentialSize(size)).toBe(expected);
  });
});

it("reads regions as the portal writes them, and knows no places of other sizes", () => {
  expect(azureRegion("Central US")).toBe("centralus");
  expect(placesOf("A3-HIGHGPU-1G")).toContain("us-central1-a");
  expect(placesOf("n2d-standard-8")).toBeUndefined();
  expect(placesOf(undefined)).toBeUndefined();
});

it.each([
  ["Standard_NCC40ads_H100_v5", "Standard_NCC40ads_H100_v5"],
  ["standard_dc4as_v5", "Standard_DC*as_v5"],
  ["Standard_DC4ads_v5", "Standard_DC*ads_v5"],
  ["Standard_EC96ias_v5", "Standard_EC*as_v5"],
  ["Standard_DC8es_v6", "Standard_DC*es_v6"],
  ["Standard_DC4s_v3", undefined],
  ["Standard_D4as_v5", undefined],
  ["Standard_DC4as_cc_v5", undefined],
])("%s is of the confidential series %s of Azure's", (size, series) => {
  expect(azureSeriesOf(size)?.like).toBe(series);
  if (series !== undefined) expect(isAzureConfidentialSize(size)).toBe(true);
});

it.each([
  ["550.54.15", true],
  ["550.90.07-signed-ubuntu22.04", true],
  ["550.113", true],
  ["535.247.01", true],
  ["550.127.05", false],
  ["550.127", false],
  ["580", false],
  ["580-6.8.0-1025-azure-fde", false],
  ["580.95.05", false],
  ["newest", false],
])("of GPUs under driver %s attestation is known to fail: %s", (driver, fails) => {
  expect(failsAttestation(driver)).toBe(fails);
});
