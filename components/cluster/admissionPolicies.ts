import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../tokens";

/** A policy as the API server is given it, with what binds it: one rule's demand. */
export interface AdmissionPolicyObjects {
  /** The rule's id; part of the resources' names. */
  readonly rule: string;
  readonly policy: Named<types.input.admissionregistration.v1.ValidatingAdmissionPolicy>;
  readonly bindings: readonly Named<types.input.admissionregistration.v1.ValidatingAdmissionPolicyBinding>[];
}

/** Its name is known when the program runs, since the resource is named by it. */
type Named<T> = Omit<T, "metadata"> & { readonly metadata: types.input.meta.v1.ObjectMeta & { readonly name: string } };

export interface AdmissionPoliciesArgs {
  /** What the cluster refuses, whichever way it comes. Empty: nothing beyond Kubernetes' own. */
  readonly policies: readonly AdmissionPolicyObjects[];
}

/**
 * Rules as the API server of one party enforces them: on what comes by no preview, on what controllers make of objects,
 * and on connections into pods. A guard rail of whoever administers the cluster, and can take it away.
 */
export class AdmissionPolicies extends pulumi.ComponentResource {
  /** Names of the policies in force. */
  readonly policyNames: pulumi.Output<string[]>;

  constructor(name: string, args: AdmissionPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.admissionPolicies, name, {}, opts);
    const child = { parent: this };
    const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } = k8s.admissionregistration.v1;
    // A binding without its policy, or a policy without its binding, does nothing: they need not wait for each other.
    const placed = args.policies.map(({ rule, policy, bindings }) => {
      for (const binding of bindings)
        new ValidatingAdmissionPolicyBinding(`${name}-${binding.metadata.name}`, binding, child);
      return new ValidatingAdmissionPolicy(`${name}-${rule}`, policy, child);
    });
    this.policyNames = pulumi.all(placed.map(({ metadata }) => metadata.name));
    this.registerOutputs({ policyNames: this.policyNames });
  }
}
