import { describe, expect, it } from "vitest";
import { guestIdentity, guestIdentityAnnotation } from "../../../components/workload/guestIdentity";
import { podTemplate } from "../../../components/workload/podTemplate";
import type { Release } from "../../../components/workload/release";
import { sampleRelease } from "../../support/release";

const identity = (changes: Partial<Release> = {}) => guestIdentity(sampleRelease(changes));

describe("the identity of a release's guests", () => {
  it.each<[string, Partial<Release>]>([
    ["what boots", { launch: { snp: { measurement: "7".repeat(96) } } }],
    ["init-data", { initData: { annotation: "other", digest: "7".repeat(64) } }],
    ["the firmware's floor", { tcb: { snp: { bootloader: 11, tee: 0, snp: 25, microcode: 84 } } }],
    ["GPU firmware", { gpuClaims: { drivers: ["600.1"], vbios: ["96.00.CF.00.02"] } }],
    ["the keys that it is given", { resources: ["acme/model-key/llama-8b-2"] }],
  ])("changes with %s", (_, changes) => {
    expect(identity(changes)).not.toBe(identity());
  });

  it.each<[string, Partial<Release>]>([
    ["number and former release", { history: { sequence: 9, previous: "7".repeat(64) } }],
    ["validity", { validity: { notBefore: "2026-01-01T00:00:00Z", notAfter: "2099-01-01T00:00:00Z" } }],
    ["the number of replicas", { replicas: 7 }],
  ])("stays with another %s", (_, changes) => {
    expect(identity(changes)).toBe(identity());
  });

  it("stands on the pods, so that a new guest image alone rolls them", () => {
    const annotations = (changes: Partial<Release>) =>
      podTemplate(sampleRelease(changes), { storageClassName: "block", serviceAccountName: "llama-8b" }).metadata as {
        annotations: Record<string, string>;
      };
    const [now, next] = [annotations({}), annotations({ launch: { snp: { measurement: "7".repeat(96) } } })];
    expect(next).not.toEqual(now);
    expect(now.annotations[guestIdentityAnnotation]).toBe(identity());
  });
});
