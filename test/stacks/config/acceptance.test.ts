import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../stacks/config/errors";
import type { Role } from "../../../stacks/config/factory";
import { parseAs } from "../../../stacks/config/load";
import { deriveStacks } from "../../../stacks/rehearsal";
import { publicPem } from "../../../tooling/rehearsal/imageAttestations";
import { nothingAccepted, scanners } from "../../support/attestations";
import { sampleFactory, sampleSections, withValue } from "../../support/factory";
import { bothSign } from "../../support/signing";

const derived = deriveStacks(sampleFactory(), {
  keyBrokerCa: "",
  releases: "none",
  signers: bothSign,
  acceptance: nothingAccepted,
}).providers["northern-metal"];
const infrastructure = { ...derived?.infrastructure };
const at = "trustfoundry:providers[0].acceptance";

function problems(change: Record<string, unknown>, role: Role = "infrastructure", sections = infrastructure): string[] {
  let changed: Record<string, unknown> = sections;
  for (const [path, value] of Object.entries(change))
    changed = withValue(changed, ["providers", 0, "acceptance", ...path.split(".").filter(Boolean)], value);
  try {
    parseAs(role, changed);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return [...error.problems];
    throw error;
  }
}

describe("a provider's acceptance", () => {
  it("accepts nothing that is not named, and demands everything", () => {
    const { attestationSigners } = nothingAccepted["northern-metal"];
    const sections = withValue(infrastructure, ["providers", 0, "acceptance"], {
      registries: ["nvcr.io/nim"],
      attestationSigners,
    });
    expect(parseAs("infrastructure", sections).providers[0]?.acceptance).toEqual({
      registries: ["nvcr.io/nim"],
      images: [],
      attestationSigners,
      requiredAttestations: {
        vulnerabilityScan: { maximumAgeDays: 30, worstSeverity: "high" },
        sbom: { formats: ["spdx", "cyclonedx"] },
      },
      dedicatedNodes: true,
      verifierCidrs: [],
      priorityClasses: [],
    });
  });

  it("may be left out, as configurations before it do, and may demand less by name", () => {
    expect(
      problems(
        { "": undefined },
        "infrastructure",
        withValue(infrastructure, ["providers", 0, "acceptance"], undefined),
      ),
    ).toEqual([]);
    expect(
      problems({
        attestationSigners: undefined,
        requiredAttestations: { vulnerabilityScan: "notRequired", sbom: "notRequired" },
      }),
    ).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["no registry", { registries: [] }, /acceptance\.registries: \[\] is not right/],
    [
      "a registry with a scheme",
      { registries: ["https://nvcr.io"] },
      /registries\[0\]: "https:\/\/nvcr\.io" is not right; write a registry or a part of one/,
    ],
    ["a slash at the end", { registries: ["nvcr.io/nim/"] }, /registries\[0\]/],
    ["everything", { registries: ["*"] }, /registries\[0\]/],
    ["a short name", { registries: ["library"] }, /registries\[0\]/],
    ["an image by tag", { images: ["nvcr.io/nim/llama:1"] }, /images\[0\].*write a digest/],
    [
      "no signer",
      { attestationSigners: undefined },
      /acceptance\.attestationSigners: is missing, and attestations are required/,
    ],
    [
      "a private key",
      {
        "attestationSigners.0.publicKey": generateKeyPairSync("ed25519").privateKey.export({
          type: "pkcs8",
          format: "pem",
        }),
      },
      /attestationSigners\[0\]\.publicKey: .*is a private key/,
    ],
    [
      "an RSA key",
      {
        "attestationSigners.0.publicKey": generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({
          type: "spki",
          format: "pem",
        }),
      },
      /publicKey: .*is of another kind/,
    ],
    [
      "a key twice",
      { "attestationSigners.1.publicKey": publicPem(scanners.clinic) },
      /attestationSigners\[1\]\.publicKey: .*stands twice/,
    ],
    ["a name twice", { "attestationSigners.1.name": "Scanner A" }, /attestationSigners\[1\]\.name: .*stands twice/],
    [
      "a scan of any age",
      { requiredAttestations: { vulnerabilityScan: { maximumAgeDays: 3650 } } },
      /maximumAgeDays|vulnerabilityScan/,
    ],
    [
      "a misspelt demand",
      { requiredAttestations: { vulnerabilityscan: "notRequired" } },
      /no such setting; write `vulnerabilityScan`/,
    ],
    ["the system's priority", { priorityClasses: ["system-node-critical"] }, /priorityClasses\[0\].*not the system's/],
    ["half a quota", { quota: { gpus: 8 } }, /quota\.cpus: missing/],
  ])("refuses %s", (_, change, message) => {
    const found = problems(change);
    expect(found.join("\n")).toMatch(message);
    for (const problem of found) expect(problem.startsWith(at)).toBe(true);
  });

  it("leaves signers, images and image signatures of a rehearsal to the rehearsal", () => {
    const { attestationSigners } = nothingAccepted["northern-metal"];
    const images = [`sha256:${"a".repeat(64)}`];
    const found = problems(
      { attestationSigners, images, imageSigners: attestationSigners },
      "rehearsal",
      sampleSections(),
    );
    expect(found.map((problem) => problem.replace(/: .*/, ""))).toEqual([
      `${at}.attestationSigners`,
      `${at}.images`,
      `${at}.imageSigners`,
    ]);
  });
});
