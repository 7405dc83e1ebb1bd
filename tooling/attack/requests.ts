import { baseNames, baseOf, isolationUnitOf } from "../../attacks/bases";
import type { Manifest, Piece } from "../../attacks/change";
import { admissionNamespace } from "../../components/cluster/acceptanceParameters";
import { renderPolicies } from "../../policies/admission/render";
import type { Rule } from "../../policies/rule";
import { poll } from "../controlplane/api";
import type { ControlPlane } from "../controlplane/controlPlane";
import type { Answer } from "./cluster";
import { Door } from "./cluster";
import type { Trial } from "./trial";
import { isChart } from "./trial";

/** The objects of pieces, as an API server takes them. */
export function manifestsOf(pieces: readonly Piece[]): Manifest[] {
  return pieces
    .filter((piece) => piece.type.startsWith("kubernetes:") && !isChart(piece))
    .map(({ props }) => props as unknown as Manifest);
}

/** Bases that one API server can take: on a cluster of confidential nodes, other policies would be in force. */
const ofPods = baseNames.filter((name) => isolationUnitOf(name) !== "node");

export const isAdmitted = ({ status }: Answer) => status === 200 || status === 409;

/** An API server with the policies of rules in force, and with everything in place that attacks refer to. */
export class Admission {
  private constructor(private readonly door: Door) {}

  static async open(
    api: ControlPlane["api"],
    rules: readonly Rule[],
    trials: readonly Trial[],
    signal?: AbortSignal,
  ): Promise<Admission> {
    const door = new Door(api);
    const good = ofPods.flatMap((name) => manifestsOf(baseOf(name)));
    const attacking = trials.flatMap(({ touched }) => manifestsOf(touched));
    await door.makeNamespaces([...good, ...attacking]);
    for (const manifest of [...good, ...attacking]) await door.define(manifest);
    // Updates need something to change, and pods refer to accounts and classes.
    const changed = trials.flatMap(({ attack, touched }) => {
      if (attack.request?.verb === "patch") return baseOf(attack.base);
      if (attack.request?.verb !== "update") return [];
      return baseOf(attack.base).filter(({ ref }) => touched.some((piece) => piece.ref === ref));
    });
    const needed = good.filter(({ kind }) => ["ServiceAccount", "RuntimeClass", "PriorityClass"].includes(kind));
    await door.make([...needed, ...manifestsOf(changed)], signal);
    // What the provider accepts of tenants.
    const acceptance = good.filter(
      ({ kind, metadata: m }) => kind === "ConfigMap" && m.namespace === admissionNamespace,
    );
    await door.make(acceptance, signal);
    const tenants = acceptance.map(({ metadata }) => metadata.name);
    const selection = rules.map((rule) => ({ rule, level: "mandatory" as const }));
    await door.enforce(renderPolicies(selection, { now: new Date(), tenants }));
    return new Admission(door);
  }

  /** Waits until each of these is refused, since a policy counts only a moment after it was stored. */
  async settle(trials: readonly Trial[]): Promise<void> {
    await Promise.all(
      trials.map((trial) =>
        poll(
          async () => (await this.attack(trial)).some(({ rules }) => rules.includes(trial.attack.rule)) || undefined,
          {
            timeoutMilliseconds: 30_000,
            everyMilliseconds: 500,
          },
        ),
      ),
    );
  }

  /** Tries an attack, object by object, and changes nothing. */
  async attack({ attack: { request }, touched }: Trial): Promise<Answer[]> {
    if (request?.verb === "connect") {
      const path = `/api/v1/namespaces/${request.namespace}/pods/${request.pod}/${request.subresource}`;
      // A connection cannot be tried without making it; the pod runs nowhere.
      return [await this.door.ask({ method: "POST", path }, {})];
    }
    if (request?.verb === "patch")
      return [
        await this.door.ask({
          method: "PATCH",
          path: request.path,
          body: request.body,
          contentType: "application/strategic-merge-patch+json",
        }),
      ];
    const answers: Answer[] = [];
    for (const manifest of manifestsOf(touched))
      answers.push(await (request?.verb === "update" ? this.door.update(manifest) : this.door.create(manifest)));
    return answers;
  }

  /** What is refused of the good bases. */
  async falseAlarms(): Promise<string[]> {
    const alarms: string[] = [];
    for (const name of ofPods)
      for (const manifest of manifestsOf(baseOf(name))) {
        const answer = await this.door.create(manifest);
        if (answer.rules.length > 0 || !isAdmitted(answer))
          alarms.push(
            `${name}: ${manifest.kind}/${manifest.metadata.name}: ${answer.rules.join(", ") || answer.message}`,
          );
      }
    return alarms;
  }
}
