import { attestationPolicies } from "../../components/attestation/attestationPolicies";
import { kindsOf } from "../../components/attestation/nodeAdmission";
import { resourcePolicy } from "../../components/attestation/resourcePolicy";
import { referenceValueQuery } from "../attestation/attestationService";
import type { Question } from "../rego/opa";
import { Opa } from "../rego/opa";
import { agentCases, agentPolicies, hasRecordings } from "../../test/support/policyCases/agentCases";
import { appraisalCases } from "../../test/support/policyCases/appraisalCases";
import type { Setting } from "../../test/support/policyCases/guests";
import { settings } from "../../test/support/policyCases/guests";
import { resourceCases } from "../../test/support/policyCases/resourceCases";

/** A question to a policy, as both engines get it. */
export interface PolicyQuestion extends Question {
  readonly title: string;
  /** What kind of policy it is about, for the summary. */
  readonly kind: string;
  /** Name and text of the policy. */
  readonly module: string;
  readonly rego: string;
  /** Whose engine, and so which version of Rego and which settings. */
  readonly engine: "trustee" | "kata";
  readonly query: string;
  /** Reference values by name, where the policy may ask for them. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The questions that the tests ask, of every policy that this project makes; and what could not be asked. */
export function policyQuestions(): { readonly questions: PolicyQuestion[]; readonly left?: string } {
  const questions = [...Object.entries(settings).flatMap(([name, setting]) => keyBroker(name, setting)), ...agents()];
  return hasRecordings
    ? { questions }
    : { questions, left: "Kata's recorded requests were left out: they are not beside this checkout" };
}

function keyBroker(name: string, { admitted, nodes, options }: Setting): PolicyQuestion[] {
  const broker = { module: `${name}/resource-policy`, rego: resourcePolicy(admitted, options, nodes) };
  const policies = attestationPolicies(options.verifier, kindsOf(nodes));
  return [
    ...resourceCases
      .filter(({ setting }) => setting === name)
      .map(({ title, token, request }): PolicyQuestion => ({
        ...broker,
        title,
        kind: "resource policies",
        engine: "trustee",
        query: "data.policy.allow",
        input: token,
        data: { ...request },
      })),
    ...appraisalCases
      .filter(({ setting }) => setting === name)
      .map(({ title, policy, claims, values }): PolicyQuestion => ({
        title,
        kind: "attestation policies",
        module: `${name}/${policy}`,
        rego: policies[policy],
        engine: "trustee",
        query: "data.policy.trust_claims",
        input: claims,
        values,
      })),
  ];
}

function agents(): PolicyQuestion[] {
  return agentCases().map(({ title, policy, kind, request }) => ({
    title,
    kind: "agent policies",
    module: `agent/${policy}`,
    rego: agentPolicies[policy],
    engine: "kata",
    query: `data.agent_policy.${kind}`,
    input: request,
  }));
}

/** What OPA answers to each question, undefined where the rule is. */
export async function askOpa(program: string, questions: readonly PolicyQuestion[]): Promise<unknown[]> {
  const groups = new Map<string, number[]>();
  questions.forEach(({ module, query }, index) => {
    const group = `${module} ${query}`;
    groups.set(group, [...(groups.get(group) ?? []), index]);
  });
  const answers: unknown[] = [];
  for (const indices of groups.values()) {
    const [{ rego, engine, query, values }] = indices.map((index) => questions[index]!) as [PolicyQuestion];
    const modules = { "policy.rego": rego, ...(values && { "extension.rego": referenceValueQuery }) };
    // Kata's agent takes an error of a built-in function for "undefined", and reads Rego v0.
    const flags = engine === "kata" ? ["--v0-compatible", "--strict-builtin-errors=false"] : [];
    const opa = new Opa(program, modules, flags);
    try {
      const group = indices.map((index): Question => {
        const { input, data, values } = questions[index]!;
        return { input, data: values ? { reference_values: values } : data };
      });
      (await opa.evaluateAll(query, group)).forEach((answer, place) => (answers[indices[place]!] = answer));
    } finally {
      opa.remove();
    }
  }
  return answers;
}
