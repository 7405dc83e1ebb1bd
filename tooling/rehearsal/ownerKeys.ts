import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { Factory } from "../../stacks/config/factory";
import { privateDirectory, writePrivate } from "../controlplane/files";
import { withLock } from "../controlplane/lock";
import { UserError } from "../ui";

export interface KeyPair {
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
}

/** What the model owner keeps to itself. Reaches Pulumi only as an encrypted setting of the owner's own stack. */
export interface OwnerKeys {
  /** PEM of the long-lived CA; public, and measured into every guest. */
  readonly caCertificate: string;
  /** PEM of that CA's key, by which certificates are renewed. No stack is ever given it. */
  readonly caPrivateKey?: string;
  /** While the key broker's certificate is rotated: the one to come, or the one that was in use. */
  readonly otherTls?: KeyPair & { readonly is: "next" | "former" };
  readonly secrets: {
    readonly tls: KeyPair;
    readonly tokenSigner: KeyPair;
    /** KBS resources by path repo/type/tag, base64. */
    readonly resources: Readonly<Record<string, string>>;
  };
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const tenYears = 3650;

/**
 * Makes the model owner's keys of a rehearsal once and keeps them in the owner's directory, mode 0600. A real model
 * owner brings its own CA and key store instead. New keys are added for models that were added to the description.
 */
export async function ownerKeys(directory: string, factory: Factory): Promise<OwnerKeys> {
  privateDirectory(directory);
  // One command at a time: two at once would each make keys, and one's would be lost.
  return withLock(directory, undefined, () => knownOrNew(directory, factory));
}

async function knownOrNew(directory: string, factory: Factory): Promise<OwnerKeys> {
  const known = readOwnerKeys(directory) ?? (await makeKeys(factory.attestation.keyBroker.dnsName));
  const resources = Object.fromEntries(
    factory.models
      .flatMap(({ keys }) => keys)
      .sort()
      .map((path) => [path, known.secrets.resources[path] ?? randomBytes(32).toString("base64")]),
  );
  const keys = { ...known, secrets: { ...known.secrets, resources: { ...known.secrets.resources, ...resources } } };
  writeOwnerKeys(directory, keys);
  return { ...keys, secrets: { ...keys.secrets, resources } };
}

const keysFile = (directory: string) => join(directory, "owner-keys.json");

export function readOwnerKeys(directory: string): OwnerKeys | undefined {
  const file = keysFile(directory);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as OwnerKeys) : undefined;
}

/** Whole or not at all: a kill must not lose a key. */
export function writeOwnerKeys(directory: string, keys: OwnerKeys): void {
  writePrivate(keysFile(directory), JSON.stringify(keys));
}

/** A new certificate of the key broker with a new key, by the CA that guests know. */
export async function renewedTls({ caCertificate, caPrivateKey }: OwnerKeys, dnsName: string): Promise<KeyPair> {
  if (caPrivateKey === undefined)
    throw new UserError(
      "This rehearsal's CA can issue nothing more: an earlier version of Trustfoundry threw its key away.",
      "Destroy the rehearsal and start anew.",
    );
  x509.cryptoProvider.set(webcrypto as Crypto);
  const der = (key: ReturnType<typeof createPrivateKey>) => key.export({ type: "pkcs8", format: "der" });
  const privateKey = createPrivateKey(caPrivateKey);
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const pair = {
    privateKey: await webcrypto.subtle.importKey("pkcs8", der(privateKey), algorithm, false, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  };
  return issueLeaf(new x509.X509Certificate(caCertificate), pair as CryptoKeyPair, dnsName, [dnsName]);
}

async function makeKeys(dnsName: string): Promise<OwnerKeys> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Rehearsal model owner CA (SIMULATED)",
    keys: caKeys as CryptoKeyPair,
    signingAlgorithm: algorithm,
    serialNumber: randomBytes(16).toString("hex"),
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: inDays(tenYears),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const issue = (name: string, names: string[]) => issueLeaf(ca, caKeys as CryptoKeyPair, name, names);
  return {
    caCertificate: pem(ca.toString("pem")),
    caPrivateKey: await privateKeyPem(caKeys as CryptoKeyPair),
    secrets: {
      tls: await issue(dnsName, [dnsName]),
      tokenSigner: await issueSigner("Attestation token signer (SIMULATED)"),
      resources: {},
    },
  };
}

/** A certificate of its own making: the key broker trusts it as a root, so it must vouch for this one key alone. */
async function issueSigner(commonName: string) {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: algorithm,
    serialNumber: randomBytes(16).toString("hex"),
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: inDays(365),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { certificate: pem(certificate.toString("pem")), privateKey: await privateKeyPem(keys) };
}

async function privateKeyPem({ privateKey }: CryptoKeyPair): Promise<string> {
  const text = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${text.replace(/(.{64})/g, "$1\n").trim()}\n-----END PRIVATE KEY-----\n`;
}

async function issueLeaf(ca: x509.X509Certificate, caKeys: CryptoKeyPair, commonName: string, dnsNames: string[]) {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${commonName}`,
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    serialNumber: randomBytes(16).toString("hex"),
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: inDays(365),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...(dnsNames.length > 0
        ? [
            new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: "dns" as const, value }))),
            new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          ]
        : []),
    ],
  });
  return { certificate: pem(certificate.toString("pem")), privateKey: await privateKeyPem(keys) };
}

function pem(text: string): string {
  return `${text.trim()}\n`;
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}
