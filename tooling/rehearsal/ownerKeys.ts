import { randomBytes, webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { Factory } from "../../stacks/config/factory";

/** What the model owner keeps to itself. Reaches Pulumi only as an encrypted setting of the owner's own stack. */
export interface OwnerKeys {
  /** PEM of the long-lived CA; public, and measured into every guest. */
  readonly caCertificate: string;
  readonly secrets: {
    readonly tls: { readonly certificate: string; readonly privateKey: string };
    readonly tokenSigner: { readonly certificate: string; readonly privateKey: string };
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
  const file = join(directory, "owner-keys.json");
  const known = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as OwnerKeys)
    : await makeKeys(factory.attestation.keyBroker.dnsName);
  const resources = Object.fromEntries(
    factory.models
      .flatMap(({ keys }) => keys)
      .sort()
      .map((path) => [path, known.secrets.resources[path] ?? randomBytes(32).toString("base64")]),
  );
  const keys = { ...known, secrets: { ...known.secrets, resources: { ...known.secrets.resources, ...resources } } };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return { ...keys, secrets: { ...keys.secrets, resources } };
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
