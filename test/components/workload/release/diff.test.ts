import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageSecurityPolicy } from "../../../../components/images/securityPolicy";
import { initData } from "../../../../components/guest/initData";
import type { Release } from "../../../../components/workload/release";
import { explainDifference } from "../../../../components/workload/release/diff";
import { releaseDigest } from "../../../../components/workload/release/document";
import { releaseSchema } from "../../../../components/workload/release/schema";
import { sampleRelease, tdxParts } from "../../../support/release";

const digest = (digit: string) => digit.repeat(64);
const base = sampleRelease({
  guestImage: { name: "kata-4.0.0", digest: digest("1"), profile: "kata-4.0.0-snp-go" },
  command: ["serve"],
});
const explained = (changes: Partial<Release>, from: Release = base) => explainDifference(from, { ...from, ...changes });

describe("the difference between releases", () => {
  it("is nothing for the same bytes", () => {
    expect(explainDifference(base, structuredClone(base))).toEqual([]);
  });

  it.each<[string, Partial<Release>, RegExp]>([
    ["factory", { factory: "acme-production" }, /^factory: acme-production instead of acme-rehearsal: each is refused/],
    ["owner", { owner: "others" }, /^owner: others .*another party answers/],
    ["version", { modelVersion: "2" }, /^model version: 2 .*a name alone/],
    ["a rehearsal's end", { simulated: false }, /^real now, no longer SIMULATED/],
    ["validity", { validity: { ...base.validity, notAfter: "2028-01-01T00:00:00Z" } }, /^valid until: 2028.*longer/],
    [
      "shorter validity",
      { validity: { ...base.validity, notAfter: "2027-01-01T00:00:00Z" } },
      /shorter: .*no keys after/,
    ],
    [
      "image",
      { image: { ...base.image, digest: `sha256:${digest("9")}` } },
      /^image: .*sha256:9+.*other software sees the prompts/,
    ],
    ["image's signer", { image: { ...base.image, signer: digest("8") } }, /^image's signer: 8+ instead of none/],
    ["command", { command: ["sh"] }, /^command: \["sh"\] instead of \["serve"\].*agent policy binds it/],
    ["memory", { shape: { ...base.shape, memoryGib: 96 } }, /^memory: 96 GiB instead of 48 GiB: .*\(not measured\)$/],
    ["a CPU limit within the same vCPUs", { shape: { ...base.shape, cpus: 15 } }, /^CPU limit: .*\(not measured\)$/],
    ["replicas", { replicas: 9 }, /^replicas: 9 instead of 2: .*\(not measured\)$/],
    ["storage", { trustedStorageGib: 1 }, /^trustedStorageGib: .*\(not measured\)$/],
    ["port", { port: 1 }, /^port: .*\(not measured\)$/],
    ["GPUs", { gpu: { ...base.gpu, count: 8 } }, /^GPUs: 8 instead of 1: .*evidence is counted/],
    [
      "a floor that falls",
      { tcb: { snp: { bootloader: 10, tee: 0, snp: 24, microcode: 84 } } },
      /^TCB floor of snp LOWERED from 25 to 24: .*known holes/,
    ],
    [
      "a floor that rises",
      { tcb: { snp: { bootloader: 10, tee: 0, snp: 25, microcode: 90 } } },
      /^TCB floor of microcode raised from 84 to 90/,
    ],
    [
      "a driver more",
      { gpuClaims: { ...base.gpuClaims, drivers: ["595.58.03", "600.1"] } },
      /^GPU driver 600\.1 accepted now/,
    ],
    [
      "a VBIOS less",
      { gpuClaims: { ...base.gpuClaims, vbios: ["97"] } },
      /^VBIOS 96\.00\.CF\.00\.02 no longer accepted/,
    ],
    [
      "a resource more",
      { resources: [...base.resources, "acme/model-key/other"] },
      /^resource acme\/model-key\/other may be given/,
    ],
    ["what is not measured", { notMeasured: ["memory size", "weather"] }, /^newly not measured: weather/],
    [
      "an agent policy of another origin",
      { agentPolicy: { ...base.agentPolicy, origin: "genpolicy" } },
      /^agent policy's origin: genpolicy/,
    ],
    [
      "an agent policy that does not fit",
      { agentPolicy: { ...base.agentPolicy, digest: digest("7") } },
      /one of the two does not belong/,
    ],
    ["another packing", { initData: { ...base.initData, annotation: "AAAA" } }, /^init-data: packed differently/],
    [
      "sealed weights",
      {
        artifact: {
          kind: "luks2",
          key: "kbs:///acme/model-key/llama-8b",
          digest: `sha256:${digest("5")}`,
          sizeBytes: 1,
          sealedDigest: `sha256:${digest("6")}`,
          sealedSizeBytes: 1,
          guestPath: "/models/llama",
          devicePath: "/dev/vdb",
          filesystem: "ext4",
        },
      },
      /^weights: sealed now \(luks2, content sha256:5+, opened by kbs/,
    ],
  ])("says what it means: %s", (_what, changes, phrase) => {
    const phrases = explained(changes);
    expect(
      phrases.some((text) => phrase.test(text)),
      phrases.join("\n"),
    ).toBe(true);
  });

  describe("of measurements", () => {
    const launch = { snp: { measurement: "e".repeat(96) } };
    const why = (changes: Partial<Release>, from = base) =>
      explained(changes, from).find((text) => /^SNP launch digest|^TDX (MRTD|RTMR)/.test(text));

    it("names the vCPUs", () => {
      expect(why({ launch, shape: { ...base.shape, vcpus: 18 } })).toMatch(/because of 18 instead of 17 vCPUs$/);
    });
    it("names the guest image and the profile", () => {
      const guestImage = { name: "kata-4.1.0", digest: digest("2"), profile: "kata-4.1.0-snp-go" };
      expect(why({ launch, guestImage })).toMatch(/because of another guest image and another launch profile$/);
    });
    it("says when nothing explains it", () => {
      expect(why({ launch })).toMatch(/though neither guest image, profile nor vCPUs are said to differ/);
    });
    it("says when more vCPUs should have changed it and did not", () => {
      expect(explained({ shape: { ...base.shape, vcpus: 18 } })).toEqual([
        expect.stringMatching(/^vCPUs: .*the SNP launch digest is the same, which cannot be true of both/),
      ]);
    });
    it("does not blame vCPUs on TDX, whose compared registers do not show them", () => {
      const tdx = { ...base, ...tdxParts };
      const changed = { tdx: { ...tdxParts.launch.tdx, rtmr2: "9".repeat(96) } };
      expect(explained({ shape: { ...base.shape, vcpus: 18 } }, tdx)).toEqual([
        expect.stringMatching(/^vCPUs: .*\(not measured\)$/),
      ]);
      expect(why({ launch: changed, shape: { ...base.shape, vcpus: 18 } }, tdx)).toMatch(
        /RTMR2 \(command line\).*though neither/,
      );
    });
  });

  describe("of init-data", () => {
    const ca = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
    const make = (host: string, imageDigest: string, rule: string): Release["initData"] => {
      const { annotation, digest: made } = initData({
        kbsUrl: `https://${host}`,
        kbsCaCertificate: ca("MIIB"),
        agentPolicy: `package agent_policy\n\ndefault CreateContainerRequest := ${rule}\n`,
        imageSecurityPolicy: imageSecurityPolicy([
          {
            repository: "nvcr.io/nim/a",
            digest: `sha256:${digest(imageDigest)}`,
            evidence: { kind: "unsignedAcceptedByDigest" },
          },
        ]),
      });
      return { annotation, digest: made };
    };
    const from = { ...base, initData: make("kbs.acme.example", "1", "false") };
    const parts = (to: Release["initData"]) =>
      explained({ initData: to }, from).filter((text) => text.startsWith("init-data, "));

    it("names the key broker, once though it stands in two files", () => {
      expect(parts(make("kbs.evil.example", "1", "false"))).toEqual([
        "init-data, key broker: https://kbs.evil.example instead of https://kbs.acme.example: guests ask this one for keys; check that it is the model owner's",
      ]);
    });
    it("names the images that come in and go", () => {
      expect(parts(make("kbs.acme.example", "2", "false"))).toEqual([
        expect.stringMatching(/^init-data, image policy: no longer lets in docker nvcr\.io\/nim\/a@sha256:1+ /),
        expect.stringMatching(/^init-data, image policy: now lets in docker nvcr\.io\/nim\/a@sha256:2+ /),
      ]);
    });
    it("names the agent policy", () => {
      expect(parts(make("kbs.acme.example", "1", "true"))).toEqual([
        expect.stringMatching(/agent policy: 1 lines added or changed, 1 gone/),
      ]);
    });
    it("says when it cannot be read", () => {
      expect(parts({ annotation: "AAAA", digest: digest("0") })).toEqual([
        expect.stringMatching(/cannot be read in both/),
      ]);
    });
  });

  it("says whether one follows the other", () => {
    const next = { ...base, history: { sequence: 2, previous: releaseDigest(base) } };
    expect(explainDifference(base, next)).toEqual(["history: number 2 follows number 1 directly"]);
    const fork = { ...base, history: { sequence: 2, previous: digest("f") } };
    expect(explainDifference(base, fork)).toEqual([expect.stringMatching(/does NOT follow .*the chain forks/)]);
  });

  it("is never silent about a change, whichever field it is in", () => {
    const other: Record<string, unknown> = {
      ...base,
      ...tdxParts,
      image: { repository: "x/y", digest: `sha256:${digest("3")}` },
    };
    const fields = Object.keys(releaseSchema.shape) as (keyof Release)[];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.oneof(fc.constant(undefined), fc.string(), fc.nat()), (field, odd) => {
        for (const value of [other[field], odd]) {
          const changed = { ...base, [field]: value };
          if (
            releaseDigest(changed) === releaseDigest(base) ||
            (typeof base[field] === "object" && typeof value !== "object")
          )
            continue;
          expect(explainDifference(base, changed), field).not.toEqual([]);
        }
      }),
    );
  });
});
