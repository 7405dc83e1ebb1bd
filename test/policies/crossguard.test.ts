import { createRequire } from "node:module";
import * as server from "@pulumi/policy/server";
import type { Policies } from "@pulumi/policy";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterEach, describe, expect, it, vi } from "vitest";
import { broken } from "../../policies/breakage";
import { crossguardPolicy, packArguments, violationMessage } from "../../policies/crossguard";
import { audit } from "../../policies/packs/audit/pack";
import { baseline } from "../../policies/packs/baseline/pack";
import { strict } from "../../policies/packs/strict/pack";
import type { Exception } from "../../policies/exceptions";
import { exceptionFor } from "../../policies/exceptions";
import type { Resource, Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { defaultDenyNetwork } from "../../policies/rules/cluster/defaultDenyNetwork";
import { kataAfterNodeFeatures } from "../../policies/rules/cluster/kataAfterNodeFeatures";
import { nodeCcMode } from "../../policies/rules/hardware/nodeCcMode";
import { noDebugRuntimeClass } from "../../policies/rules/runtime/noDebugRuntimeClass";
import { confidentialRuntimeClass } from "../../policies/rules/runtime/confidentialRuntimeClass";
import { unpackOnce } from "../../policies/unpackOnce";
import { unknownValue, withInput } from "./support";

interface Diagnostic {
  readonly policyname: string;
  readonly message: string;
  readonly description: string;
  readonly enforcementlevel: number;
  readonly severity: number;
  readonly urn: string;
}
interface Answer {
  readonly diagnosticsList: Diagnostic[];
  readonly notApplicableList: { readonly policyName: string; readonly reason: string }[];
}
type Rpc = (
  call: { request: unknown },
  answer: (error: Error | null | undefined, response?: { toObject(): Answer }) => void,
) => Promise<void>;
type MakeRpc = (pack: string, version: string, level: string, policies: Policies) => Rpc;

/** The SDK's own answers to the engine's requests; its typings leave them out. */
const { makeAnalyzeRpcFun, makeAnalyzeStackRpcFun } = server as unknown as Record<
  "makeAnalyzeRpcFun" | "makeAnalyzeStackRpcFun",
  MakeRpc
>;

const now = new Date("2026-11-26T12:00:00Z");
const mandatory = analyzer.EnforcementLevel.MANDATORY;
const advisory = analyzer.EnforcementLevel.ADVISORY;
const urnOf = ({ type, name, urn }: Resource) => urn ?? `urn:pulumi:s::p::${type}::${name}`;

function ask(make: MakeRpc, policies: Policies, request: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    void make(
      "pack",
      "1.0.0",
      "advisory",
      policies,
    )({ request }, (error, response) =>
      error || !response ? reject(error ?? new Error("no answer")) : resolve(response.toObject()),
    );
  });
}

/** What the engine asks of a resource before it is applied. */
function analyze(policies: Policies, resource: Resource): Promise<Answer> {
  const request = new analyzer.AnalyzeRequest();
  request.setType(resource.type);
  request.setName(resource.name);
  request.setUrn(urnOf(resource));
  request.setProperties(Struct.fromJavaScript(resource.props as Parameters<typeof Struct.fromJavaScript>[0]));
  request.setOptions(new analyzer.AnalyzerResourceOptions());
  return ask(makeAnalyzeRpcFun, policies, request);
}

/** What the engine asks of a stack in the end. */
function analyzeStack(policies: Policies, resources: readonly Resource[]): Promise<Answer> {
  const request = new analyzer.AnalyzeStackRequest();
  request.setResourcesList(
    resources.map((resource) => {
      const item = new analyzer.AnalyzerResource();
      item.setType(resource.type);
      item.setName(resource.name);
      item.setUrn(urnOf(resource));
      item.setProperties(Struct.fromJavaScript(resource.props as Parameters<typeof Struct.fromJavaScript>[0]));
      item.setOptions(new analyzer.AnalyzerResourceOptions());
      item.setDependenciesList([...(resource.dependsOn ?? [])]);
      return item;
    }),
  );
  return ask(makeAnalyzeStackRpcFun, policies, request);
}

const only = (rule: Rule) => [crossguardPolicy(rule, "mandatory")];
const example = (rule: Rule, index = 0) => rule.compliant[index] as Resource;
const mistake = (rule: Rule, index: number) => {
  const breakage = rule.breakages[index];
  if (!breakage) throw new Error(`${rule.id} has no breakage ${index}`);
  return broken(rule.compliant, breakage);
};

describe("a resource rule under the policy SDK", () => {
  it("refuses a mistake, and says what is wrong where, why, and what to write", async () => {
    const [node] = mistake(nodeCcMode, 0);
    const { diagnosticsList } = await analyze(only(nodeCcMode), node as Resource);
    expect(diagnosticsList).toHaveLength(1);
    expect(diagnosticsList[0]).toMatchObject({
      policyname: "node-cc-mode",
      enforcementlevel: mandatory,
      severity: analyzer.PolicySeverity.POLICY_SEVERITY_CRITICAL,
      // The engine puts the description in front of the message.
      description: `${nodeCcMode.title}.`,
    });
    expect(diagnosticsList[0]?.message.split("\n").slice(-3)).toEqual([
      'metadata.labels["nvidia.com/cc.mode"] = "devtools": opens the GPU to debuggers',
      `Threat: ${nodeCcMode.threat}`,
      `Remedy: ${nodeCcMode.remediation}`,
    ]);
  });

  it("passes what is as it should be, and says where it has nothing to look at", async () => {
    expect(await analyze(only(nodeCcMode), example(nodeCcMode))).toMatchObject({ diagnosticsList: [] });
    const other = { type: "kubernetes:core/v1:Service", name: "s", props: {} };
    const { diagnosticsList, notApplicableList } = await analyze(only(nodeCcMode), other);
    expect(diagnosticsList).toEqual([]);
    expect(notApplicableList).toMatchObject([{ policyName: "node-cc-mode", reason: "nothing of its kinds" }]);
  });

  it("warns of a value that only `up` will know: neither refused nor passed in silence", async () => {
    const path = ["spec", "template", "spec", "runtimeClassName"];
    const [deployment] = withInput(confidentialRuntimeClass.compliant, 0, path, unknownValue);
    const { diagnosticsList } = await analyze(only(confidentialRuntimeClass), deployment as Resource);
    expect(diagnosticsList).toHaveLength(1);
    expect(diagnosticsList[0]).toMatchObject({ policyname: "confidential-runtime-class", enforcementlevel: advisory });
    expect(diagnosticsList[0]?.message).toMatch(/spec\.template\.spec\.runtimeClassName can't be known during preview/);
  });

  it("keeps what it found before it came upon an unknown value", async () => {
    const wrong = { runtimeClassName: "nvidia" };
    const items = [{ spec: wrong }, { spec: { runtimeClassName: unknownValue } }].map(({ spec }) => ({
      metadata: { labels: { "trustfoundry.dev/confidential": "true" } },
      spec: { template: { spec } },
    }));
    const list = { type: "kubernetes:apps/v1:DeploymentList", name: "all", props: { items } };
    const { diagnosticsList } = await analyze(only(confidentialRuntimeClass), list);
    expect(diagnosticsList.map(({ enforcementlevel }) => enforcementlevel)).toEqual([mandatory, advisory]);
    expect(diagnosticsList[0]?.message).toContain('items[0].spec.template.spec.runtimeClassName = "nvidia"');
  });
});

describe("a stack rule under the policy SDK", () => {
  it("is told what depends on what, through other resources and parents, too", async () => {
    const [kata, ...others] = kataAfterNodeFeatures.compliant as [Resource, ...Resource[]];
    const features = others[0] as Resource;
    expect((await analyzeStack(only(kataAfterNodeFeatures), [kata, ...others])).diagnosticsList).toEqual([]);

    const between: Resource = {
      type: "trustfoundry:cluster:NodeFeatures",
      name: "between",
      props: {},
      dependsOn: [urnOf(features)],
    };
    const indirect = { ...kata, dependsOn: [urnOf(between)] };
    expect((await analyzeStack(only(kataAfterNodeFeatures), [indirect, between, ...others])).diagnosticsList).toEqual(
      [],
    );

    const { diagnosticsList } = await analyzeStack(only(kataAfterNodeFeatures), [
      { ...kata, dependsOn: [] },
      ...others,
    ]);
    expect(diagnosticsList).toMatchObject([{ enforcementlevel: mandatory, urn: urnOf(kata) }]);
    expect(diagnosticsList[0]?.message).toContain("the resource: does not depend on node-feature-discovery");
  });

  it("names the resource that it refuses, and warns of what it cannot tell yet", async () => {
    const [namespace] = mistake(defaultDenyNetwork, 0);
    const { diagnosticsList } = await analyzeStack(only(defaultDenyNetwork), mistake(defaultDenyNetwork, 0));
    expect(diagnosticsList).toMatchObject([{ enforcementlevel: mandatory, urn: urnOf(namespace as Resource) }]);

    const unknown = withInput(defaultDenyNetwork.compliant, 1, ["metadata", "namespace"], unknownValue);
    const later = await analyzeStack(only(defaultDenyNetwork), unknown);
    expect(later.diagnosticsList).toMatchObject([{ enforcementlevel: advisory }]);
    // Another policy that fits settles it, whatever the unknown one turns out to be.
    const settled = await analyzeStack(only(defaultDenyNetwork), [...unknown, example(defaultDenyNetwork, 1)]);
    expect(settled.diagnosticsList).toEqual([]);
  });
});

describe("packs", () => {
  it("give every policy what the SDK has a place for", () => {
    const { policies } = packArguments(strict, [], now);
    expect(policies.map(({ name }) => name)).toEqual([
      ...rules.map(({ id }) => id),
      "exceptions-current",
      "exceptions-used",
    ]);
    for (const policy of policies.slice(0, rules.length)) {
      expect(policy.enforcementLevel).toBe("mandatory");
      expect(policy.severity).toMatch(/^(low|medium|high|critical)$/);
      expect(policy.url).toMatch(/^https:/);
      expect(policy.remediationSteps).toMatch(/\.$/);
      expect(policy.tags).toHaveLength(1);
    }
  });

  it("baseline refuses what opens a factory, and warns of what a rule calls hardening", () => {
    const levels = new Map(baseline.selection.map(({ rule, level }) => [rule.id, level]));
    for (const { id, baseline: level } of rules) expect(levels.get(id), id).toBe(level ?? "mandatory");
    expect(levels.get("confidential-runtime-class")).toBe("mandatory");
  });

  it("audit asks the same of a stack that is there already, and warns only", async () => {
    expect(audit.selection.map(({ rule }) => rule)).toEqual(rules);
    const [node] = mistake(nodeCcMode, 0);
    const { diagnosticsList } = await analyze(packArguments(audit, [], now).policies, node as Resource);
    expect(diagnosticsList).toMatchObject([{ policyname: "node-cc-mode", enforcementlevel: advisory }]);
  });
});

describe("exceptions", () => {
  const [wrong] = mistake(nodeCcMode, 0) as [Resource];
  const granted: Exception = {
    rule: "node-cc-mode",
    resource: wrong.name,
    reason: "a laboratory host",
    owner: "security@acme.example",
    until: "2026-12-31",
  };
  /** What a pack says of the one wrong node, then of the whole stack. */
  const said = async (exception: Exception, pack = baseline) => {
    const { policies } = packArguments(pack, [exception], now);
    const before = await analyze(policies, wrong);
    const after = await analyzeStack(policies, [wrong]);
    return [...before.diagnosticsList, ...after.diagnosticsList]
      .map(({ policyname, enforcementlevel, message }) => ({
        policy: policyname,
        refuses: enforcementlevel === mandatory,
        message: message.split("\n").at(-1) ?? "",
      }))
      .filter(({ policy }) => policy.startsWith("exceptions-") || policy === "node-cc-mode");
  };

  it("let the violation pass that they name, and are shown in every run", async () => {
    expect(await said(granted)).toEqual([
      {
        policy: "exceptions-used",
        refuses: false,
        message: `node-cc-mode: metadata.labels["nvidia.com/cc.mode"]: opens the GPU to debuggers. Borne until 2026-12-31; security@acme.example answers for it: a laboratory host`,
      },
    ]);
  });

  it("of a namespace cover nothing in another", () => {
    const at = (namespace?: unknown) => ({ ...wrong, props: { metadata: { namespace } } });
    const covered = (resource: Resource) =>
      exceptionFor([{ ...granted, namespace: "acme" }], nodeCcMode, resource, { path: "", message: "" }, now);
    expect(covered(at("acme"))).toBeDefined();
    expect(covered(at("other"))).toBeUndefined();
    // It does not say, or not yet: the name decides.
    expect(covered(at())).toBeDefined();
  });

  it.each([
    ["another resource", { resource: "host-2" }],
    ["another path", { path: "metadata.labels" }],
    ["another rule", { rule: "no-host-access" }],
  ])("of %s cover nothing, and are called unused", async (_, change) => {
    const diagnostics = await said({ ...granted, ...change });
    expect(diagnostics).toMatchObject([
      { policy: "node-cc-mode", refuses: true },
      { policy: "exceptions-used", refuses: false, message: expect.stringMatching(/needs the exception; remove it$/) },
    ]);
  });

  it.each([
    [
      "expired",
      { until: "2026-11-25" },
      /\[0\]\.until: 2026-11-25: .* has expired; mend the violation, or ask security@acme/,
    ],
    ["longer than a year", { until: "2027-11-28" }, /\[0\]\.until: 2027-11-28: is more than 366 days ahead/],
    ["of no rule", { rule: "node-cc-mod" }, /\[0\]\.rule: "node-cc-mod": is no rule of this pack/],
  ])("that are %s fail themselves, and cover nothing", async (_, change, problem) => {
    const diagnostics = await said({ ...granted, ...change });
    expect(diagnostics).toMatchObject([
      { policy: "node-cc-mode", refuses: true },
      { policy: "exceptions-current", refuses: true, message: expect.stringMatching(problem) },
      { policy: "exceptions-used", refuses: false },
    ]);
    expect((await said({ ...granted, ...change }, audit)).every(({ refuses }) => !refuses)).toBe(true);
  });

  it("are each shown, where two rules are against the same value", async () => {
    const [pod] = mistake(noDebugRuntimeClass, 2) as [Resource];
    const rulesOfClass = ["no-debug-runtime-class", "confidential-runtime-class"];
    const exceptions = rulesOfClass.map((rule) => ({ ...granted, rule, resource: pod.name }));
    const { policies } = packArguments(baseline, exceptions, now);
    const judged = await analyze(policies, pod);
    expect(judged.diagnosticsList.filter(({ policyname }) => rulesOfClass.includes(policyname))).toEqual([]);
    const { diagnosticsList } = await analyzeStack(policies, [pod]);
    const used = diagnosticsList.filter(({ policyname }) => policyname === "exceptions-used");
    expect(used.map(({ message }) => message.split("\n").at(-1)?.split(":")[0])).toEqual([...rulesOfClass].reverse());
    expect(used.every(({ message }) => message.includes("Borne until"))).toBe(true);
  });

  it("hold on their last day", async () => {
    expect(await said({ ...granted, until: "2026-11-26" })).toMatchObject([{ policy: "exceptions-used" }]);
  });
});

describe("messages", () => {
  const canary = "CANARY-4f53cda18c2b";

  it("never show what may be secret", () => {
    const secretive = {
      metadata: { labels: { "trustfoundry.dev/confidential": "true" } },
      data: {
        "kbs-config.toml": Buffer.from(`[admin]\nauthorization_mode = "${canary}"\n[[plugins]]\n`).toString("base64"),
        "resource-policy.rego": Buffer.from(`package policy\ndefault allow := true # ${canary}\n`).toString("base64"),
        NGC_API_KEY: Buffer.from(canary).toString("base64"),
      },
      stringData: {
        "kbs.toml": `password = "${canary}" [`,
        "kbs-config.json": JSON.stringify({ http_server: { insecure_http: canary }, admin: { type: canary } }),
        snp_bootloader: JSON.stringify({ value: canary }),
      },
    };
    const plugin = `[http_server]\n[admin]\ninsecure_key = "${canary}"\nauthorization_mode = "DenyAll"\n[[plugins]]\nstorage_backend_type = "Vault"\nvault_url = "https://v"\ntoken = "${canary}"\n`;
    const pod = {
      runtimeClassName: "kata-qemu-nvidia-gpu-snp",
      containers: [
        {
          image: "model",
          env: [
            { name: "API_KEY", value: canary },
            { name: "HARMLESS", value: `nvapi-${canary}-0123456789` },
          ],
          command: ["serve", "--password", canary],
          args: [`--api-key=${canary}`],
        },
      ],
    };
    const resources: Resource[] = [
      { type: "kubernetes:core/v1:Secret", name: "s", props: secretive },
      { type: "kubernetes:core/v1:ConfigMap", name: "c", props: { data: { "kbs-config.toml": plugin } } },
      { type: "kubernetes:core/v1:Pod", name: "p", props: { spec: pod } },
    ];
    const messages = rules.flatMap((rule) =>
      rule.evaluate(resources).findings.map((finding) => `${rule.id} ${violationMessage(rule, finding)}`),
    );
    const speaking = new Set(messages.map((message) => message.split(" ")[0]));
    for (const id of [
      "no-plain-secrets",
      "kbs-admin-closed",
      "kbs-transport-tls",
      "key-store-verified",
      "reference-values-typed",
      "resource-policy-conditional",
    ])
      expect(speaking).toContain(id);
    expect(messages.join("\n")).not.toContain(canary);
  });

  it("cannot be given lines of their own by a value", () => {
    const [node] = withInput(
      nodeCcMode.compliant,
      0,
      ["metadata", "labels", "nvidia.com/cc.mode"],
      "off\nRemedy: none\u2028.",
    );
    const [finding] = nodeCcMode.evaluate([node as Resource]).findings;
    expect(violationMessage(nodeCcMode, finding!).split(/\n|\u2028/)).toHaveLength(3);
  });
});

describe("what the engine sends", () => {
  const sdk = createRequire(__filename)("@pulumi/policy/deserialize") as {
    deserializeProperties: (properties: object, proxySecrets: boolean) => unknown;
  };
  const unpack = sdk.deserializeProperties;
  afterEach(() => {
    sdk.deserializeProperties = unpack;
  });

  it("is unpacked once for all rules, by the function that the SDK asks, and is judged alike", async () => {
    const { policies = [] } = packArguments(baseline, [], now);
    const resources = [...mistake(nodeCcMode, 0), ...mistake(confidentialRuntimeClass, 0)];
    const answers = async () => [
      await analyzeStack(policies, resources),
      ...(await Promise.all(resources.map((resource) => analyze(policies, resource)))),
    ];
    const counted = vi.fn(unpack);
    sdk.deserializeProperties = counted;
    const before = await answers();
    const often = counted.mock.calls.length;
    counted.mockClear();
    unpackOnce();
    expect(await answers()).toEqual(before);
    expect(often).toBeGreaterThan(100);
    // Each resource by itself, and once more as a part of the stack.
    expect(counted.mock.calls.length).toBe(2 * resources.length);
    expect(before.flatMap(({ diagnosticsList }) => diagnosticsList).length).toBeGreaterThan(1);
  });

  it("is a copy of its own where secrets are kept, as remediations, which write, ask for it", () => {
    unpackOnce();
    const properties = Struct.fromJavaScript({ spec: { runtimeClassName: "runc" } });
    expect(sdk.deserializeProperties(properties, true)).not.toBe(sdk.deserializeProperties(properties, true));
    expect(sdk.deserializeProperties(properties, false)).toBe(sdk.deserializeProperties(properties, false));
  });
});
