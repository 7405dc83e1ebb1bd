import { ignitionTexts } from "./kata";
import { objects } from "./kubernetes";
import type { Place } from "./place";
import { isObject } from "./place";
import type { Selector } from "./rule";
import { storedTexts } from "./storedTexts";

const quoteFile = /(^|[/_-])qgs\.conf$/;
const certificateFile = /sgx_default_qcnl\.conf$/;
const machineConfigs = objects("machineconfiguration.openshift.io/v1/MachineConfig");

/** A file of a TDX host, in a ConfigMap or in OpenShift's MachineConfig. */
export interface HostText {
  readonly place: Place;
  readonly text: string;
}

/** Settings of the quote generation service. */
export const quoteServiceFiles = hostTexts(quoteFile);

/** Where quotes get their certificates from, parsed; undefined where it is no JSON. */
export const certificateFiles: Selector<{ readonly place: Place; readonly settings: Place | undefined }> = {
  kinds: hostTexts(certificateFile).kinds,
  *select(resource) {
    for (const { place, text } of hostTexts(certificateFile).select(resource)) {
      const value = parsed(text);
      yield { place, settings: isObject(value) ? place.document(value) : undefined };
    }
  },
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hostTexts(name: RegExp): Selector<HostText> {
  const stored = storedTexts((key) => name.test(key));
  return {
    kinds: [...stored.kinds, ...machineConfigs.kinds],
    *select(resource) {
      yield* stored.select(resource);
      for (const { body } of machineConfigs.select(resource))
        for (const file of body.at("spec", "config", "storage", "files").items())
          if (name.test(file.at("path").text ?? "")) yield* ignitionTexts(file);
    },
  };
}
