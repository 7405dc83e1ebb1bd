import type { Release } from "../../../components/workload/release";
import { genuineToken } from "../evidence";
import type { SettingName } from "./guests";
import { settings } from "./guests";

/** The request as the key broker hands it to its policy. */
export interface Request {
  readonly plugin: string;
  readonly "resource-path": readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** One question to a key broker's policy, and the only right answer. */
export interface ResourceCase {
  readonly title: string;
  readonly setting: SettingName;
  readonly token: unknown;
  readonly request: Request;
  readonly allowed: boolean;
}

export function requestFor(path: string, changes: Partial<Request> = {}): Request {
  return { plugin: "resource", "resource-path": path.split("/"), query: {}, ...changes };
}

export const tokenOf = (setting: SettingName, release: Release) => genuineToken(release, settings[setting].options);
/** A release's first key. */
export const first = (release: Release) => release.resources[0] ?? "";
