import * as semver from "semver";
import { parse as parseToml } from "smol-toml";
import type { HelmRelease } from "./helm";
import { kataChart, releases } from "./helm";
import type { Place } from "./place";

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

/** A shim's drop-in, read as the TOML that overrides its configuration; undefined where there is none. */
export function dropIn({ settings }: Shim): { place: Place; toml: Place | undefined } | undefined {
  const place = settings.at("dropIn");
  if (place.text === undefined) return undefined;
  try {
    return { place, toml: place.document(parseToml(place.text)) };
  } catch {
    return { place, toml: undefined };
  }
}
