import type { ChosenOperator, OperatorFact } from "../../components/openshift/operators";
import { chooseOperator, operatorFacts } from "../../components/openshift/operators";
import { ConfigurationError, location } from "../config/errors";
import type { OpenshiftConfig } from "../config/openshift";

const names = ["nodeFeatures", "sandboxedContainers", "gpu"] as const;

/** The operators of a provider's cluster in the versions that it decided. */
export function providerOperators({ operators }: OpenshiftConfig): Record<(typeof names)[number], ChosenOperator> {
  return Object.fromEntries(
    names.map((name) => {
      const fact: OperatorFact = operatorFacts[name];
      const chosen = chooseOperator(fact, operators[name]);
      if ("problem" in chosen)
        throw new ConfigurationError([`${location(["providers"])} (openshift.operators.${name}): ${chosen.problem}`]);
      return [name, chosen.operator];
    }),
  ) as Record<(typeof names)[number], ChosenOperator>;
}
