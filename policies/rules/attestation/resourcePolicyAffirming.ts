import { regoStatements } from "../../documents";
import { resourcePolicy, resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import { resourcePolicies } from "../../keyBroker";
import { bodiesOf, conditions, readsIntelToken, withHelpers } from "../../regoRules";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const part = /\bin\s+[\w.[\]"]*\bsubmods\b|\bsubmods\b"?\]?\[/;
const status = /"ear\.status"/;
const affirming = /==\s*"affirming"|"affirming"\s*==|\bin\s*[[{]\s*"affirming"\s*[\]}]/;
const wanting = /!=\s*"affirming"|"affirming"\s*!=/;

/** Each part, whatever its name: by `every`, by none that is not, or by as many that are. */
function asksEachPart(rego: string, body: string): boolean {
  const whole = withHelpers(rego, body);
  const asked = [...whole.matchAll(/\bevery\b([^{]*)\{([^{}]*)\}/g)];
  if (asked.some(([, domain = "", inner = ""]) => part.test(`${domain} ${inner}`) && asks(withHelpers(rego, inner))))
    return true;
  const none = [...whole.matchAll(/\bnot\s+\w+/g)].map(([negated]) => withHelpers(rego, negated));
  if (none.some((text) => part.test(text) && status.test(text) && wanting.test(text))) return true;
  const counted = /\bcount\(\s*[[{][^\n]*"ear\.status"[^\n]*/.exec(whole)?.[0] ?? "";
  return (wanting.test(counted) && /==\s*0\b/.test(counted)) || /==\s*count\([^()]*\bsubmods\)/.test(counted);
}

/** Parts by their names: `input.submods.cpu0["ear.status"]` and the same of a GPU. */
function asksByName(rego: string, body: string): boolean {
  const lines = conditions(withHelpers(rego, body));
  const asked = (name: RegExp) => lines.some((line) => name.test(line) && asks(withHelpers(rego, line)));
  return asked(/\bcpu\d*\b/) && asked(/\bgpu\d*\b/);
}

/** What looks at no part at all is a finding of `resource-policy-conditional`. */
const looks = (rego: string, body: string) => /\bsubmods\b/.test(withHelpers(rego, body));

const asks = (text: string) => status.test(text) && affirming.test(text);

export const resourcePolicyAffirming = resourceRule({
  id: "resource-policy-affirming",
  title: "The key broker's policy demands affirming evidence of CPU and GPU alike",
  pillar: "attestation",
  severity: "critical",
  threat: "A guest whose evidence was found wanting, or whose GPU gave none, is given the key to the model.",
  remediation: 'Write every submod in input.submods { submod["ear.status"] == "affirming" }, and count the GPUs.',
  source: file(repositories.trustee, "kbs/sample_policies/affirming.rego"),
  platforms,
  claims: ["gpu-genuine"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; the model owner writes it" },
  looksAt: resourcePolicies,
  *check({ place, text }) {
    const policy = regoStatements(text).join("\n");
    // What allows nothing needs no condition.
    if (!/^allow\b/m.test(policy)) return;
    // Tokens of Intel's have no status; what they have is a demand of `intel-token-judged`.
    const bodies = bodiesOf(text, "allow");
    const own = bodies.filter((body) => !readsIntelToken(withHelpers(text, body)));
    if (bodies.length > 0 && own.length === 0) return;
    if (!/"ear\.status"/.test(policy) || !/"affirming"/.test(policy))
      yield place.finding('does not ask for "ear.status" to be "affirming": any TEE will do, whatever runs in it');
    else if (own.some((body) => looks(text, body) && !asksEachPart(text, body) && !asksByName(text, body)))
      yield place.finding(
        "asks one part alone, by its name or by some: evidence of the others may be wanting, or missing",
      );
  },
  compliant: [resourcePolicy],
  breakages: [
    {
      mistake: "evidence that merely is there, as in Trustee's own default",
      path: resourcePolicyPointer,
      replace: [
        'every submod in input.submods { submod["ear.status"] == "affirming" }',
        'not input.submods.cpu0["ear.veraison.annotated-evidence"].sample',
      ],
      expect: resourcePolicyPath,
    },
    {
      mistake: "warnings let through",
      path: resourcePolicyPointer,
      replace: ['== "affirming"', '!= "contraindicated"'],
      expect: resourcePolicyPath,
    },
    {
      mistake: "the CPU alone",
      path: resourcePolicyPointer,
      value:
        'package policy\n\ndefault allow := false\n\nallow if {\n  input.submods.cpu0["ear.status"] == "affirming"\n}\n',
      expect: resourcePolicyPath,
    },
    {
      mistake: "some part affirming, whichever",
      path: resourcePolicyPointer,
      replace: [
        'every submod in input.submods { submod["ear.status"] == "affirming" }',
        'some submod in input.submods\n  submod["ear.status"] == "affirming"',
      ],
      expect: resourcePolicyPath,
    },
    {
      mistake: "the CPU asked, the GPUs counted and no more",
      path: resourcePolicyPointer,
      replace: [
        'every submod in input.submods { submod["ear.status"] == "affirming" }',
        'input.submods.cpu0["ear.status"] == "affirming"',
      ],
      expect: resourcePolicyPath,
    },
    {
      mistake: "the condition in a comment",
      path: resourcePolicyPointer,
      replace: ["  every submod", "  # every submod"],
      expect: resourcePolicyPath,
    },
  ],
});
