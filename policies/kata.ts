import * as semver from "semver";
import { parseDocument } from "./documents";
import type { HelmRelease } from "./helm";
import { kataChart, releases } from "./helm";
import { objects } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

export const kataReleases = releases(kataChart);

/** A version, and where somebody would change it. */
export interface ChartVersion {
  readonly place: Place;
  readonly version: string;
}

/** The release's version: as it says, or as the name of an archive or the tag of an address does. */
export function chartVersion({ body }: HelmRelease): ChartVersion | undefined {
  const stated = body.at("version");
  const chart = body.at("chart");
  const named = /[-:]v?(\d+\.\d+\.\d+[^/@]*?)(\.tgz)?(@.*)?$/.exec(chart.text ?? "")?.[1];
  const version = semver.valid(stated.text) ?? (stated.present ? null : semver.valid(named));
  return version === null ? undefined : { place: stated.present ? stated : chart, version };
}

/** Settings of one shim that kata-deploy installs. */
export interface Shim {
  readonly name: string;
  readonly settings: Place;
}

/** The shims that a release speaks of and does not switch off. */
export function shims(values: Place): Shim[] {
  const all = values.at("shims");
  return all
    .keys()
    .filter((name) => name !== "disableAll")
    .map((name) => ({ name, settings: all.at(name) }))
    .filter(({ settings }) => settings.at("enabled").value !== false);
}

/** Those whose guests are confidential. */
export function teeShims(values: Place): Place[] {
  return shims(values)
    .filter(({ name }) => isTeeShim(name))
    .map(({ settings }) => settings);
}

export const isTeeShim = (name: string): boolean => /-(snp|tdx)(-runtime-rs)?$/.test(name);

const machineConfigs = objects("machineconfiguration.openshift.io/v1/MachineConfig");
/** OpenShift's classes for confidential guests, and upstream's names of the same. */
const confidentialDropIn = /^\/(etc|opt)\/kata.*(snp|tdx|-cc).*\/config\.d\//;

/** A drop-in for a confidential shim, whoever puts it on the host; `toml` is missing where it does not parse. */
export interface DropIn {
  readonly place: Place;
  readonly toml: Place | undefined;
}

/** Drop-ins in kata-deploy's values, and files that a MachineConfig of OpenShift writes. */
export const teeDropIns: Selector<DropIn> = {
  kinds: [...kataReleases.kinds, ...machineConfigs.kinds],
  *select(resource) {
    for (const { values } of kataReleases.select(resource))
      for (const shim of shims(values)) {
        const found = dropIn(shim);
        if (found && isTeeShim(shim.name)) yield found;
      }
    for (const { body } of machineConfigs.select(resource))
      for (const file of body.at("spec", "config", "storage", "files").items())
        if (confidentialDropIn.test(file.at("path").text ?? "")) {
          const place = file.at("contents", "source");
          const text = dataUrlText(place.text);
          if (text !== undefined) yield { place, toml: parsed(place, text) };
        }
  },
};

/** What a data URL holds; undefined for other addresses. */
export function dataUrlText(url: string | undefined): string | undefined {
  const [, parameters, data] = /^data:([^,]*),(.*)$/s.exec(url ?? "") ?? [];
  if (data === undefined) return undefined;
  if (/;base64$/i.test(parameters ?? "")) return Buffer.from(data, "base64").toString("utf8");
  try {
    return decodeURIComponent(data);
  } catch {
    return data;
  }
}

function parsed(place: Place, text: string): Place | undefined {
  const document = parseDocument("drop-in.toml", text);
  return document && "value" in document ? place.document(document.value) : undefined;
}

/** A shim's drop-in, read as the TOML that overrides its configuration; undefined where there is none. */
export function dropIn({ settings }: Shim): DropIn | undefined {
  const place = settings.at("dropIn");
  return place.text === undefined ? undefined : { place, toml: parsed(place, place.text) };
}
