import type { JsonWebKey, KeyObject } from "node:crypto";
import { createPublicKey } from "node:crypto";
import { EvidenceError } from "../evidence/reader";
import { at, isObject, parseStrictJson } from "../token/strictJson";

/** What Microsoft's paravisor says of its machine and its virtual TPM; the hardware signs the SHA-256 of the text. */
export interface RuntimeData {
  /** The virtual TPM's attestation key (HCLAkPub). */
  readonly attestationKey: KeyObject;
  readonly configuration: {
    readonly secureBoot: unknown;
    readonly console: unknown;
    readonly tpm: unknown;
  };
  /** 64 bytes hex, lower case, that somebody in the guest chose; zeros where nobody did. Absent in old reports. */
  readonly userData?: string;
}

const attestationKeyId = "HCLAkPub";
const leastBits = 2048;

/** Throws EvidenceError alone. */
export function parseRuntimeData(bytes: Uint8Array): RuntimeData {
  const json = parseStrictJson(textOf(bytes), "runtime data");
  const keys: readonly unknown[] = Array.isArray(json.keys) ? json.keys : [];
  const named = keys.filter((key) => at(key, "kid") === attestationKeyId);
  if (named.length !== 1)
    throw new EvidenceError(`runtime data: ${named.length} keys are called ${attestationKeyId}, not one`);
  const configuration = json["vm-configuration"];
  const userData = json["user-data"];
  if (userData !== undefined && (typeof userData !== "string" || !/^[0-9a-fA-F]{128}$/.test(userData)))
    throw new EvidenceError("runtime data: user-data are not 64 bytes as hex");
  return {
    attestationKey: keyOf(named[0]),
    configuration: {
      secureBoot: at(configuration, "secure-boot"),
      console: at(configuration, "console-enabled"),
      tpm: at(configuration, "tpm-enabled"),
    },
    ...(userData !== undefined && { userData: userData.toLowerCase() }),
  };
}

function keyOf(jwk: unknown): KeyObject {
  if (!isObject(jwk) || jwk.kty !== "RSA" || "d" in jwk)
    throw new EvidenceError("runtime data: HCLAkPub is no public RSA key");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: { kty: "RSA", n: jwk.n, e: jwk.e } as JsonWebKey, format: "jwk" });
  } catch {
    throw new EvidenceError("runtime data: HCLAkPub cannot be read");
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < leastBits) throw new EvidenceError(`runtime data: HCLAkPub has ${bits} bits; ${leastBits} are the least`);
  return key;
}

/** Zeros may follow it. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\0+$/, "");
  } catch {
    throw new EvidenceError("runtime data: they are no UTF-8 text");
  }
}
