import { referenceValueQuery, unmetConditions } from "../../rego/reasons";
import type { PolicyAnswer, PresentedPart } from "../presented";
import type { Seen } from "../seen";
import { seen, unseen } from "../seen";
import type { PolicyBlock } from "../snapshot";
import { ConfinedOpa } from "./confinedOpa";

interface Files {
  readonly resourcePolicy: string;
  readonly attestationPolicies: Readonly<Record<string, string>>;
  readonly referenceValues: Readonly<Record<string, unknown>>;
}

/** The live policies in the real OPA, confined to what it is asked; remove when done. */
export class LivePolicies {
  private constructor(
    readonly files: Files,
    private readonly opa: string,
    private readonly engine: ConfinedOpa,
    readonly blocks: Seen<Readonly<Record<string, PolicyBlock>>>,
  ) {}

  static async open(opa: string, files: Files): Promise<LivePolicies> {
    const engine = await ConfinedOpa.of(opa, { "resource-policy.rego": files.resourcePolicy });
    return new LivePolicies(files, opa, engine, await blocksOf(engine));
  }

  /** Whether a guest with these claims is given the resource, and which condition stands in the way. */
  async answer(path: string, claims: unknown): Promise<Seen<PolicyAnswer>> {
    const data = { plugin: "resource", "resource-path": path.split("/"), query: {} };
    try {
      const allowed = (await this.engine.evaluate("data.policy.allow", claims, data)) === true;
      const condition = allowed ? undefined : await this.engine.explain("data.policy.allow == true", claims, data);
      return seen({ path, allowed, ...(condition !== undefined && { condition }) });
    } catch {
      return unseen("the live resource policy could not be evaluated");
    }
  }

  /** For a part that does not affirm: the conditions of its class's policy that do not hold. */
  async reasons(name: string, { claims }: PresentedPart, vector: Readonly<Record<string, number>>): Promise<string[]> {
    const file = `default_${name.replace(/\d+$/, "")}.rego`;
    const policy = this.files.attestationPolicies[file];
    if (policy === undefined) return [];
    // Under a name of its own: the token named the part, and the cluster the file.
    const engine = await ConfinedOpa.of(this.opa, { "part.rego": policy, "extension.rego": referenceValueQuery });
    try {
      return await unmetConditions(engine, claims, vector, { reference_values: this.files.referenceValues });
    } catch {
      return [];
    } finally {
      engine.remove();
    }
  }

  remove(): void {
    this.engine.remove();
  }
}

async function blocksOf(engine: ConfinedOpa): Promise<Seen<Readonly<Record<string, PolicyBlock>>>> {
  try {
    // Nodes alone have no releases at all, which is a policy that loads.
    return seen(((await engine.evaluate("data.policy.releases", null)) ?? {}) as Record<string, PolicyBlock>);
  } catch {
    return unseen("the live resource policy does not load in OPA");
  }
}
