import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { deriveStacks } from "../../../stacks/rehearsal";
import { check } from "../../../tooling/commands/acceptance/check";
import { openRelease } from "../../../tooling/commands/release/open";
import { simulatedAttestations } from "../../../tooling/rehearsal/imageAttestations";
import { demands, scanners } from "../../support/attestations";
import { sampleFactory } from "../../support/factory";
import { signedMaterial } from "../../support/signing";

const now = new Date("2026-11-20T12:00:00Z");
const handover = mkdtempSync(join(tmpdir(), "acceptance-"));
const config = join(handover, "Pulumi.workloads.yaml");
let digest: string;
let settings: (images: readonly string[]) => Record<string, unknown>;
afterAll(() => rmSync(handover, { recursive: true }));

beforeAll(async () => {
  const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const material = await signedMaterial(sampleFactory(), certificate, now);
  cpSync(material.releases, handover, { recursive: true });
  digest = openRelease(join(handover, "llama-8b.release.json")).release.image.digest;
  settings = (images) => {
    const acceptance = {
      "northern-metal": { attestationSigners: [...demands.attestationSigners], images: [...images] },
    };
    const derived = deriveStacks(sampleFactory(), { ...material, acceptance }).providers["northern-metal"];
    return { ...derived?.workloads({ directory: handover, releases: ["llama-8b"] }) };
  };
});
beforeEach(() => write(settings([])));

function write(sections: Record<string, unknown>): void {
  const entries = Object.entries(sections).map(([key, value]) => [`trustfoundry:${key}`, value] as const);
  writeFileSync(config, stringify({ config: Object.fromEntries(entries) }, { version: "1.1" }));
}

const attest = (key = scanners.lab) => {
  const image = { repository: "nvcr.io/nim/meta/llama-3.1-8b-instruct", digest };
  writeFileSync(join(handover, "llama-8b.attestations.jsonl"), simulatedAttestations({ image }, key, now));
};
const checked = (release = "llama-8b") => check({ release, config, now });

describe("acceptance check", () => {
  it("says what is met and by whom, and what to do next", async () => {
    attest();
    const { text, accepted } = await checked();
    expect(accepted).toBe(true);
    expect(text).toContain("SIMULATED llama-8b, release 1, model version 2026.11.1: accepted by northern-metal");
    expect(text).toContain("✓ vulnerability scan: llama-8b.attestations.jsonl, line 1, signed by Scanner B");
    expect(text).toContain("✓ SBOM: llama-8b.attestations.jsonl, line 2, signed by Scanner B");
    expect(text).toContain(`Next: the image ${digest} is not among acceptance.images`);
    write(settings([digest]));
    expect((await checked()).text).toContain("The image is among acceptance.images already.");
  });

  it("says what is not met, and is no success then", async () => {
    attest(scanners.stranger);
    const { text, accepted } = await checked();
    expect(accepted).toBe(false);
    expect(text).toContain("refused by northern-metal");
    expect(text).toContain("✓ registry: nvcr.io/nim");
    expect(text).toMatch(/✗ vulnerability scan: .*line 1 carries no valid signature by Scanner A or Scanner B/);
    expect(text).not.toContain("Next:");
  });

  it("judges no release that is not signed as it has to be, or is not there", async () => {
    await expect(checked("giant-2t")).rejects.toThrow(/there is no giant-2t\.release\.json/);
    write({ ...settings([]), factory: "another" });
    await expect(checked()).rejects.toThrow(/was made for the factory acme-rehearsal/);
  });

  it("wants the configuration of a stack that places releases, and one that demands something", async () => {
    write({ role: "infrastructure" });
    await expect(checked()).rejects.toThrow(
      /is of the role "infrastructure"; name that of the stack which places releases/,
    );
    const { providers, ...others } = settings([]) as { providers: { acceptance?: unknown }[] };
    write({ ...others, providers: providers.map((provider) => ({ ...provider, acceptance: undefined })) });
    await expect(checked()).rejects.toThrow(/demands nothing of the tenant's workloads/);
  });
});
