import type { FirmwarePlan } from "../components/host/firmware/plan";
import { parseFirmwarePlan, planFileName } from "../components/host/firmware/planText";
import type { FirmwareProblemKind } from "../components/host/firmware/problems";
import { firmwareProblems } from "../components/host/firmware/problems";
import { performanceProfiles } from "./hosts";
import { ignitionTexts } from "./kata";
import { objects } from "./kubernetes";
import type { Finding } from "./place";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** A host's firmware plan, kept in a ConfigMap. */
export interface FirmwarePlanFile {
  readonly place: Place;
  /** Undefined where the text is no plan; `fault` then says why. */
  readonly plan: FirmwarePlan | undefined;
  readonly fault?: string;
}

const configMaps = objects("v1/ConfigMap");

export const firmwarePlanFiles: Selector<FirmwarePlanFile> = {
  kinds: ["firmware plans in ConfigMaps"],
  *select(resource) {
    for (const { body } of configMaps.select(resource)) {
      const data = body.at("data");
      if (!data.keys().includes(planFileName)) continue;
      const place = data.at(planFileName);
      try {
        yield { place, plan: parseFirmwarePlan(place.text ?? "") };
      } catch (error) {
        if (!place.known) throw error;
        yield { place, plan: undefined, fault: (error as Error).message.split("\n")[0] ?? "" };
      }
    }
  },
};

/** The traps of one kind in a plan, each where it stands in the text. */
export function* firmwareFindings({ place, plan }: FirmwarePlanFile, kind: FirmwareProblemKind): Iterable<Finding> {
  if (!plan) return;
  const document = place.document(plan);
  for (const problem of firmwareProblems(plan)) {
    if (problem.kind !== kind) continue;
    const steps = problem.path.split(/[.[\]]+/).filter((step) => step !== "");
    yield document.at(...steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step))).finding(problem.message);
  }
}

const tunedProfiles = objects("tuned.openshift.io/v1/Tuned");
const machineConfigs = objects("machineconfiguration.openshift.io/v1/MachineConfig");

/** Where a host is told which of its CPUs run: a list of those that do not, or a text that may switch some off. */
export interface HostCpus {
  readonly offlined?: Place;
  readonly script?: { readonly place: Place; readonly text: string };
}

export const hostCpus: Selector<HostCpus> = {
  kinds: [...performanceProfiles.kinds, ...tunedProfiles.kinds, ...machineConfigs.kinds],
  *select(resource) {
    for (const { body } of performanceProfiles.select(resource)) yield { offlined: body.at("spec", "cpu", "offlined") };
    for (const { body } of tunedProfiles.select(resource))
      for (const profile of body.at("spec", "profile").items()) yield scriptAt(profile.at("data"));
    for (const { body } of machineConfigs.select(resource)) {
      const config = body.at("spec", "config");
      for (const unit of config.at("systemd", "units").items())
        for (const part of [unit, ...unit.at("dropins").items()]) yield scriptAt(part.at("contents"));
      for (const file of config.at("storage", "files").items())
        for (const script of ignitionTexts(file)) yield { script };
    }
  },
};

const scriptAt = (place: Place): HostCpus => ({ script: { place, text: place.text ?? "" } });
