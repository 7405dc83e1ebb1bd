import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { attestationsFileName } from "../../components/workload/acceptance/judge";
import { documentFileName } from "../../components/workload/release/document";
import { acceptanceParameters, acceptedReleases, undemanding } from "../../stacks/acceptance";
import { ConfigurationError } from "../../stacks/config/errors";
import type { WorkloadsConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import type { Provider } from "../../stacks/config/providers";
import type { RehearsalMaterial } from "../../stacks/rehearsal";
import { deriveStacks } from "../../stacks/rehearsal";
import { simulatedAttestations } from "../../tooling/rehearsal/imageAttestations";
import { openRelease } from "../../tooling/commands/release/open";
import { demands, scanners } from "../support/attestations";
import { sampleFactory, withValue } from "../support/factory";
import { signedMaterial } from "../support/signing";

const now = new Date("2026-11-20T12:00:00Z");
const name = "llama-8b";
let material: RehearsalMaterial;
let digest: string;
let handover: string;

beforeAll(async () => {
  material = await signedMaterial(
    sampleFactory(),
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    now,
  );
  digest = openRelease(join(material.releases, documentFileName(name))).release.image.digest;
});
beforeEach(() => {
  handover = mkdtempSync(join(tmpdir(), "handover-"));
  const file = documentFileName(name);
  writeFileSync(join(handover, file), readFileSync(join(material.releases, file)));
});
afterEach(() => rmSync(handover, { recursive: true }));

function config(images: readonly string[] = [digest]): WorkloadsConfig {
  const acceptance = { "northern-metal": { attestationSigners: [...demands.attestationSigners], images: [...images] } };
  const derived = deriveStacks(sampleFactory(), { ...material, acceptance }).providers["northern-metal"];
  return parseAs("workloads", { ...derived?.workloads({ directory: handover, releases: [name] }) });
}

const providerOf = ({ providers }: WorkloadsConfig) => providers[0] as Provider;
const attest = (text: string) => writeFileSync(join(handover, attestationsFileName(name)), text);
const simulated = (key = scanners.lab, at = now, of = digest) =>
  simulatedAttestations({ image: { repository: "nvcr.io/nim/meta/llama-3.1-8b-instruct", digest: of } }, key, at);

async function problems(of: WorkloadsConfig): Promise<readonly string[]> {
  try {
    await acceptedReleases(of, providerOf(of), now);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe("a provider's workloads", () => {
  it("are the releases that it accepts", async () => {
    attest(simulated());
    const accepted = await acceptedReleases(config(), providerOf(config()), now);
    expect(accepted.releases.map(({ release }) => release.name)).toEqual([name]);
    expect(accepted.warnings.filter((warning) => /attestations/.test(warning))).toEqual([]);
  });

  it("are none without attestations, by strangers, of another image, or out of date: each with the place of the mistake", async () => {
    const here = `trustfoundry:releases[0] (${name}): ${name}.attestations.jsonl`;
    expect(await problems(config())).toEqual([
      expect.stringContaining(`${here}: is missing beside the release`) as string,
      expect.stringContaining(`${here}: is missing beside the release`) as string,
    ]);
    for (const [text, reason] of [
      [simulated(scanners.stranger), "line 1 carries no valid signature by Scanner A or Scanner B"],
      [simulated(scanners.lab, now, `sha256:${"b".repeat(64)}`), "line 1 is about another image"],
      [
        simulated(scanners.lab, new Date("2026-10-01T00:00:00Z")),
        "line 1 was made at 2026-10-01, more than 30 days ago",
      ],
    ] as const) {
      attest(text);
      const [first] = await problems(config());
      expect(first).toContain(`${here}: no vulnerability scan of the image ${digest} counts: ${reason}`);
    }
  });

  it("are none whose image the provider has not listed, since the cluster would refuse them later", async () => {
    attest(simulated());
    expect(await problems(config([]))).toEqual([
      `trustfoundry:releases[0] (${name}): the image ${digest} is not among acceptance.images, which the cluster admits; ` +
        "add it there, update the infrastructure stack, then place the release",
    ]);
  });

  it("are refused by signature first: what nobody released is not judged", async () => {
    const file = join(handover, documentFileName(name));
    writeFileSync(file, readFileSync(file, "utf8").replace(/"payload":"../, '"payload":"AA'));
    expect((await problems(config())).join()).not.toMatch(/attestations|acceptance/);
    expect(await problems(config())).toHaveLength(1);
  });

  it("are warned of where the provider demands nothing", async () => {
    const without = withValue(config(), ["providers", 0, "acceptance"], undefined);
    const { releases, warnings } = await acceptedReleases(without, providerOf(without), now);
    expect(releases).toHaveLength(1);
    expect(warnings).toContain(undemanding("northern-metal"));
  });
});

describe("what the cluster is told", () => {
  it("names every range that the tenant may reach, and nothing of attestations", () => {
    const provider = providerOf(config());
    const { acceptance } = provider;
    if (!acceptance) throw new Error("the sample demands nothing");
    expect(acceptanceParameters(provider, { ...acceptance, verifierCidrs: ["192.0.2.0/24"] }, "acme-models")).toEqual({
      tenant: "acme-models",
      registries: ["nvcr.io/nim"],
      images: [digest],
      egressRanges: ["203.0.113.0/28", "198.51.100.0/24", "192.0.2.0/24"],
      dedicatedNodes: true,
      priorityClasses: [],
    });
  });
});
