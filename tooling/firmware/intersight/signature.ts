import { createHash, createPrivateKey, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { FirmwareError } from "../target";

/** An API key of Intersight: its id, and the private key that never leaves this machine. */
export interface ApiKey {
  readonly id: string;
  readonly key: KeyObject;
}

export interface Unsigned {
  readonly method: string;
  /** Path with query, exactly as it is sent. */
  readonly path: string;
  /** Host with a port other than 443, as the Host header has it. */
  readonly host: string;
  readonly date: Date;
  readonly body?: string;
}

const smallestRsaBits = 2048;

/**
 * The key's private half from PEM: RSA for keys of version 2, ECDSA on P-256 for version 3. Keys of version 3 are handed
 * out as PKCS #8 under the label of another format, "EC PRIVATE KEY"
 * (cgascoig/intersight-auth 4bd68f1, CiscoDevNet/intersight-ansible 7b4abde). Nothing of the text gets into a message.
 */
export function readApiKey(id: string, pem: string): ApiKey {
  if (!/^[A-Za-z0-9]+(\/[A-Za-z0-9]+)*$/.test(id))
    throw new FirmwareError(
      "The id of the Intersight API key is none; write it as Intersight shows it: letters, digits and slashes.",
    );
  const key = parse(pem) ?? parse(pem.replaceAll(/(BEGIN|END) EC PRIVATE KEY/g, "$1 PRIVATE KEY"));
  if (!key)
    throw new FirmwareError(
      "The secret key of the Intersight API key cannot be read as a private key in PEM without a passphrase; give the file that Intersight let you download.",
    );
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const known =
    (key.asymmetricKeyType === "rsa" && modulusLength >= smallestRsaBits) ||
    (key.asymmetricKeyType === "ec" && namedCurve === "prime256v1");
  if (!known)
    throw new FirmwareError(
      `The secret key of the Intersight API key is of a kind that Intersight does not issue (${key.asymmetricKeyType ?? "unknown"}); use its own keys: RSA of ${smallestRsaBits} bits or more, or ECDSA on P-256.`,
    );
  return { id, key };
}

function parse(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, format: "pem" });
  } catch {
    return undefined;
  }
}

/**
 * Headers of a request with its signature: draft-cavage-http-signatures over request target, host, date and a digest of
 * the body, an empty one as well. Intersight names the algorithm of RSA keys `rsa-sha256`, that of EC keys `hs2019`, both
 * with SHA-256 (CiscoDevNet/intersight-ansible 7b4abde, `plugins/module_utils/intersight.py`).
 */
export function signedHeaders(request: Unsigned, { id, key }: ApiKey): Readonly<Record<string, string>> {
  const { method, path, host, date, body = "" } = request;
  const headers = {
    host,
    date: date.toUTCString(),
    digest: `SHA-256=${createHash("sha256").update(body).digest("base64")}`,
  };
  const signed = [["(request-target)", `${method.toLowerCase()} ${path}`], ...Object.entries(headers)];
  const text = signed.map(([name, value]) => `${name}: ${value}`).join("\n");
  const signature = sign("sha256", Buffer.from(text), key).toString("base64");
  const parameters = {
    keyId: id,
    algorithm: key.asymmetricKeyType === "rsa" ? "rsa-sha256" : "hs2019",
    headers: signed.map(([name]) => name).join(" "),
    signature,
  };
  const listed = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
  return { ...headers, authorization: `Signature ${listed.join(",")}` };
}
