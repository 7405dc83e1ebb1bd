import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { catalogEntry, catalogNames } from "../../../components/catalog";
import { pinKey } from "../../../components/catalogLock";
import { isConfidential } from "../../../components/host/profile";
import { sha256 } from "../../../components/names";
import { parseAs } from "../../../stacks/config/load";
import { completeLock } from "../../../tooling/bundle/bring";
import { lockDifferences, lockText, readBundleLock } from "../../../tooling/bundle/file";
import { lockSite } from "../../../tooling/bundle/run";
import type { BundleLock } from "../../../tooling/bundle/schema";
import { factoryParts, providerPart } from "../../../tooling/bundle/site";
import { addBundleCommands } from "../../../tooling/commands/bundle";
import { lockOf, madeBundle } from "../../support/bundle/bundle";
import { refusalOf } from "../../support/commands";
import { sampleFactory, sampleSections, withValue } from "../../support/factory";

let project: string;
beforeEach(() => void (project = mkdtempSync(join(tmpdir(), "site-"))));
afterEach(() => rmSync(project, { recursive: true, force: true }));

const now = new Date("2026-11-27T00:00:00Z");
const digest = (text: string) => `sha256:${sha256(text)}`;

/** Every chart and image of the catalog in the sample's platform set, with MADE UP digests, and models' images. */
function catalogLock(): {
  lockVersion: 1;
  pins: Record<string, { manifest?: string; archive?: string; from: string }>;
} {
  const pins = Object.fromEntries(
    catalogNames.map((name) => {
      const { kind, repository, versions } = catalogEntry(name);
      const oci = kind === "image" || repository.startsWith("oci://");
      return [
        pinKey(name, versions["ra-1.1.0"]),
        {
          ...(oci && { manifest: digest(name) }),
          ...(kind === "chart" && { archive: digest(`${name}.tgz`) }),
          from: repository,
        },
      ] as const;
    }),
  );
  for (const { image } of sampleFactory().models) {
    const colon = image.lastIndexOf(":");
    const repository = image.slice(0, colon);
    pins[pinKey(repository, image.slice(colon + 1))] = { manifest: digest(image), from: repository };
  }
  return { lockVersion: 1, pins };
}

function layProject(sections: Record<string, unknown>, pins: object = catalogLock()): string {
  writeFileSync(join(project, "Pulumi.yaml"), "name: trustfoundry\nruntime: nodejs\n");
  writeFileSync(join(project, "catalog.lock"), JSON.stringify(pins));
  writeFileSync(
    join(project, "package-lock.json"),
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        "": { dependencies: { a: "1" } },
        "node_modules/a": { version: "1.0.0", integrity: `sha512-${"a".repeat(86)}==`, license: "MIT" },
      },
    }),
  );
  const config = Object.fromEntries(Object.entries(sections).map(([key, value]) => [`trustfoundry:${key}`, value]));
  const file = join(project, "Pulumi.site.yaml");
  // JSON is YAML that means the same in all its versions.
  writeFileSync(file, JSON.stringify({ config }));
  return file;
}

const options = { evidence: [], accept: [] as string[] };
const written = (): BundleLock => readBundleLock(join(project, "bundle.lock"));

describe("bundle lock", () => {
  it("lists all that a factory needs, the same at each run, and what nothing pins", async () => {
    const file = layProject(sampleSections());
    const { complete, text } = await lockSite(file, options, now);
    const lock = written();
    expect(complete).toBe(false);
    expect(text).toMatch(/✗ unresolved {2}collateral\/amd-vcek: /);
    const first = readFileSync(join(project, "bundle.lock"), "utf8");
    await lockSite(file, options, now);
    expect(readFileSync(join(project, "bundle.lock"), "utf8")).toBe(first);
    expect(lock.charts.map(({ name }) => name)).toEqual(["gpu-operator", "kata-deploy", "node-feature-discovery"]);
    expect(lock.images.filter(({ pulledBy }) => pulledBy === "guest").map(({ repository }) => repository)).toEqual(
      [...new Set(sampleFactory().models.map(({ image }) => image.slice(0, image.lastIndexOf(":"))))].sort(),
    );
    expect(lock.go.length).toBeGreaterThan(500);
    expect(lock.unresolved.map(({ name }) => name)).toEqual([
      ...["collateral/amd-vcek", "collateral/intel-tcb-info"],
      // Signed by nobody: no folder may bring it.
      ...["collateral/nras.attestation.nvidia.com.jwks.json", "collateral/nvidia-devices"],
      // Of its plain host.
      "images of the GPU Operator for ordinary containers",
      ...["service/amd-key-distribution", "service/intel-provisioning", "service/nvidia-attestation"],
    ]);
  });

  it("invents no digest, and takes by name alone what arrives otherwise", async () => {
    const pins = catalogLock();
    delete pins.pins["images/kata-deploy@4.0.0"];
    const file = layProject(sampleSections(), pins);
    await lockSite(file, options, now);
    const open = written().unresolved.map(({ name }) => name);
    expect(open).toContain("images/kata-deploy@4.0.0");
    expect(written().images.some(({ repository }) => repository.endsWith("kata-deploy"))).toBe(false);
    expect(() => completeLock(join(project, "bundle.lock"))).toThrow(/is not complete: 9 of what the site needs/);
    await expect(lockSite(file, { ...options, accept: ["images/kata"] }, now)).rejects.toThrow(
      /--accept images\/kata: nothing of that name is unresolved/,
    );
    const { complete, text } = await lockSite(file, { ...options, accept: open }, now);
    expect(complete).toBe(true);
    expect(text).toMatch(/○ accepted {2}images\/kata-deploy@4\.0\.0/);
    expect(completeLock(join(project, "bundle.lock")).unresolved.every(({ accepted }) => accepted)).toBe(true);
  });

  it("says with --check what changed since, and keeps what was accepted", async () => {
    const file = layProject(sampleSections());
    const open = factoryParts(sampleFactory(), { lockVersion: 1, pins: catalogLock().pins }).flatMap(
      ({ unresolved }) => unresolved,
    );
    expect(open.length).toBeGreaterThan(0);
    await lockSite(file, options, now);
    await lockSite(file, { ...options, accept: written().unresolved.map(({ name }) => name) }, now);
    expect((await lockSite(file, { ...options, check: true }, now)).complete).toBe(true);
    const pins = catalogLock();
    pins.pins["images/kata-deploy@4.0.0"] = { manifest: digest("moved"), from: "quay.io/kata-containers/kata-deploy" };
    layProject(sampleSections(), pins);
    const { complete, text } = await lockSite(file, { ...options, check: true }, now);
    expect(complete).toBe(false);
    expect(text).toContain(`+ image quay.io/kata-containers/kata-deploy@${digest("moved")}`);
    expect(text).toContain(`- image quay.io/kata-containers/kata-deploy@${digest("images/kata-deploy")}`);
  });

  it("says with --check of what was accepted, and is pinned now, that it changed", async () => {
    const pins = catalogLock();
    delete pins.pins["images/kata-deploy@4.0.0"];
    const file = layProject(sampleSections(), pins);
    await lockSite(file, options, now);
    await lockSite(file, { ...options, accept: written().unresolved.map(({ name }) => name) }, now);
    layProject(sampleSections());
    const { complete, text } = await lockSite(file, { ...options, check: true }, now);
    expect(complete).toBe(false);
    expect(text).toContain("- unresolved images/kata-deploy@4.0.0");
  });

  it("shows each party its own part alone", () => {
    const lock = { lockVersion: 1 as const, pins: catalogLock().pins };
    const parts = factoryParts(sampleFactory(), lock);
    const repositories = (party: string) =>
      parts.filter((part) => part.party === party).flatMap(({ images }) => images.map(({ repository }) => repository));
    expect(repositories("modelOwner").filter((each) => /trustee|staged-images/.test(each))).toHaveLength(3);
    expect(repositories("modelOwner").some((each) => each.includes("kata-deploy"))).toBe(false);
    expect(repositories("infrastructureProvider").some((each) => /staged-images|nim\//.test(each))).toBe(false);
    expect(repositories("dataOwner")).toEqual([]);
  });

  it("names no images for ordinary containers where every host is a confidential one", () => {
    const factory = sampleFactory();
    const plain = (part: (typeof factory.providers)[number]) =>
      providerPart(part, factory.platform.set, { lockVersion: 1, pins: {} }).unresolved.some(({ name }) =>
        name.includes("ordinary containers"),
      );
    const [provider] = factory.providers;
    expect(plain(provider!)).toBe(true);
    expect(plain({ ...provider!, hosts: provider!.hosts.filter(isConfidential) })).toBe(false);
  });

  it("asks for no service of the network's where the settings need none", () => {
    const local = withValue(sampleSections(), ["attestation", "nvidiaVerifier"], {
      ...{ kind: "local", until: "2027-06-30", reason: "this site reaches no network" },
    });
    const services = factoryParts(parseAs("rehearsal", local), { lockVersion: 1, pins: {} }).flatMap(({ unresolved }) =>
      unresolved.map(({ name }) => name).filter((name) => name.startsWith("service/")),
    );
    expect(services).not.toContain("service/nvidia-attestation");
  });
});

describe("a lock", () => {
  const { lock } = madeBundle();
  const path = () => join(project, "x.lock");

  it("is read back as it was written", () => {
    writeFileSync(path(), lockText(lock));
    expect(readBundleLock(path())).toEqual(lock);
    expect(lockDifferences(lock, lock)).toEqual([]);
  });

  it.each([
    [
      "a digest by hand",
      (text: string) => text.replace(lock.images[0]!.digest, digest("evil")),
      /was changed after it was written/,
    ],
    [
      "one image fewer",
      (text: string) => text.replace(/"images": \[[\s\S]*?\n {2}\]/, '"images": []'),
      /was changed after it was written/,
    ],
    [
      "a word of a shell's",
      (text: string) => text.replace('"v26.3.1"', '"v26.3.1; rm -rf /"'),
      /is not right at charts\.\d\.version/,
    ],
    [
      "an option in a name's place",
      (text: string) => text.replace('"gpu-operator"', '"--post-renderer"'),
      /is not right at charts\.\d\.name/,
    ],
    [
      "a repository with credentials",
      (text: string) => text.replace("https://charts.example", "https://u:p@charts.example"),
      /is not right at charts\.\d\.repository/,
    ],
    [
      "plain HTTP",
      (text: string) => text.replace("https://charts.example", "http://charts.example"),
      /is not right at charts\.\d\.repository/,
    ],
    [
      "a module that leads upwards",
      (text: string) => text.replace("example.com/Acme/thing", "example.com/../thing"),
      /is not right at go\.0\.module/,
    ],
    [
      "a package's name with a slash too many",
      (text: string) => text.replace('"@acme/thing"', '"@acme/../thing"'),
      /is not right at npm\.0\.name/,
    ],
    [
      "a member that nobody knows",
      (text: string) => text.replace('"lockVersion"', '"hook": "x",\n  "lockVersion"'),
      /is not right at the whole/,
    ],
    ["no JSON", () => "{", /is not JSON/],
  ])("with %s is refused", (_, change, reason) => {
    writeFileSync(path(), change(lockText(lock)));
    expect(() => readBundleLock(path())).toThrow(reason);
  });

  it("says twice of one thing what is not the same", () => {
    const [image] = lock.images;
    expect(() => lockOf({ images: [image!, { ...image!, tag: "other" }] })).toThrow(
      /is wanted twice, and not as the same/,
    );
  });
});

it("refuses what it cannot do in one sentence", async () => {
  const commands = [addBundleCommands];
  expect(await refusalOf(commands, ["bundle", "lock"])).toMatch(/Name either a stack's/);
  writeFileSync(join(project, "x.lock"), lockText(madeBundle().lock));
  const load = ["bundle", "script", "load", "--lock", join(project, "x.lock"), "--from", "/b", "--registry"];
  for (const registry of ["https://r.example", "r.example/$(id)", "-r", "r.example/a//b", "R.EXAMPLE"])
    expect(await refusalOf(commands, [...load, registry])).toMatch(/is no registry|argument missing|unknown option/);
  expect(
    await refusalOf(commands, [
      "bundle",
      "script",
      "load",
      "--lock",
      "/nowhere",
      "--from",
      "/b",
      "--registry",
      "r.example",
    ]),
  ).toMatch(/\/nowhere is not there/);
  expect(await refusalOf(commands, ["bundle", "verify", "/nowhere", "--lock", join(project, "x.lock")])).toMatch(
    /\/nowhere is not there/,
  );
  expect(await refusalOf(commands, ["bundle", "verify", "/nowhere", "--date", "2026-02-31"])).toMatch(
    /Write a day as YYYY-MM-DD/,
  );
});
