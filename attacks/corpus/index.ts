import type { ConfigurationAttack, RuleAttack } from "../attack";
import { attestation } from "./attestation";
import { azure } from "./azure";
import { brokerDetails } from "./broker";
import { cluster } from "./cluster";
import { configuration } from "./configuration";
import { firmware } from "./firmware";
import { gcp } from "./gcp";
import { guest } from "./guest";
import { hardware } from "./hardware";
import { images } from "./images";
import { keySources } from "./keySources";
import { nodes } from "./nodes";
import { nodesOfOwner } from "./nodesOfOwner";
import { operators } from "./operators";
import { pods } from "./pods";
import { runtime } from "./runtime";
import { tdxHosts } from "./tdxHosts";
import { tenants } from "./tenants";
import { trusteeOperator } from "./trusteeOperator";

/** What is tried against the rules. */
export const ruleAttacks: readonly RuleAttack[] = [
  ...hardware,
  ...firmware,
  ...runtime,
  ...guest,
  ...attestation,
  ...images,
  ...cluster,
  ...pods,
  ...tenants,
  ...operators,
  ...tdxHosts,
  ...brokerDetails,
  ...keySources,
  ...trusteeOperator,
  ...azure,
  ...gcp,
  ...nodes,
  ...nodesOfOwner,
];

/** What is tried against the stack configuration. */
export const configurationAttacks: readonly ConfigurationAttack[] = configuration;
