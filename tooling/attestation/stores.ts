import { UserError } from "../ui";
import type { DeviceClass } from "./verification";

/** What attestation service and key broker decide by, as their pods mount it. */
export interface TrusteeFiles {
  readonly resourcePolicy: Readonly<Record<string, string>>;
  readonly attestationPolicies: Readonly<Record<string, string>>;
  readonly referenceValues: Readonly<Record<string, string>>;
  /** The attestation service's own configuration, JSON. */
  readonly configuration: string;
}

export interface Decisions {
  readonly resourcePolicy: string;
  readonly attestationPolicies: Readonly<Record<DeviceClass, string>>;
  /** Values by name. The provider hands them out whatever their expiration says. */
  readonly referenceValues: Readonly<Record<string, unknown>>;
  readonly verifier: "remote" | "local";
  /** Whether tokens repeat the devices' raw evidence. */
  readonly verboseToken: boolean;
  readonly tokenMinutes: number;
}

interface Configuration {
  readonly attestation_token_broker?: { readonly verbose_token?: boolean; readonly duration_min?: number };
  readonly verifier_config?: { readonly nvidia_verifier?: { readonly type?: string } };
}

/** Reads the files as Trustee v0.21.0 would, with its defaults for what is not said. */
export function readDecisions(files: TrusteeFiles): Decisions {
  const file = (group: Exclude<keyof TrusteeFiles, "configuration">, name: string) => {
    const text = files[group][name];
    if (text === undefined) throw new UserError(`The key broker has no ${name}, so it would use an open default.`);
    return text;
  };
  const { attestation_token_broker: broker = {}, verifier_config: verifiers = {} } = JSON.parse(
    files.configuration,
  ) as Configuration;
  return {
    resourcePolicy: file("resourcePolicy", "resource-policy.rego"),
    attestationPolicies: {
      cpu: file("attestationPolicies", "default_cpu.rego"),
      gpu: file("attestationPolicies", "default_gpu.rego"),
      switch: file("attestationPolicies", "default_switch.rego"),
      ppcie: file("attestationPolicies", "default_ppcie.rego"),
    },
    referenceValues: Object.fromEntries(
      Object.entries(files.referenceValues).map(([name, record]) => [name, valueOf(record)]),
    ),
    verifier: verifiers.nvidia_verifier?.type === "Remote" ? "remote" : "local",
    verboseToken: broker.verbose_token ?? true,
    tokenMinutes: broker.duration_min ?? 5,
  };
}

function valueOf(record: string): unknown {
  return (JSON.parse(record) as { value: unknown }).value;
}
