import { describe, expect, it } from "vitest";
import { lockdownPolicy } from "../../components/guest/agentPolicy";
import { confidentialDeployment, initDataToml } from "../../policies/examples/confidentialDeployment";
import { initDataAnnotationKey, initDataDigestKey, encodeInitData } from "../../components/guest/initDataAnnotation";
import { bodiesOf, comparesInput, conditions, rulesAbout, waysToKeys } from "../../policies/regoRules";
import type { Resource } from "../../policies/rule";
import { resourcePolicyAffirming } from "../../policies/rules/attestation/resourcePolicyAffirming";
import { resourcePolicyConditional } from "../../policies/rules/attestation/resourcePolicyConditional";
import { agentPolicyClosed } from "../../policies/rules/guest/agentPolicyClosed";

const trimmed = (texts: readonly string[]) => texts.map((text) => text.trim().replace(/\s+/g, " "));

describe("bodiesOf", () => {
  it.each([
    ["allow if {\n  a\n  b\n}", ["{ a b }"]],
    ["allow { a }", ["a"]],
    ["allow { a } { b }", ["a", "b"]],
    ["allow { a }\n{ b }", ["a", "b"]],
    ["allow = true {\n a }", ["a"]],
    ["allow := true if a", ["a"]],
    ["allow if\n a", ["a"]],
    ["allow :=\n a", ["a"]],
    ["allow := a", ["a"]],
    ['allow := {"x": 1, "allowed": true} if {\n a\n}', ["{ a }"]],
    ["allow if { a } else if { b }", ["{ a }", "{ b }"]],
    ["allow if { a }\nelse := false", ["{ a }"]],
    ["allow if { a }\nallow if { b }", ["{ a }", "{ b }"]],
    ['allow if { a == "} if {" }', ['{ a == "} if {" }']],
    ["allow := false if { a }", []],
    ["default allow := false\nallowed if a\nallow.more if a", []],
  ])("of %j", (rego, expected) => expect(trimmed(bodiesOf(`package p\n${rego}\n`, "allow"))).toEqual(expected));
});

describe("conditions", () => {
  it("are cut at lines, semicolons and braces, but not in strings", () => {
    expect(conditions('{\n a; b == "x;{y}"\n every c in d { e }\n}')).toEqual([
      "a",
      'b == "x;{y}"',
      "every c in d",
      "e",
    ]);
  });
});

describe("comparesInput", () => {
  it.each([
    'input.process.Args == ["nvidia-smi"]',
    'input.process.Args in [["date"], ["id"]]',
    'regex.match("^nvidia-smi( -q)?$", concat(" ", input.process.Args))',
    "some command in policy_data.commands\ncommand == input.process.Args",
    "helper",
  ])("takes %j for a comparison", (body) =>
    expect(comparesInput('helper if input.file_type == "Regular"', body)).toBe(true),
  );

  it.each([
    "input",
    "input.process",
    "count(input.process.Args) > 0",
    "count(input.process.Args) >= 0",
    "count(input.process.Args) == count(input.process.Args)",
    "input.process.Args == input.process.Args",
    "input.process.Terminal == false",
    "is_object(input)",
    "some argument in input.process.Args",
    "every argument in input.process.Args { argument }",
    'regex.match(".*", input.process.Args[0])',
    'startswith(input.process.Args[0], "")',
    'input; "a" == "a"',
    "input.process.Args != []",
    "helper",
  ])("does not take %j for one", (body) => expect(comparesInput("helper if is_object(input)", body)).toBe(false));
});

const keyBroker = (rego: string): Resource => ({
  type: "kubernetes:core/v1:ConfigMap",
  name: "policy",
  props: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "policy" }, data: { "p.rego": rego } },
});
const findings = (rego: string) =>
  [resourcePolicyAffirming, resourcePolicyConditional]
    .filter(
      (rule) => rule.evaluate([keyBroker(`package policy\n\ndefault allow := false\n\n${rego}\n`)]).findings.length,
    )
    .map(({ id }) => id);

describe("resource policies that ask each part", () => {
  it.each([
    'allow if every _, s in input.submods { s["ear.status"] == "affirming" }',
    'allow if {\n every s in input["submods"] {\n  affirms(s)\n }\n}\naffirms(s) if s["ear.status"] == "affirming"',
    // kbs/sample_policies/affirming.rego of Trustee.
    'allow if {\n not any_not_affirming\n count(input.submods) > 0\n}\n\nany_not_affirming if {\n some _, submod in input.submods\n submod["ear.status"] != "affirming"\n}',
    'allow if count([s | some s in input.submods; s["ear.status"] != "affirming"]) == 0',
    'allow if count([s | some s in input.submods; s["ear.status"] == "affirming"]) == count(input.submods)',
    'allow if {\n input.submods.cpu0["ear.status"] == "affirming"\n input.submods.gpu0["ear.status"] == "affirming"\n}',
    'allow if {\n some name in ["a"]\n ok\n}\nok if {\n every s in input.submods { s["ear.status"] == "affirming" }\n}',
  ])("pass: %j", (rego) => expect(findings(rego)).toEqual([]));

  it.each([
    'allow if {\n some s in input.submods\n s["ear.status"] == "affirming"\n}',
    'allow if input.submods[_]["ear.status"] == "affirming"',
    'allow if { input.submods.cpu0["ear.status"] == "affirming"; count([n | some n, _ in input.submods; startswith(n, "gpu")]) == 1 }',
    'allow if every s in input.submods { s["ear.status"] in ["affirming", "warning"] }',
    'allow if every s in input.submods { s["ear.status"] == "affirming" }\nallow if input.submods.cpu0["ear.status"] == "affirming"',
  ])("are told from those that do not: %j", (rego) => expect(findings(rego)).toEqual(["resource-policy-affirming"]));

  it.each([
    'data.plugin == "resource"',
    "data",
    'path_ok\n}\n\npath_ok if {\n data["resource-path"] == ["acme", "key", "llama"]',
  ])("do so in each rule: not in one that says %j", (body) =>
    expect(
      findings(`allow if every s in input.submods { s["ear.status"] == "affirming" }\n\nallow if {\n ${body}\n}`),
    ).toEqual(["resource-policy-conditional"]),
  );
});

describe("agent policies", () => {
  const judged = (rego: string) => {
    const toml = initDataToml.replace(/"policy\.rego" = '''[^]*?'''/, () => `"policy.rego" = '''\n${rego}\n'''`);
    const resource = structuredClone(confidentialDeployment) as unknown as {
      props: { spec: { template: { metadata: { annotations: Record<string, string> } } } };
    };
    Object.assign(resource.props.spec.template.metadata.annotations, {
      [initDataAnnotationKey]: encodeInitData(toml),
      [initDataDigestKey]: "",
    });
    return agentPolicyClosed.evaluate([resource as unknown as Resource]).findings.map(({ message }) => message);
  };

  it("of our own pass", () => {
    const image = { repository: "registry.acme.example/llama", digest: `sha256:${"a".repeat(64)}` };
    const { rego } = lockdownPolicy({ image, user: { uid: 1000, gid: 1000 }, command: [], passthroughDevices: 1 });
    expect(judged(rego)).toEqual([]);
  });

  // The shape of genpolicy's rules: openings are settings of policy_data, which releases declare by name.
  it.each([
    "ReadStreamRequest if {\n  policy_data.request_defaults.ReadStreamRequest == true\n}",
    "WriteStreamRequest {\n  policy_data.request_defaults.WriteStreamRequest == true\n}",
    'ExecProcessRequest {\n  some p_command in policy_data.request_defaults.ExecProcessRequest.allowed_commands\n  print("x", p_command)\n  p_command == input.process.Args\n}',
    'ExecProcessRequest {\n  i_command = concat(" ", input.process.Args)\n  some p_regex in policy_data.request_defaults.ExecProcessRequest.regex\n  regex.match(p_regex, i_command)\n}',
  ])("that open by name pass: %j", (rule) => expect(judged(`package agent_policy\n${rule}`)).toEqual([]));

  it.each([
    "ExecProcessRequest if input",
    "ExecProcessRequest {\n  count(input.process.Args) >= 0\n}",
    "SetPolicyRequest := input.policy",
    "ReadStreamRequest if {\n  policy_data.request_defaults.WriteStreamRequest == true\n}",
  ])("that open to nearly all are refused: %j", (rule) =>
    expect(judged(`package agent_policy\n${rule}`)).toEqual([expect.stringContaining("nearly always holds")]),
  );
});

describe("ways to keys", () => {
  const rego = [
    "package policy",
    "default allow := false",
    "allow if {\n  guest(input.submods)\n}",
    'allow if {\n  input["submods"].cpu0.x == 1\n}',
    'allow if data.plugin == "other"',
    "guest(parts) if parts.cpu0.init_data == 1",
  ].join("\n");

  it("are told apart, each with the rules that it names, where they look at evidence", () => {
    const ways = trimmed(waysToKeys(rego));
    expect(ways).toHaveLength(2);
    expect(ways[0]).toContain("init_data");
    expect(ways[1]).not.toContain("init_data");
  });

  it("are the whole module where none looks at any", () => {
    const open = "package policy\nallow := true";
    expect(waysToKeys(open)).toEqual([open]);
  });

  it("of evidence are the rules that mention it, with what these name", () => {
    expect(rulesAbout(rego, "guest(input")).toContain("parts.cpu0.init_data");
    expect(rulesAbout(rego, "input.snp")).toBe("");
  });
});
