import type { ConfigurationAttack, RuleAttack } from "../attack";
import { attestation } from "./attestation";
import { cluster } from "./cluster";
import { configuration } from "./configuration";
import { guest } from "./guest";
import { hardware } from "./hardware";
import { images } from "./images";
import { runtime } from "./runtime";

/** What is tried against the rules. */
export const ruleAttacks: readonly RuleAttack[] = [
  ...hardware,
  ...runtime,
  ...guest,
  ...attestation,
  ...images,
  ...cluster,
];

/** What is tried against the stack configuration. */
export const configurationAttacks: readonly ConfigurationAttack[] = configuration;
