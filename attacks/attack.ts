import type { Change } from "./change";

/** Who does it. The architecture's parties, and those who get between them. */
export const attackers = {
  providerInsider: "somebody with the rights of the infrastructure provider",
  maliciousTenant: "a tenant of the same hosts or cluster",
  carelessEngineer: "one's own engineer, in a hurry",
  supplyChain: "whoever changes what is installed from elsewhere",
  networkAttacker: "somebody on the way, or on the internet",
  brokenApplication: "an application that was taken over from inside",
} as const;
export type Attacker = keyof typeof attackers;

/** Where an attack is tried: as a Pulumi preview, as a request to the API server, or both. */
export type Where = "preview" | "admission" | "both";

/** A request to the API server that is no plain creation of the changed objects. */
export type AdmissionRequest =
  /** Changes an object that is there in its good form. */
  | { readonly verb: "update" }
  /** Opens a connection into a pod: exec, attach, portforward, proxy. */
  | { readonly verb: "connect"; readonly pod: string; readonly namespace: string; readonly subresource: string }
  /** Writes a subresource of an object that is there, e.g. `ephemeralcontainers` of a pod. */
  | { readonly verb: "patch"; readonly path: string; readonly body: object };

interface AttackText {
  /** kebab-case; names the attack's resources in a preview. */
  readonly id: string;
  /** One sentence, unique: what the attacker does, and what it comes to. */
  readonly threat: string;
  readonly attacker: Attacker;
}

/** A change of something good that a rule has to refuse. */
export interface RuleAttack extends AttackText {
  /** The rule that is meant against it. */
  readonly rule: string;
  /** Rules that refuse it as well. Complete: a run compares. */
  readonly alsoBlockedBy?: readonly string[];
  readonly where: Where;
  /** File in `bases/` without its ending: what is good before the change. */
  readonly base: string;
  readonly change: readonly Change[];
  /** Default: the changed objects are created. */
  readonly request?: AdmissionRequest;
}

/** A change of the sample stack configuration that the schema refuses before there is a resource to look at. */
export interface ConfigurationAttack extends AttackText {
  readonly blockedBy: "configuration";
  /** Setting to be changed, as a path from the configuration's sections; undefined takes it away. */
  readonly set: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[];
  /** Where the message has to point, e.g. `trustfoundry:models[0].gpu.count`. */
  readonly expect: string;
}
