import { describe, expect, it } from "vitest";
import type { Sections } from "../../../stacks/config/presets";
import { presetWith } from "../../../stacks/config/presets";

const preset: Sections = {
  role: "infrastructure",
  factory: null,
  cluster: { context: null },
  providers: [
    {
      name: "own-metal",
      keyBrokerCidrs: ["203.0.113.0/28"],
      hosts: [{ name: null, gpu: { model: "H100", count: 8 }, teeEnabled: true, ccMode: "on" }],
    },
  ],
};
const other: Sections = { role: "trust", attestation: { keyBroker: { dnsName: null }, snpTcb: null } };
const complete = (own: Sections, from = preset) =>
  presetWith({ name: "settings/infrastructure.yaml", preset: from, others: [other] }, own);
const refusals = (own: Sections, from = preset) => {
  try {
    complete(own, from);
  } catch (error) {
    return (error as { problems?: readonly string[] }).problems;
  }
  return "taken";
};

describe("an answer", () => {
  it("replaces one value, and takes its kind", () => {
    const { sections } = complete({
      factory: "acme",
      "cluster.context": "factory",
      "providers[0].hosts[0].name": "gpu-a",
      "providers[0].hosts[0].gpu.count": "4",
      // As Pulumi hands over what reads like a boolean.
      "providers[0].hosts[0].teeEnabled": false,
      "providers[0].hosts[0].ccMode": true,
      "providers[0].keyBrokerCidrs[0]": "10.0.0.0/28",
    });
    expect(sections).toEqual({
      role: "infrastructure",
      factory: "acme",
      cluster: { context: "factory" },
      providers: [
        {
          name: "own-metal",
          keyBrokerCidrs: ["10.0.0.0/28"],
          hosts: [{ name: "gpu-a", gpu: { model: "H100", count: 4 }, teeEnabled: false, ccMode: "true" }],
        },
      ],
    });
  });

  it("leaves the preset as it is", () => {
    const before = structuredClone(preset);
    complete({ "providers[0].hosts[0].gpu.count": "4" });
    expect(preset).toEqual(before);
  });

  it("may be a structure where the preset has none or one", () => {
    const from = { ...preset, attestation: { snpTcb: null, lists: [1] } };
    expect(complete({ "attestation.snpTcb": { snp: 25 }, "attestation.lists": [2, 3] }, from).sections).toMatchObject({
      attestation: { snpTcb: { snp: 25 }, lists: [2, 3] },
    });
  });

  it.each([
    [
      "into nowhere",
      "cluster.contexts",
      "x",
      /^trustfoundry:cluster\.contexts: leads nowhere: cluster of settings\/infrastructure\.yaml has no contexts; write context instead$/,
    ],
    [
      "into no section",
      "clusters.context",
      "x",
      /^trustfoundry:clusters\.context: leads nowhere: settings\/infrastructure\.yaml has no clusters; write cluster instead$/,
    ],
    [
      "past the end of a list",
      "providers[0].hosts[1].name",
      "x",
      /providers\[0\]\.hosts of settings\/infrastructure\.yaml has one entry, \[0\]; write its index, or add it in settings\/infrastructure\.yaml$/,
    ],
    [
      "to a setting that the preset leaves out",
      "providers[0].hosts[0].gpu.memory",
      "80",
      /gpu of settings\/infrastructure\.yaml has no memory; write one of model, count, or add it in settings\/infrastructure\.yaml$/,
    ],
    [
      "with an index into settings",
      "cluster[0]",
      "x",
      /cluster of settings\/infrastructure\.yaml is no list; remove \[0\]$/,
    ],
    [
      "with a name into a list",
      "providers.name",
      "x",
      /providers of settings\/infrastructure\.yaml has no settings by name; remove \.name$/,
    ],
    ["that goes on behind a value", "providers[0].name.first", "x", /has no settings by name; remove \.first$/],
    [
      "that is no number",
      "providers[0].hosts[0].gpu.count",
      "eight",
      /^trustfoundry:providers\[0\]\.hosts\[0\]\.gpu\.count: "eight" is not a number; write one such as 8$/,
    ],
    ["that is a number in another notation", "providers[0].hosts[0].gpu.count", "0x8", /is not a number/],
    [
      "that is neither true nor false",
      "providers[0].hosts[0].teeEnabled",
      "yes",
      /"yes" is not right; write true or false$/,
    ],
    [
      "that is a text where a list is",
      "providers[0].keyBrokerCidrs",
      "10.0.0.0/8",
      /replaces a list; write a path to one value in it$/,
    ],
    ["that is a list where a text is", "providers[0].name", ["a"], /\["a"\] replaces one value; write a text$/],
    ["with a bad path", "providers[-1].name", "x", /is no path; write a name followed by/],
    ["with an empty part", "providers..name", "x", /is no path/],
    ["into what every object has", "cluster.__proto__", "x", /is no path/],
    ["into what every object has, by a word", "cluster.constructor", "x", /has no constructor/],
    [
      "into what packs read whole",
      "exceptions[0].rule",
      "x",
      /is read as one section; write trustfoundry:exceptions whole$/,
    ],
  ])("%s is one clear sentence", (_, key, value, message) => {
    expect(refusals({ [key]: value })).toEqual([expect.stringMatching(message)]);
  });

  it("into a text that a list is called like names the list", () => {
    expect(refusals({ "provider[0].name": "x" }, { ...preset, provider: "own-metal" })).toEqual([
      "trustfoundry:provider[0].name: leads nowhere: provider of settings/infrastructure.yaml is no list; write providers instead",
    ]);
  });

  it("stands beside a whole section only where it says the same", () => {
    const own = { cluster: { context: "factory" } };
    expect(complete({ ...own, "cluster.context": "factory" }).sections.cluster).toEqual({ context: "factory" });
    expect(refusals({ ...own, "cluster.context": "other" })).toEqual([
      "trustfoundry:cluster.context: contradicts trustfoundry:cluster, which stands beside it whole; write the value there, and remove this key",
    ]);
    expect(refusals({ ...own, "cluster.user": "x" })).toEqual([expect.stringMatching(/what stands here has no user/)]);
    expect(refusals({ cluster: {}, "cluster.context": "x" })).toEqual([
      "trustfoundry:cluster.context: leads nowhere: cluster of what stands here has no context; add it there",
    ]);
  });

  it("does not stand within another one, in whichever order they come", () => {
    const keys = { "providers[0].hosts[0].gpu": { model: "B200", count: 8 }, "providers[0].hosts[0].gpu.count": "4" };
    for (const own of [keys, Object.fromEntries(Object.entries(keys).reverse())])
      expect(refusals(own)).toEqual([
        "trustfoundry:providers[0].hosts[0].gpu.count: stands within trustfoundry:providers[0].hosts[0].gpu; write one of the two",
      ]);
  });

  it("for another role is left alone, and one for no role is not", () => {
    const own = { "attestation.keyBroker.dnsName": "kbs.acme.example" };
    expect(complete(own).leftAlone).toEqual(["attestation.keyBroker.dnsName"]);
    expect(complete(own).sections).not.toHaveProperty("attestation");
    expect(refusals({ "attestation.keyBroker.dnsNames": "x" })).toHaveLength(1);
  });

  it.each(["trustSecrets.tls.privateKey", "isolationUnit.node", "exceptions[0].rule"])(
    "such as %s is refused even where another role's preset has a place for it, and is not repeated",
    (key) => {
      const trustSecrets = { tls: { privateKey: "" } };
      const found = { trustSecrets, isolationUnit: { node: "" }, exceptions: [{ rule: "" }] };
      const own = { [key]: "hunter2" };
      const attempt = () => presetWith({ name: "settings/trust.yaml", preset, others: [found] }, own);
      expect(attempt).toThrow(/is read as one section/);
      expect(attempt).not.toThrow("hunter2");
    },
  );
});

describe("what nobody has given", () => {
  it("stays away, so that the schema asks for it, also where an answer was left empty", () => {
    const { sections } = complete({ "cluster.context": "" });
    expect(sections).not.toHaveProperty("factory");
    expect(sections.cluster).toEqual({});
    expect(sections.providers).toEqual([
      expect.objectContaining({ hosts: [{ gpu: { model: "H100", count: 8 }, teeEnabled: true, ccMode: "on" }] }),
    ]);
  });
});

describe("a preset", () => {
  it("loses a section that the stack says whole", () => {
    expect(complete({ providers: [{ name: "other" }] }).sections.providers).toEqual([{ name: "other" }]);
  });

  it.each(["exceptions", "isolationUnit", "trustSecrets"])(
    "may not say %s, which policy packs would not see",
    (key) => {
      expect(refusals({}, { ...preset, [key]: "node" })).toEqual([
        expect.stringMatching(`^trustfoundry:${key}: stands in settings/infrastructure.yaml, where no policy pack`),
      ]);
    },
  );
});
