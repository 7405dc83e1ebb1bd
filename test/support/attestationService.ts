import { join } from "node:path";
import type { EvidenceOptions } from "../../components/attestation/acceptedEvidence";
import type { AdmittedRelease } from "../../components/attestation/admittedRelease";
import { attestationPolicies } from "../../components/attestation/attestationPolicies";
import type { NodeAdmission } from "../../components/attestation/nodeAdmission";
import { kindsOf } from "../../components/attestation/nodeAdmission";
import { referenceValues } from "../../components/attestation/referenceValues";
import { resourcePolicy } from "../../components/attestation/resourcePolicy";
import { referenceValueQuery } from "../../tooling/attestation/attestationService";
import type { TrustClaims } from "../../components/verdict/token/trustTiers";
import type { Token } from "./ear";
import { tokenOf } from "./ear";
import type { Claims } from "./evidence";
import { sampleTime } from "./evidence";
import { Opa } from "./opa";

export interface Request {
  readonly plugin: string;
  readonly "resource-path": readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Trustee's two decisions, with its own policies and OPA in place of its engine: evidence to token, token to key. */
export class Decisions {
  private readonly appraisers: Readonly<Record<Claims["deviceClass"], Opa>>;
  private readonly broker: Opa;
  private readonly values: unknown;

  constructor(
    binDir: string,
    releases: readonly AdmittedRelease[],
    options: EvidenceOptions,
    nodes: readonly NodeAdmission[] = [],
  ) {
    const opa = join(binDir, "opa");
    const policies = attestationPolicies(options.verifier, kindsOf(nodes));
    const appraiser = (deviceClass: Claims["deviceClass"]) =>
      new Opa(opa, { "policy.rego": policies[`default_${deviceClass}`], "extension.rego": referenceValueQuery });
    this.appraisers = {
      cpu: appraiser("cpu"),
      gpu: appraiser("gpu"),
      switch: appraiser("switch"),
      ppcie: appraiser("ppcie"),
    };
    this.broker = new Opa(opa, { "resource-policy.rego": resourcePolicy(releases, options, nodes) });
    this.values = referenceValues(releases, options, nodes);
  }

  async trustClaims({ deviceClass, claims }: Claims, values = this.values): Promise<TrustClaims> {
    const data = { reference_values: values };
    return (await this.appraisers[deviceClass].evaluate("data.policy.trust_claims", claims, data)) as TrustClaims;
  }

  /** The token for the evidence of a whole guest. */
  async token(evidence: readonly Claims[], iat = sampleTime): Promise<Token> {
    const parts = [];
    for (const part of evidence) parts.push({ ...part, trust: await this.trustClaims(part) });
    return tokenOf(parts, iat);
  }

  /** Whether the KBS hands the resource out: only `true` counts, all else is a refusal (kbs/src/api_server.rs). */
  async allows(token: unknown, path: string, request: Partial<Request> = {}): Promise<boolean> {
    const data = { plugin: "resource", "resource-path": path.split("/"), query: {}, ...request };
    const allow = await this.broker.evaluate("data.policy.allow", token, data);
    return allow === true;
  }

  async check(): Promise<void> {
    for (const opa of [...Object.values(this.appraisers), this.broker]) await opa.check();
  }

  remove(): void {
    for (const opa of [...Object.values(this.appraisers), this.broker]) opa.remove();
  }
}
