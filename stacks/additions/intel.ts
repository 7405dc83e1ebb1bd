import { pinProblems } from "../../components/chartSource";
import { intelOperatorFacts } from "../../components/host/intel/operators";
import type { IntelOperatorName } from "../../components/host/intel/operators";
import { TdxAttestationHost } from "../../components/host/intel/tdxAttestationHost";
import type { OnKubernetes, OnOpenshift } from "../../components/host/intel/tdxAttestationHost";
import { tdxAttestationWarnings } from "../../components/host/intel/tdxAttestationPlan";
import type { ChosenOperator } from "../../components/openshift/operators";
import { chooseOperator } from "../../components/openshift/operators";
import type { IntelConfig } from "../config/intel";
import type { AdditionArgs } from "./additions";

export function intelWarnings({ intel }: Pick<AdditionArgs["provider"], "intel">): readonly string[] {
  return intel ? tdxAttestationWarnings(intel) : [];
}

/** Quotes of the provider's TDX hosts. */
export function placeIntel(args: AdditionArgs): Record<string, unknown> {
  const { provider, opts, nodeFeatures } = args;
  const { intel } = provider;
  if (!intel) return {};
  const { registration, quotes, pccs } = intel;
  const host = new TdxAttestationHost(
    "tdx-attestation",
    {
      registration,
      quotes,
      ...(pccs && { pccs }),
      platform: provider.distribution === "openshift" ? onOpenshift(args, intel) : onKubernetes(args),
      after: [nodeFeatures],
    },
    opts,
  );
  return {
    tdxAttestation: {
      hostFiles: host.hostFiles,
      ...(host.configMap && { configMap: host.configMap }),
      ...(host.namespace && { namespace: host.namespace }),
      ...(host.pccsHost && { pccs: host.pccsHost }),
    },
  };
}

/** Charts and images of Intel's that the lock does not know: only Kubernetes takes them, and only for the operator. */
export function intelProblems({ provider, placement }: Pick<AdditionArgs, "provider" | "placement">): string[] {
  const { intel, distribution } = provider;
  if (intel?.quotes.kind !== "dcapOperator" || distribution === "openshift") return [];
  return pinProblems("infrastructureProvider", placement, undefined, ["tdxQuotes"]);
}

function onKubernetes({ placement, systemNamespace }: AdditionArgs): OnKubernetes {
  if (systemNamespace === undefined) throw new Error("there is no namespace for files of TDX hosts");
  return { kind: "kubernetes", placement, systemNamespace };
}

function onOpenshift({ approval }: AdditionArgs, { operators }: IntelConfig): OnOpenshift {
  if (!approval) throw new Error("nobody says how Intel's operators are approved");
  return {
    kind: "openshift",
    operators: { devicePlugins: chosen("devicePlugins", operators), dcap: chosen("dcap", operators) },
    ...approval,
  };
}

function chosen(name: IntelOperatorName, operators: IntelConfig["operators"]): ChosenOperator {
  const choice = chooseOperator(intelOperatorFacts[name], operators?.[name]);
  if ("problem" in choice) throw new Error(`intel.operators.${name}: ${choice.problem}`);
  return choice.operator;
}
