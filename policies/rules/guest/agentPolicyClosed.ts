import { regoPackage, unconditional } from "../../documents";
import { confidentialDeployment, initDataPath, initDataPointer } from "../../examples/confidentialDeployment";
import { initDataDocuments } from "../../initData";
import { bodiesOf, comparesInput } from "../../regoRules";
import { platforms, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

/** Requests of the host that no confidential guest grants without a condition. */
const closed = [
  "AllowRequestsFailingPolicy",
  "CopyFileRequest",
  "CreateContainerRequest",
  "ExecProcessRequest",
  "ReadStreamRequest",
  "SetPolicyRequest",
  "WriteStreamRequest",
];
const path = `${initDataPath}#data["policy.rego"]`;

export const agentPolicyClosed = resourceRule({
  id: "agent-policy-closed",
  title: "The agent policy grants the host no request without a condition",
  pillar: "guest",
  severity: "critical",
  threat: "The host's administrator opens a shell in the guest, or starts another container beside the model.",
  remediation:
    "Write default <request> := false in policy.rego and allow what is needed by rules that look at the request.",
  source: nvidiaDocs("overview"),
  platforms,
  claims: ["host-kept-out"],
  boundary: { by: "agentPolicy", how: "the guest evaluates this very text, which init-data binds to its evidence" },
  looksAt: initDataDocuments,
  *check({ document }) {
    // Long, and the path says where it is: never shown.
    const policy = document.at("data", "policy.rego").hidden();
    if (policy.text === undefined || policy.text.trim() === "") {
      yield policy.finding("is missing: the policy of the guest image, which allows everything, stays in force");
      return;
    }
    if (regoPackage(policy.text) !== "agent_policy")
      yield policy.finding("is not of package agent_policy, which is the one that the agent asks");
    for (const request of closed) {
      const always = unconditional(policy.text, request);
      for (const line of always) yield policy.finding(`says ${JSON.stringify(line)}`);
      if (always.length === 0 && bodiesOf(policy.text, request).some((body) => opens(policy.text ?? "", request, body)))
        yield policy.finding(`allows ${request} and compares nothing of the request: it nearly always holds`);
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "exec for everybody",
      path: initDataPointer,
      replaceInInitData: ["default ExecProcessRequest := false", "default ExecProcessRequest := true"],
      expect: path,
    },
    {
      mistake: "logs for everybody, in the older spelling",
      path: initDataPointer,
      replaceInInitData: ["default ReadStreamRequest := false", "default ReadStreamRequest = true"],
      expect: path,
    },
    {
      mistake: "a rule that always holds",
      path: initDataPointer,
      replaceInInitData: ["CreateContainerRequest if {", "SetPolicyRequest if true\n\nCreateContainerRequest if {"],
      expect: path,
    },
    {
      mistake: "failing requests allowed while debugging",
      path: initDataPointer,
      replaceInInitData: ["default AllowRequestsFailingPolicy := false", "default AllowRequestsFailingPolicy := true"],
      expect: path,
    },
    {
      mistake: "another package",
      path: initDataPointer,
      replaceInInitData: ["package agent_policy", "package policy"],
      expect: path,
    },
    {
      mistake: "no agent policy",
      path: initDataPointer,
      replaceInInitData: ['"policy.rego"', '"policy.regp"'],
      expect: path,
    },
    {
      mistake: "exec for each request that is there",
      path: initDataPointer,
      replaceInInitData: ["CreateContainerRequest if {", "ExecProcessRequest if input\n\nCreateContainerRequest if {"],
      expect: path,
    },
    {
      mistake: "a condition on the number of arguments that every request meets",
      path: initDataPointer,
      replaceInInitData: [
        "CreateContainerRequest if {",
        "ExecProcessRequest if count(input.process.Args) > 0\n\nCreateContainerRequest if {",
      ],
      expect: path,
    },
    {
      mistake: "a condition that compares a stream with itself",
      path: initDataPointer,
      replaceInInitData: [
        "CreateContainerRequest if {",
        "WriteStreamRequest if {\n  input.container_id == input.container_id\n}\n\nCreateContainerRequest if {",
      ],
      expect: path,
    },
  ],
});

/** genpolicy opens streams by a setting of that name, which a release has to declare. */
function opens(rego: string, request: string, body: string): boolean {
  const setting = new RegExp(`\\bpolicy_data\\.request_defaults\\.${request}\\b`);
  return !setting.test(body) && !comparesInput(rego, body);
}
