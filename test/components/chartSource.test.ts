import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { catalogNames } from "../../components/catalog";
import type { CatalogPart } from "../../components/catalog";
import type { CatalogLock, LockedPin } from "../../components/catalogLock";
import { emptyLock } from "../../components/catalogLock";
import type { ChartPlacement, ChartSource } from "../../components/chartSource";
import { chartReference, pinProblems } from "../../components/chartSource";
import { platformSetNames } from "../../components/platform";
import { rehearsalPlacement } from "../support/placement";

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const lockOf = (pins: Record<string, Partial<LockedPin>>): CatalogLock => ({
  lockVersion: 1,
  pins: Object.fromEntries(Object.entries(pins).map(([key, pin]) => [key, { from: "somewhere", ...pin }])),
});
const real = (charts: ChartSource, lock: CatalogLock): ChartPlacement => ({
  platformSet: "ra-1.1.0",
  charts,
  pins: { lock, simulated: false },
});

const kata = "oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy";

describe("a chart from its own registry", () => {
  it("is addressed by the digest of its manifest, which Helm compares", () => {
    const lock = lockOf({
      "charts/kata-deploy@4.0.0": { manifest: digestOf("a"), archive: digestOf("b"), from: kata },
    });
    expect(chartReference("charts/kata-deploy", real({ kind: "upstream" }, lock))).toEqual({
      chart: `${kata}@${digestOf("a")}`,
      version: "4.0.0",
    });
  });

  it("is named by version where its registry is an index, yet only when the lock knows it", () => {
    const lock = lockOf({ "charts/gpu-operator@v26.3.1": { archive: digestOf("c") } });
    expect(chartReference("charts/gpu-operator", real({ kind: "upstream" }, lock))).toEqual({
      chart: "gpu-operator",
      version: "v26.3.1",
      repositoryOpts: { repo: "https://helm.ngc.nvidia.com/nvidia" },
    });
    expect(() => chartReference("charts/gpu-operator", real({ kind: "upstream" }, emptyLock))).toThrow(/has no digest/);
  });

  it("is refused when only its archive is known", () => {
    const lock = lockOf({ "charts/kata-deploy@4.0.0": { archive: digestOf("b") } });
    expect(() => chartReference("charts/kata-deploy", real({ kind: "upstream" }, lock))).toThrow(
      `catalog.lock knows no digest of kata-deploy 4.0.0 in ${kata}; run \`npm run catalog -- lock\` where it can be reached`,
    );
  });

  it("is refused when the digest is that of a mirror's manifest", () => {
    const from = "oci://registry.example/charts/kata-deploy";
    const lock = lockOf({ "charts/kata-deploy@4.0.0": { manifest: digestOf("a"), archive: digestOf("b"), from } });
    expect(() => chartReference("charts/kata-deploy", real({ kind: "upstream" }, lock))).toThrow(/knows no digest of/);
  });
});

describe("a chart from a mirror", () => {
  const mirror = { kind: "mirror", registry: "oci://registry.example/charts/" } as const;

  it("lies there under its own name, by the manifest's digest", () => {
    const lock = lockOf({
      "charts/gpu-operator@v26.3.1": { manifest: digestOf("d"), from: "oci://registry.example/charts/gpu-operator" },
    });
    expect(chartReference("charts/gpu-operator", real(mirror, lock))).toEqual({
      chart: `oci://registry.example/charts/gpu-operator@${digestOf("d")}`,
      version: "v26.3.1",
    });
  });

  it("is refused when the mirror was never asked", () => {
    const lock = lockOf({ "charts/gpu-operator@v26.3.1": { archive: digestOf("c") } });
    expect(() => chartReference("charts/gpu-operator", real(mirror, lock))).toThrow(
      /run `npm run catalog -- lock --mirror oci:\/\/registry\.example\/charts\/`/,
    );
  });
});

describe("a chart from a directory", () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "charts-"));
  });
  afterEach(() => rmSync(path, { recursive: true }));

  const archive = () => join(path, "gpu-operator-v26.3.1.tgz");
  const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const from = (pin: Partial<LockedPin>) =>
    real({ kind: "directory", path }, lockOf({ "charts/gpu-operator@v26.3.1": pin }));

  it("is the archive whose digest the lock says", () => {
    writeFileSync(archive(), "chart");
    expect(chartReference("charts/gpu-operator", from({ archive: sha256("chart") }))).toEqual({
      chart: archive(),
      version: "v26.3.1",
    });
  });

  it("is refused when the archive was changed", () => {
    writeFileSync(archive(), "changed");
    expect(() => chartReference("charts/gpu-operator", from({ archive: sha256("chart") }))).toThrow(
      `${archive()} has the digest ${sha256("changed")}, and catalog.lock says ${sha256("chart")}; fetch gpu-operator v26.3.1 anew`,
    );
  });

  it("is refused when the lock knows its manifest alone, which an archive cannot be compared with", () => {
    writeFileSync(archive(), "chart");
    expect(() => chartReference("charts/gpu-operator", from({ manifest: digestOf("a") }))).toThrow(
      /knows no archive digest of gpu-operator v26\.3\.1/,
    );
  });

  it("is refused when it is not there, and an unpacked folder does not count outside a rehearsal", () => {
    mkdirSync(join(path, "gpu-operator-v26.3.1"));
    writeFileSync(join(path, "gpu-operator-v26.3.1/Chart.yaml"), "");
    expect(() => chartReference("charts/gpu-operator", from({ archive: digestOf("a") }))).toThrow(
      `there is no archive gpu-operator-v26.3.1.tgz in ${path}; put the chart there with \`helm pull\`, or correct platform.charts.path`,
    );
    const simulated = { ...from({}), pins: { lock: emptyLock, simulated: true } };
    expect(chartReference("charts/gpu-operator", simulated).chart).toBe(join(path, "gpu-operator-v26.3.1"));
  });
});

describe("what a party's stacks place", () => {
  it.each(platformSetNames)("is all there in a rehearsal of %s", (set) => {
    for (const parts of [undefined, ["nodes"], ["peerPods"], ["tdxQuotes"]] as const)
      expect(pinProblems("infrastructureProvider", rehearsalPlacement(set), undefined, parts)).toEqual([]);
  });

  it("is missing whole from an empty lock, and each piece is named once", () => {
    const missing = (...parts: CatalogPart[]) =>
      pinProblems("infrastructureProvider", real({ kind: "upstream" }, emptyLock), undefined, parts)
        .map((problem) => /no digest of (\S+)@/.exec(problem)?.[1])
        .sort();
    const ofProvider = catalogNames.filter((name) => !name.startsWith("images/trustee-")).sort();
    expect(missing("hosts", "nodes", "peerPods", "tdxQuotes")).toEqual(ofProvider);
    expect(pinProblems("modelOwner", real({ kind: "upstream" }, emptyLock))).toHaveLength(5);
    // Nobody has to lock what another part of a factory needs.
    expect(missing("hosts")).not.toContain("charts/peerpods");
    expect(missing("nodes")).toEqual([
      "charts/gpu-operator",
      "charts/node-feature-discovery",
      "images/container-toolkit",
      "images/gpu-operator",
      "images/k8s-device-plugin",
      "images/k8s-driver-manager",
      "images/node-feature-discovery",
    ]);
  });
});
