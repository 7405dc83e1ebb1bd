import type { Party, Pillar } from "../../policies/rule";
import { tenants } from "../../policies/rule";
import { admissionDemands, admissionGrants } from "./guards/admission";
import { quotaLimits, rangeLimits } from "./guards/limits";
import { isolationDemands, networkGrants } from "./guards/network";
import { podSecurityLimits } from "./guards/podSecurity";
import { bindingGrants, roleGrants } from "./guards/roles";
import { runtimeClassDemands } from "./guards/runtimeClass";
import { serviceGrants } from "./guards/services";
import type { ReviewedResource } from "./types";

/**
 * Something that holds others back, seen over a whole stack, so that a mere renaming is no change. Every guard is one of
 * three kinds, which gives it its direction:
 * - demands: statements that something has to satisfy. One less is weaker.
 * - grants: statements of what is allowed. One more is weaker.
 * - limits: numbers that nothing may exceed. A higher one, or none any more, is weaker.
 */
export interface Guard {
  readonly title: string;
  readonly pillar: Pillar;
  readonly protects: readonly Party[];
  readonly demands?: (resources: readonly ReviewedResource[]) => readonly Statement[];
  readonly grants?: (resources: readonly ReviewedResource[]) => readonly Statement[];
  readonly limits?: (resources: readonly ReviewedResource[]) => readonly Limit[];
}

export interface Statement {
  readonly text: string;
  /** Name of the Pulumi resource or object that says it. */
  readonly resource: string;
}

export interface Limit extends Statement {
  readonly value: number;
  /** As the object writes it. */
  readonly shown: string;
}

const provider: readonly Party[] = ["infrastructureProvider"];
const everybody: readonly Party[] = [...tenants, ...provider];

export const guards: readonly Guard[] = [
  {
    title: "network isolation",
    pillar: "cluster",
    protects: tenants,
    demands: isolationDemands,
    grants: networkGrants,
  },
  { title: "admission", pillar: "cluster", protects: everybody, demands: admissionDemands, grants: admissionGrants },
  { title: "quota", pillar: "cluster", protects: provider, limits: quotaLimits },
  { title: "limit range", pillar: "cluster", protects: provider, limits: rangeLimits },
  { title: "role", pillar: "cluster", protects: everybody, grants: roleGrants },
  { title: "role binding", pillar: "cluster", protects: everybody, grants: bindingGrants },
  { title: "pod security standard", pillar: "cluster", protects: everybody, limits: podSecurityLimits },
  { title: "exposure", pillar: "cluster", protects: tenants, grants: serviceGrants },
  { title: "runtime class", pillar: "runtime", protects: tenants, demands: runtimeClassDemands },
];
