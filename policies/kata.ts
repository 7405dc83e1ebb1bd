import { gunzipSync } from "node:zlib";
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
        if (confidentialDropIn.test(file.at("path").text ?? ""))
          for (const { place, text } of ignitionTexts(file)) yield { place, toml: parsed(place, text) };
  },
};

/** What a MachineConfig writes into a file, or appends to it; nothing for other addresses than data URLs. */
export function ignitionTexts(file: Place): { readonly place: Place; readonly text: string }[] {
  const parts = [file.at("contents"), ...file.at("append").items()];
  return parts.flatMap((part) => {
    const place = part.at("source");
    const text = dataUrlText(place.text);
    return text === undefined ? [] : [{ place, text }];
  });
}

/** No file of settings is larger. */
const mostBytes = 4 * 1024 ** 2;

/** What a data URL holds, unpacked where it is packed; undefined for other addresses. */
function dataUrlText(url: string | undefined): string | undefined {
  const [, parameters, data] = /^data:([^,]*),(.*)$/is.exec(url ?? "") ?? [];
  if (data === undefined) return undefined;
  const bytes = /;base64$/i.test(parameters ?? "")
    ? Buffer.from(percentBytes(data).toString(), "base64")
    : percentBytes(data);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes }).toString("utf8");
  } catch {
    return "";
  }
}

function percentBytes(text: string): Buffer {
  const escaped = text.replace(/[^\u0000-\u007f]+/g, encodeURIComponent);
  return Buffer.from(
    escaped.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1",
  );
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
