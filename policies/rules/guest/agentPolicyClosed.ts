import { regoPackage, unconditional } from "../../documents";
import { confidentialDeployment, initDataPath, initDataPointer } from "../../examples/confidentialDeployment";
import { initDataDocuments } from "../../initData";
import { bareMetal, resourceRule } from "../../rule";
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
  platforms: bareMetal,
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
    for (const request of closed)
      for (const line of unconditional(policy.text, request)) yield policy.finding(`says ${JSON.stringify(line)}`);
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
  ],
});
