import { describe, expect, it } from "vitest";
import type { Release } from "../../../components/workload/release";
import { misplacedReleases } from "../../../stacks/openshift/releases";
import type { BareMetalProvider } from "../../../stacks/config/providers";
import { sampleHost } from "../../support/hosts";

const csv = "sandboxed-containers-operator.v1.13.0";
const upstream = { hosts: [sampleHost()] } as unknown as BareMetalProvider;
const openshift = {
  hosts: [sampleHost()],
  openshift: {
    operators: { nodeFeatures: { csv: "nfd.4.21.0-202604140347" }, sandboxedContainers: {}, gpu: {} },
  },
} as unknown as BareMetalProvider;

const problems = (provider: BareMetalProvider, release: Partial<Release>) =>
  misplacedReleases({ releases: ["llama"] }, provider, [
    { release: { name: "llama", tee: "snp", ...release } as unknown as Release },
  ]);

describe("a release", () => {
  it("goes where its own guest runs", () => {
    expect(problems(upstream, {})).toEqual([]);
    expect(problems(openshift, { sandboxedContainers: csv })).toEqual([]);
  });

  it.each([
    ["of upstream's guest, on OpenShift", openshift, {}, /guest of upstream's Kata, and this provider runs sandboxed/],
    ["of Red Hat's guest, elsewhere", upstream, { sandboxedContainers: csv }, /this provider runs upstream's Kata/],
    [
      "of another version of Red Hat's guest",
      openshift,
      { sandboxedContainers: "sandboxed-containers-operator.v1.14.0" },
      /guest of sandboxed-containers-operator\.v1\.14\.0, and this provider runs .*v1\.13\.0/,
    ],
    [
      "of the other TEE",
      openshift,
      { sandboxedContainers: csv, tee: "tdx" },
      /is for tdx, and this cluster's hosts have snp/,
    ],
  ] as const)("%s is refused", (_, provider, release, reason) => {
    const [problem, ...others] = problems(provider, release);
    expect(problem).toMatch(/^trustfoundry:releases\[0\] \(llama\): /);
    expect(problem).toMatch(reason);
    expect(others).toEqual([]);
  });
});
