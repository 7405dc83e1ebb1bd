import type { BiosPolicy, ServerProfile } from "./objects";

/** What Intersight says of a profile and its machine, as far as the BIOS policy is concerned. */
export type Deployment =
  /** The policy as it reads is what was deployed last, and nothing has drifted since. */
  | { readonly state: "deployed" }
  /** Something is not deployed, or the machine differs. */
  | { readonly state: "outstanding"; readonly why: string }
  /** Intersight compares; what comes of it is not known yet. */
  | { readonly state: "evaluating"; readonly why: string }
  /** A deployment runs. */
  | { readonly state: "running"; readonly why: string }
  | { readonly state: "failed"; readonly why: string };

/** States of CiscoDevNet/intersight-go cb1ffa2, `model_policy_config_context.go` and `model_policy_config_change_context.go`. */
const running = ["Preparing", "Validating", "Configuring", "UnConfiguring", "Activating", "Waiting-for-resource"];
const evaluating = ["Evaluating", "Analyzing"];
const evaluatingChange = ["Validating-change", "Validating-drift"];

/**
 * Whether what the policy says is in force. The policy has to be read before the profile: otherwise it could have been
 * changed in between, and a profile that still says "Associated" would vouch for values that nobody deployed. For the same
 * reason a policy that was changed later than the profile counts as not deployed: Intersight evaluates changes with a delay.
 */
export function deploymentOf(policy: BiosPolicy, profile: ServerProfile): Deployment {
  const { ConfigState, ConfigStateSummary, ControlAction, ErrorState, OperState } = profile.ConfigContext ?? {};
  const states = [...new Set([ConfigState, ConfigStateSummary].filter((state): state is string => Boolean(state)))];
  const shown = states.join(", ") || "no state";
  const action = ControlAction && !/^no[-_]op$/i.test(ControlAction) ? ControlAction : undefined;
  const is = (known: readonly string[]) => states.some((state) => known.includes(state));
  if (is(running)) return { state: "running", why: action ? `${shown}, ${action}` : shown };
  if (is(evaluating) || evaluatingChange.includes(profile.ConfigChangeContext?.ConfigChangeState ?? ""))
    return { state: "evaluating", why: shown };
  if (is(["Failed"]) || OperState === "Failed")
    return { state: "failed", why: [shown, ErrorState, ...reasons(profile)].filter(Boolean).join(", ") };
  if (action) return { state: "running", why: `${shown}, ${action}` };
  const outstanding = whyOutstanding(policy, profile, states);
  return outstanding === undefined ? { state: "deployed" } : { state: "outstanding", why: outstanding };
}

function whyOutstanding(policy: BiosPolicy, profile: ServerProfile, states: readonly string[]): string | undefined {
  const changes = profile.ConfigChanges?.Changes ?? [];
  const { ConfigChangeState, ConfigChangeError } = profile.ConfigChangeContext ?? {};
  if (states.length === 0 || states.some((state) => state !== "Associated"))
    return [states.join(", ") || "no state", ...reasons(profile)].join(", ");
  if (changes.length > 0) return `changes of ${changes.join(", ")}`;
  if (ConfigChangeState && ConfigChangeState !== "Ok")
    return [ConfigChangeState, ConfigChangeError].filter(Boolean).join(", ");
  if (profile.AssociatedServer && profile.AssociatedServer.Moid !== profile.AssignedServer?.Moid)
    return "deployed to another server than the assigned one";
  if (Date.parse(policy.ModTime) > Date.parse(profile.ModTime)) return "the policy was changed after the deployment";
  return undefined;
}

const reasons = ({ ConfigContext }: ServerProfile): readonly string[] => ConfigContext?.InconsistencyReason ?? [];
