import { stringify as tomlOf } from "smol-toml";
import {
  checkAttestationServiceConfiguration,
  checkKbsConfiguration,
  checkValueProviderConfiguration,
} from "../components/attestation/configuration/check";
import type { TrusteeService } from "../components/attestation/trusteeLayout";
import type { Parsed } from "./documents";
import { parseDocument } from "./documents";
import type { Place } from "./place";
import type { Selector } from "./rule";
import { storedTexts } from "./storedTexts";

/** A configuration file of one of Trustee's services. */
export interface TrusteeFile {
  readonly service: TrusteeService;
  /** Whether a Secret holds it; a ConfigMap is for everybody to read. */
  readonly secret: boolean;
  readonly place: Place;
  /** The parsed document; undefined where it does not parse. */
  readonly document: Place | undefined;
  /** What Trustee's own schema, as it is known here, has against the file: sentences of `<file>: <key>: <what>`. */
  readonly problems: () => readonly string[];
}

const configurationFiles = storedTexts((name) => /\.(toml|json|ya?ml)$/.test(name));

/** Trustee's configuration files, told by their names (ours and the operator's) or by tables that no other file has. */
export const trusteeFiles: Selector<TrusteeFile> = {
  kinds: configurationFiles.kinds,
  *select(resource) {
    for (const { secret, name, place, text } of configurationFiles.select(resource)) {
      const parsed = parseDocument(name, text);
      const service = serviceOf(name, parsed);
      if (!service) continue;
      const document = parsed && "value" in parsed ? place.document(parsed.value) : undefined;
      yield { service, secret, place, document, problems: () => checks[service](name, text, parsed) };
    }
  },
};

/** Beside `http_server`, which other programs have, too. Without `admin` the interface is closed by no word. */
const keyBrokerTables = ["admin", "attestation_service", "attestation_token"];

function serviceOf(name: string, parsed: Parsed | undefined): TrusteeService | undefined {
  const has = (key: string) => parsed !== undefined && "value" in parsed && Object.hasOwn(parsed.value, key);
  if (/^kbs(-config)?\./.test(name) || (has("http_server") && keyBrokerTables.some(has))) return "kbs";
  if (name === "as-config.json" || (has("rvps_config") && !has("http_server"))) return "as";
  return /^rvps(-config)?\.json$/.test(name) ? "rvps" : undefined;
}

type Check = (name: string, text: string, parsed: Parsed | undefined) => string[];

const checks: Readonly<Record<TrusteeService, Check>> = {
  kbs: (name, ...file) => checkKbsConfiguration(written(tomlOf, name.endsWith(".toml"), ...file)),
  as: (name, ...file) => checkAttestationServiceConfiguration(written(JSON.stringify, name.endsWith(".json"), ...file)),
  rvps: (_, text) => checkValueProviderConfiguration(text),
};

/** Trustee reads other formats, too; what is in them is checked in the one that is known here. */
function written(write: (value: unknown) => string, asIs: boolean, text: string, parsed: Parsed | undefined): string {
  if (asIs || !parsed || !("value" in parsed)) return text;
  try {
    return write(parsed.value);
  } catch {
    // Nothing that Trustee could read either: a null in a list, a document that contains itself.
    return text;
  }
}
