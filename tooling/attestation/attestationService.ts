import type { CpuTee } from "../../components/host/hardware";
import type { TestCertificate } from "./authority";
import type { TrustClaims } from "../../components/verdict/token/trustTiers";
import { statusOf } from "../../components/verdict/token/trustTiers";
import type { Appraisal } from "./ear";
import { partNames, tokenClaims } from "./ear";
import type { AttestRequest } from "../../components/verdict/evidence/attestRequest";
import { Opa } from "../rego/opa";
import { referenceValueQuery, unmetConditions } from "../rego/reasons";
import type { Decisions } from "./stores";
import { signToken } from "./tokenSigner";
import type { DeviceClass, VerifiedPart } from "./verification";
import { verifyEvidence } from "./verification";
import type { TrustedVendors } from "./vendors";

export { referenceValueQuery };

/** The attestation service, played: its real policies and values, OPA for its engine, a test root for AMD's and others'. */
export class AttestationService {
  private readonly engines: Readonly<Record<DeviceClass, Opa>>;

  constructor(
    opa: string,
    private readonly decisions: Decisions,
    private readonly vendors: TrustedVendors,
    private readonly signer: TestCertificate,
  ) {
    const engine = (deviceClass: DeviceClass) =>
      new Opa(opa, {
        [`default_${deviceClass}.rego`]: decisions.attestationPolicies[deviceClass],
        "extension.rego": referenceValueQuery,
      });
    this.engines = { cpu: engine("cpu"), gpu: engine("gpu"), switch: engine("switch"), ppcie: engine("ppcie") };
  }

  verify(tee: CpuTee, nonce: string, request: AttestRequest, now: Date): Promise<VerifiedPart[]> {
    const { verifier } = this.decisions;
    return verifyEvidence({ tee, nonce, request, vendors: this.vendors, verifier, now });
  }

  /** What each part is worth, by the policy of its class. */
  async appraise(parts: readonly VerifiedPart[]): Promise<Appraisal[]> {
    const names = partNames(parts);
    const trusts = new Map<VerifiedPart, TrustClaims>();
    for (const deviceClass of new Set(parts.map((part) => part.deviceClass))) {
      const group = parts.filter((part) => part.deviceClass === deviceClass);
      const questions = group.map(({ claims }) => ({ input: claims, data: this.data }));
      const values = await this.engines[deviceClass].evaluateAll("data.policy.trust_claims", questions);
      group.forEach((part, index) => trusts.set(part, values[index] as TrustClaims));
    }
    return Promise.all(
      parts.map(async (part, index) => {
        const trust = trusts.get(part) ?? {};
        const status = statusOf(trust);
        const reasons = status === "affirming" ? [] : await this.reasons(part, trust);
        return { ...part, name: names[index] ?? "", trust, status, reasons };
      }),
    );
  }

  /** The token: of the runtime data, the devices' raw evidence stays out unless tokens are verbose. */
  issue(appraisals: readonly Appraisal[], now: Date): Promise<string> {
    const { verboseToken, tokenMinutes } = this.decisions;
    const claims = tokenClaims(verboseToken ? appraisals : appraisals.map(withoutRawEvidence));
    return signToken(claims, this.signer, now, tokenMinutes);
  }

  remove(): void {
    for (const engine of Object.values(this.engines)) engine.remove();
  }

  private get data() {
    return { reference_values: this.decisions.referenceValues };
  }

  private reasons({ deviceClass, claims }: VerifiedPart, trust: TrustClaims): Promise<string[]> {
    return unmetConditions(this.engines[deviceClass], claims, trust, this.data);
  }
}

function withoutRawEvidence(part: Appraisal): Appraisal {
  const runtime = part.claims.runtime_data_claims as Record<string, unknown> | undefined;
  if (!runtime) return part;
  const rest = Object.fromEntries(Object.entries(runtime).filter(([name]) => name !== "additional-evidence"));
  return { ...part, claims: { ...part.claims, runtime_data_claims: rest } };
}
