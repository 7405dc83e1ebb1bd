import { levelIn } from "../pack";
import { rules } from "../rules";
import type { AdmissionPack } from "./packs";
import type { RenderedPolicy, RenderOptions } from "./render";
import { policiesOf, renderPolicies } from "./render";

/** The policies for one side's cluster, in the rules' order. One that is bound to no tenant is left out: it would do nothing. */
export function policiesInForce(
  side: "provider" | "owner",
  pack: AdmissionPack,
  options: RenderOptions,
): RenderedPolicy[] {
  if (pack === "off") return [];
  const selection = rules.map((rule) => ({ rule, level: levelIn(pack, rule) }));
  return policiesOf(side, renderPolicies(selection, options)).filter(({ bindings }) => bindings.length > 0);
}
