import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../stacks/config/errors";
import { parseConfig, sectionsOf } from "../../../stacks/config/load";
import { sampleFactory, sampleSections, withValue } from "../../support/factory";
import { bothSign } from "../../support/signing";

function problems(sections: Record<string, unknown>): readonly string[] {
  try {
    parseConfig(sections);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe("the sample description", () => {
  it("is valid, and takes the validated platform set as its default", () => {
    const factory = sampleFactory();
    expect(factory.platform.versions.kata).toBe("4.0.0");
    expect(problems(withValue(sampleSections(), ["platform"], { charts: { kind: "upstream" } }))).toEqual([]);
  });

  it("has a host of each kind that the rehearsal has to show", () => {
    const hosts = sampleFactory().providers[0]?.hosts ?? [];
    expect(hosts.filter(({ teeEnabled }) => !teeEnabled)).toHaveLength(1);
    expect(hosts.filter(({ simulatedFault }) => simulatedFault === "ccModeFailed")).toHaveLength(1);
    expect(new Set(hosts.map(({ gpu }) => gpu.model))).toEqual(new Set(["H100", "B200"]));
  });
});

const host = ["providers", 0, "hosts", 0];
const model = ["models", 0];

describe("one thing wrong gives one sentence with path, value and remedy", () => {
  const cases: readonly {
    readonly what: string;
    readonly path: (string | number)[];
    readonly value: unknown;
    readonly says: RegExp;
  }[] = [
    {
      what: "a misspelt role",
      path: ["role"],
      value: "rehersal",
      says: /role: "rehersal" is not known; write rehearsal/,
    },
    {
      what: "no role",
      path: ["role"],
      value: undefined,
      says: /role: missing; write one of trust, keys, infrastructure/,
    },
    {
      what: "a missing section",
      path: ["attestation"],
      value: undefined,
      says: /trustfoundry:attestation: missing; add key broker/,
    },
    {
      what: "a misspelt section",
      path: ["modles"],
      value: [],
      says: /trustfoundry:modles: no such setting; write `models` instead/,
    },
    {
      what: "a misspelt key deep down",
      path: [...host, "cpuz"],
      value: 1,
      says: /hosts\[0\]\.cpuz: no such setting; write `cpus`/,
    },
    {
      what: "an unknown key",
      path: [...model, "colour"],
      value: 1,
      says: /models\[0\]\.colour: no such setting; remove it; known here: name, version/,
    },
    {
      what: "a wrong enum value",
      path: [...model, "tee"],
      value: "sgx",
      says: /models\[0\]\.tee: "sgx" is not known; write snp, tdx/,
    },
    {
      what: "an unvalidated GPU",
      path: [...model, "gpu", "model"],
      value: "A100",
      says: /gpu\.model: "A100" is not known; write H100 \(of/,
    },
    {
      what: "a number that is text",
      path: [...host, "cpus"],
      value: "many",
      says: /hosts\[0\]\.cpus: "many" is not right; write a number/,
    },
    {
      what: "a floating image",
      path: [...model, "image"],
      value: "nvcr.io/nim/x:latest",
      says: /models\[0\]\.image: .* names no fixed version/,
    },
    {
      what: "an image without any version",
      path: [...model, "image"],
      value: "nvcr.io/nim/x",
      says: /models\[0\]\.image: .* names no fixed version/,
    },
    {
      what: "devtools mode",
      path: [...host, "ccMode"],
      value: "devtools",
      says: /ccMode: "devtools" is not known; write on, off, ppcie/,
    },
    {
      what: "ppcie on Blackwell",
      path: ["providers", 0, "hosts", 2, "ccMode"],
      value: "ppcie",
      says: /ccMode: "ppcie" is not a mode of B200; write on or off/,
    },
    {
      what: "ppcie before Kata 4.1.0",
      path: [...host, "ccMode"],
      value: "ppcie",
      says: /needs Kata 4\.1\.0.*issue 13430.*set: newest/,
    },
    { what: "CC mode without a CPU TEE", path: [...host, "teeEnabled"], value: false, says: /CPU TEE is off/ },
    { what: "isolation unit node", path: ["isolationUnit"], value: "node", says: /isolationUnit: "node" .* write pod/ },
    {
      what: "two hosts of one name",
      path: [...host, "name"],
      value: "genoa-h100-b",
      says: /hosts\[1\]\.name: "genoa-h100-b" stands twice/,
    },
    {
      what: "a provider that is not there",
      path: [...model, "providers"],
      value: ["southern"],
      says: /providers\[0\]: "southern" is no provider; write one of northern-metal/,
    },
    {
      what: "several GPUs of a single-GPU model",
      path: [...model, "gpu"],
      value: { model: "RTX-PRO-6000-BSE", count: 2 },
      says: /gpu\.count: 2 must be 1/,
    },
    {
      what: "eight Hopper GPUs before Kata 4.1.0",
      path: [...model, "gpu", "count"],
      value: 8,
      says: /gpu\.count: 8 needs all GPUs of a Hopper host in ppcie/,
    },
    { what: "a model without keys", path: [...model, "keys"], value: [], says: /models\[0\]\.keys/ },
    {
      what: "one key for two models",
      path: [...model, "keys"],
      value: ["acme/model-key/frontier-400b"],
      says: /belongs to model llama-8b already/,
    },
    { what: "root as user", path: [...model, "user"], value: { uid: 0, gid: 0 }, says: /user\.uid: 0 is not right/ },
    {
      what: "a short measurement",
      path: [...model, "launchMeasurement"],
      value: "abcd",
      says: /launchMeasurement: "abcd" is not right; write 48 bytes/,
    },
    {
      what: "data owner = model owner",
      path: ["parties", "dataOwner"],
      value: "acme-models",
      says: /parties\.dataOwner: "acme-models" is the model owner too/,
    },
    {
      what: "a mixed platform",
      path: ["platform"],
      value: { versions: { kata: "4.1.0", gpuOperator: "v26.3.1", trustee: "v0.21.0", nfd: "0.18.3" } },
      says: /no combination that is known to fit.*gpuOperator is v26\.3\.1, not v26\.7\.0/,
    },
    {
      what: "a broken chart source",
      path: ["platform", "charts"],
      value: { kind: "mirror" },
      says: /charts\.registry: missing; add OCI registry/,
    },
    {
      what: "an open range",
      path: ["attestation", "keyBroker", "clientCidrs"],
      value: ["everywhere"],
      says: /clientCidrs\[0\]: "everywhere" is not right/,
    },
    { what: "no TCB list", path: ["attestation", "snpTcb", "snp"], value: [25], says: /snpTcb\.snp/ },
  ];
  it.each(cases)("$what", ({ path, value, says }) => {
    const found = problems(withValue(sampleSections(), path, value));
    expect(found.join("\n")).toMatch(says);
    expect(found.filter((problem) => says.test(problem))).toHaveLength(1);
  });

  it("reports all of them at once", () => {
    const broken = [...host, "cpus"];
    const sections = withValue(withValue(sampleSections(), broken, "many"), [...model, "tee"], "sgx");
    expect(problems(sections)).toHaveLength(2);
  });
});

describe("roles", () => {
  it("refuses another party's section: a provider's stack has no place for attestation settings or models", () => {
    const { factory, parties, platform, attestation, ...own } = sampleSections();
    const providers = withValue(own.providers, [0, "acceptance"], undefined);
    const infrastructure = {
      role: "infrastructure",
      factory,
      parties,
      providers,
      platform,
      provider: "northern-metal",
      cluster: { context: "c" },
      simulated: true,
    };
    expect(problems(infrastructure)).toEqual([]);
    expect(problems({ ...infrastructure, attestation }).join()).toMatch(/trustfoundry:attestation: no such setting/);
  });

  it("wants the program of every model named outside a rehearsal, and no simulated fault", () => {
    const { factory, parties, models, platform, attestation, providers } = sampleSections();
    const keyBroker = {
      ...(attestation as { keyBroker: object }).keyBroker,
      caCertificate: "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
    };
    const trust = {
      role: "trust",
      factory,
      signers: bothSign,
      parties,
      models,
      platform,
      attestation: { ...(attestation as object), keyBroker },
      cluster: { context: "c" },
    };
    expect(problems({ ...trust, simulated: true })).toEqual([]);
    // An image's own program is not known to the agent policy: the host could start any other one.
    expect(problems(trust).filter((problem) => /command: .*is empty: the host could start/.test(problem))).toHaveLength(
      3,
    );
    const infrastructure = {
      role: "infrastructure",
      factory,
      parties,
      providers,
      platform,
      provider: "northern-metal",
      cluster: { context: "c" },
    };
    expect(problems(infrastructure).join()).toMatch(/simulatedFault: "ccModeFailed" is for rehearsals/);
  });
});

it("decodes settings as the engine hands them over, structures as JSON text", () => {
  expect(
    sectionsOf({
      "trustfoundry:role": "trust",
      "trustfoundry:models": '[{"name":"a"}]',
      "trustfoundry:simulated": "true",
      "other:role": "x",
    }),
  ).toEqual({
    role: "trust",
    models: [{ name: "a" }],
    simulated: true,
  });
});
