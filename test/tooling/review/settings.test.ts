import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../stacks/config/load";
import { compareSettings, settings } from "../../../tooling/review/compareSettings";
import { readStackFile } from "../../../tooling/review/stackFiles";
import { root, withValue } from "../../support/factory";
import { file, reviewSides, side, stack } from "./support";

type Path = readonly (string | number)[];

const azure = ["azure-machine", "infrastructure"] as const;
const aks = ["azure-aks", "infrastructure"] as const;
const gke = ["gcp-gke", "infrastructure"] as const;
const space = ["gcp-confidential-space", "infrastructure"] as const;
const azureKeys = ["azure-aks", "keys"] as const;
const gcpKeys = ["gcp-confidential-space", "keys"] as const;
const azureTrust = ["azure-aks", "trust"] as const;
const gcpTrust = ["gcp-gke", "trust"] as const;
type Sample = readonly [folder: string, stack: string];

const sectionsOf = ([folder, name]: Sample) => ({
  ...readStackFile(join(root, "samples", folder), name, "base")?.sections,
});
const own = ["providers", 0] as const;
const node = ["nodes", 0, "evidence"] as const;
const hex = (byte: string, bytes: number) => byte.repeat(bytes);

/** One value of a sample changed; the settings as the schema reads them. */
function changed(sample: Sample, path: Path, value: unknown) {
  const before = sectionsOf(sample);
  return { before: parseConfig(before), after: parseConfig(withValue(before, path, value)) };
}

const reversed = { weaker: "stronger", stronger: "weaker", changed: "changed" } as const;

interface Case {
  readonly sample: Sample;
  readonly path: Path;
  readonly value: unknown;
  readonly text: RegExp;
}

const weaker: readonly Case[] = [
  {
    sample: azure,
    path: [...own, "azure", "denyOtherSizes"],
    value: false,
    text: /^azure\.denyOtherSizes: false instead of true: nothing keeps machines without a TEE out/,
  },
  {
    sample: azure,
    path: [...own, "azure", "machines", 0, "diskEncryption"],
    value: "VMGuestStateOnly",
    text: /^azure\.machines\.h100-a\.diskEncryption: "VMGuestStateOnly" instead of "DiskWithVMGuestState"/,
  },
  {
    sample: azure,
    path: [...own, "azure", "machines", 0, "secureBoot"],
    value: false,
    text: /^azure\.machines\.h100-a\.secureBoot: false instead of true: unsigned/,
  },
  {
    sample: azure,
    path: [...own, "azure", "acknowledged"],
    value: ["azure-spot"],
    text: /^azure\.acknowledged: "azure-spot" added: /,
  },
  {
    sample: azure,
    path: [...own, "azure", "diskKey"],
    value: { kind: "platform" },
    text: /^azure\.diskKey\.kind: "platform" instead of "vault": disks are opened by Azure's own key/,
  },
  {
    sample: aks,
    path: [...own, "azure", "cluster", "adminGroups", 1],
    value: "00000000-0000-4000-8000-00000000000f",
    text: /^azure\.cluster\.adminGroups: "00000000-0000-4000-8000-00000000000f" added: its members command the cluster/,
  },
  {
    sample: gke,
    path: [...own, "gcp", "restrictToConfidential"],
    value: false,
    text: /^gcp\.restrictToConfidential: false instead of true/,
  },
  {
    sample: gke,
    path: [...own, "gcp", "cluster", "adminCidrs", 1],
    value: "203.0.0.0/8",
    text: /^gcp\.cluster\.adminCidrs: "203\.0\.0\.0\/8" \(public\) added: from there the control plane is reached/,
  },
  {
    sample: gke,
    path: [...own, "gcp", "diskKey"],
    value: { kind: "google" },
    text: /^gcp\.diskKey\.kind: "google" instead/,
  },
  {
    sample: gke,
    path: [...own, "gcp", "nodePools", 0, "gpuDriver"],
    value: "google",
    text: /gpuDriver: "google" instead/,
  },
  { sample: space, path: [...own, "gcp", "confidentialSpaces", 0, "ports", 1], value: 22, text: /ports: 22 added/ },
  {
    sample: space,
    path: [...own, "gcp", "confidentialSpaces", 0, "baseImage"],
    value: "projects/confidential-space-images/global/images/family/confidential-space",
    text: /baseImage: .* whatever Google calls the newest image boots/,
  },
  {
    sample: gcpKeys,
    path: ["gcp", "keys", 0, "overrides"],
    value: "asImageAllows",
    text: /^gcp\.keys\.llama-8b\.overrides: "asImageAllows" instead of "none": whoever starts the machine/,
  },
  {
    sample: azureKeys,
    path: ["azure", "clientCidrs"],
    value: ["203.0.113.0/24"],
    text: /^azure\.clientCidrs: "203\.0\.113\.0\/24" \(public\) added: from there the vault is reached/,
  },
  {
    sample: azureKeys,
    path: ["azure", "authority"],
    value: "https://mine.eus2.attest.azure.net",
    text: /^azure\.authority: .*: whoever administers this attestation provider decides/,
  },
  {
    sample: azureTrust,
    path: [...node, "measurements", 1],
    value: hex("02", 48),
    text: /^nodes\.aks-ncc\.evidence\.measurements: "02.*" added: accepted now: nodes with it are given keys$/,
  },
  {
    sample: azureTrust,
    path: [...node, "pcrs", "12", 1],
    value: hex("02", 32),
    text: /^nodes\.aks-ncc\.evidence\.pcrs\.12: .* added: accepted now/,
  },
  {
    sample: azureTrust,
    path: [...node, "tcb", "microcode"],
    value: 200,
    text: /^nodes\.aks-ncc\.evidence\.tcb\.microcode: LOWERED from 213 to 200: nodes with older firmware/,
  },
  {
    sample: azureTrust,
    path: ["nodes", 0, "gpu", "drivers", 1],
    value: "550.1",
    text: /^nodes\.aks-ncc\.gpu\.drivers: "550\.1" added: accepted now/,
  },
  {
    sample: azureTrust,
    path: ["nodes", 0, "keys", 1],
    value: "acme/node-key/other",
    text: /^nodes\.aks-ncc\.keys: "acme\/node-key\/other" added: may be given to such nodes now/,
  },
  {
    sample: azureTrust,
    path: ["nodes", 0, "notAfter"],
    value: "2027-02-25T00:00:00Z",
    text: /^nodes\.aks-ncc\.notAfter: .*: longer: such nodes are given keys after the former end/,
  },
  {
    sample: gcpTrust,
    path: [...node, "rtmr0"],
    value: undefined,
    text: /^nodes\.gke-a3\.evidence\.rtmr0: anything instead of \[.*\]: accepted now/,
  },
  { sample: gcpTrust, path: [...node, "rtmr2", 2], value: hex("02", 48), text: /evidence\.rtmr2: "02.*" added/ },
];

describe("a change of one setting", () => {
  it.each(weaker.map((each) => ({ ...each, name: each.path.join(".") })))(
    "$name is weaker, and the reverse stronger",
    ({ sample, path, value, text }) => {
      const { before, after } = changed(sample, path, value);
      const found = compareSettings(before, after).filter(({ direction }) => direction !== "changed");
      expect(found.map(({ direction, text }) => [direction, text])).toEqual([["weaker", expect.stringMatching(text)]]);
      expect(found[0]?.protects.length).toBeGreaterThan(0);
      const back = compareSettings(after, before).filter(({ direction }) => direction !== "changed");
      expect(back.map(({ direction }) => direction)).toEqual(["stronger"]);
    },
  );

  it.each([
    {
      sample: azure,
      path: [...own, "azure", "region"],
      value: "eastus2",
      text: /^azure\.region: "eastus2" instead of/,
    },
    { sample: gke, path: [...own, "gcp", "nodePools", 0, "zones"], value: ["us-central1-c"], text: /zones: / },
    {
      sample: gke,
      path: [...own, "gcp", "nodePools", 0, "provisioning"],
      value: { kind: "reservation", name: "mine" },
      text: /provisioning: .*how capacity is got/,
    },
    {
      sample: gcpTrust,
      path: ["nodes", 0, "gpu", "model"],
      value: "H200",
      text: /gpu\.model: "H200" instead of "H100"/,
    },
    {
      sample: gcpKeys,
      path: ["gcp", "keys", 0, "imageDigest"],
      value: `sha256:${hex("02", 32)}`,
      text: /imageDigest: .*another container is given the key/,
    },
  ] as const)("$path points in neither direction", ({ sample, path, value, text }) => {
    const { before, after } = changed(sample, path, value);
    for (const found of [compareSettings(before, after), compareSettings(after, before)]) {
      expect(found.map(({ direction }) => reversed[direction])).toEqual(["changed"]);
    }
    expect(compareSettings(before, after)[0]?.text).toMatch(text);
  });

  it.each([azure, aks, gke, space, azureKeys, gcpKeys, azureTrust, gcpTrust])(
    "none, none found: %s/%s",
    (...sample) => {
      const [before, after] = [parseConfig(sectionsOf(sample)), parseConfig(sectionsOf(sample))];
      expect(compareSettings(before, after)).toEqual([]);
    },
  );
});

describe("what a new name hides", () => {
  it("is nothing: a machine that is called otherwise is held against the strong values", () => {
    const before = sectionsOf(azure);
    const place = [...own, "azure", "machines", 0] as const;
    const renamed = withValue(withValue(before, [...place, "name"], "h100-b"), [...place, "secureBoot"], false);
    const found = compareSettings(parseConfig(before), parseConfig(renamed));
    expect(found.filter(({ direction }) => direction === "weaker").map(({ text }) => text)).toEqual([
      expect.stringMatching(/^azure\.machines\.h100-b\.secureBoot: false instead of true/),
    ]);
  });

  it("is no provider's either", () => {
    const before = sectionsOf(gke);
    const renamed = withValue(withValue(before, [...own, "name"], "another"), ["provider"], "another");
    expect(compareSettings(parseConfig(before), parseConfig(renamed))).toEqual([]);
    const after = withValue(renamed, [...own, "gcp", "restrictToConfidential"], false);
    expect(compareSettings(parseConfig(before), parseConfig(after)).map(({ direction }) => direction)).toEqual([
      "weaker",
    ]);
  });

  it("a new kind of nodes is weaker in one line, and gone it is stronger", () => {
    const before = sectionsOf(gcpTrust);
    const [first] = before.nodes as Record<string, unknown>[];
    const after = { ...before, nodes: [first, { ...first, name: "other", keys: ["acme/node-key/other"] }] };
    const found = compareSettings(parseConfig(before), parseConfig(after));
    expect(found.map(({ direction, text }) => [direction, text])).toEqual([
      ["weaker", 'nodes: "other" added: a kind of nodes that is given keys now'],
    ]);
    expect(compareSettings(parseConfig(after), parseConfig(before)).map(({ direction }) => direction)).toEqual([
      "stronger",
    ]);
  });
});

describe("ranges", () => {
  const at = [...own, "gcp", "cluster", "adminCidrs"] as const;
  it("within one that is there add nothing; a wider one is weaker, and takes nothing away", () => {
    const wide = changed(gke, at, ["10.200.0.0/16"]);
    expect(compareSettings(wide.before, wide.after).map(({ direction, text }) => [direction, text])).toEqual([
      ["weaker", expect.stringMatching(/^gcp\.cluster\.adminCidrs: "10\.200\.0\.0\/16" added/)],
    ]);
    expect(compareSettings(wide.after, wide.before).map(({ direction }) => direction)).toEqual(["stronger"]);
  });
});

describe("keys that turn from the owner to a cloud", () => {
  it("are weaker, and stronger the other way round", () => {
    const [trust, keys] = [parseConfig(sectionsOf(gcpTrust)), parseConfig(sectionsOf(gcpKeys))];
    const about = (found: ReturnType<typeof compareSettings>) =>
      found.filter(({ text }) => text.startsWith("role: ")).map(({ direction, text }) => [direction, text]);
    expect(about(compareSettings(trust, keys))).toEqual([
      ["weaker", expect.stringMatching(/a cloud's own attestation/)],
    ]);
    expect(about(compareSettings(keys, trust))).toEqual([["stronger", expect.stringMatching(/owner's Trustee/)]]);
  });
});

describe("in a review", () => {
  const text = readFileSync(join(root, "samples/azure-machine/Pulumi.infrastructure.yaml"), "utf8");
  const { before, after } = changed(azure, [...own, "azure", "machines", 0, "secureBoot"], false);

  it("a setting has the line of its entry, and the outcome is weaker", () => {
    const headText = text.replace("size: Standard_NCC40ads_H100_v5", "secureBoot: false");
    const view = (settings: unknown, text: string) => file([stack()], { settings, text });
    const review = reviewSides(side([view(before, text)]), side([view(after, headText)]));
    const [change] = review.changes;
    expect(change).toMatchObject({ kind: "setting", direction: "weaker", pillar: "guest", location: { exact: true } });
    expect(headText.split("\n")[(change?.location?.line ?? 0) - 1]).toContain("secureBoot: false");
  });

  it("says nothing where a side refuses its settings: that is said by itself", () => {
    expect(compareSettings(undefined, after)).toEqual([]);
    expect(compareSettings(before, undefined)).toEqual([]);
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

describe("the table", () => {
  const schema = JSON.parse(readFileSync(join(root, "stacks/config/factory.schema.json"), "utf8")) as Schema;
  const sections = schema.properties?.config?.properties ?? {};
  const alternatives = (part: Schema): readonly Schema[] => [
    part,
    ...[...(part.anyOf ?? []), ...(part.oneOf ?? [])].flatMap(alternatives),
  ];
  const below = (parts: readonly Schema[], key: string): readonly Schema[] =>
    parts.flatMap((part) => {
      const next = key === "*" ? part.items : part.properties?.[key];
      return next ? alternatives(next) : [];
    });

  it.each(settings.map(({ path }) => path))("names a setting that there is: %s", (path) => {
    const [first = "", ...rest] = path.replace(/\{[^}]*\}/g, "").split(".");
    const start =
      first === "own"
        ? below(alternatives(sections["trustfoundry:providers"] ?? {}), "*")
        : alternatives(sections[`trustfoundry:${first}`] ?? {});
    expect(sections).toHaveProperty([first === "own" ? "trustfoundry:providers" : `trustfoundry:${first}`]);
    expect(rest.reduce(below, start)).not.toEqual([]);
  });

  it("says each thing once", () => {
    expect(new Set(settings.map(({ path }) => path)).size).toBe(settings.length);
  });
});
