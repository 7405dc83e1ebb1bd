import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { join } from "node:path";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { readIfThere, writePrivate } from "./files";

/** Who a client certificate speaks for: Kubernetes takes CN as the user and each O as a group. */
export interface Identity {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

/** What a server certificate is for. */
export interface ServerNames {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  /** Also usable as a client, as etcd's members are to each other. */
  readonly alsoClient?: boolean;
}

/** A certificate and its key, as PEM and as files. The key's file has mode 0600. */
export interface Issued {
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;
const authorityDays = 3650;
const leafDays = 365;
/** A leaf with less time left than this is issued anew at the next start. */
const renewBeforeDays = 30;

/** A certificate authority of one cluster's own, kept in a private directory. */
export class Authority {
  private constructor(
    private readonly directory: string,
    readonly issued: Issued,
  ) {}

  get certificate(): string {
    return this.issued.certificate;
  }

  /** Opens the authority that `directory` holds, or makes one there. */
  static async open(directory: string, commonName: string): Promise<Authority> {
    const known = readIssuedPair(directory, "ca");
    if (known && daysLeft(known.certificate) > renewBeforeDays) return new Authority(directory, known);
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: subject({ commonName }),
      keys,
      signingAlgorithm: algorithm,
      ...validity(authorityDays),
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(directory, await store(directory, "ca", certificate, keys.privateKey));
  }

  /** A client certificate for `identity`, kept under `name`; the one at hand is used while it is good. */
  issueClient(name: string, identity: Identity): Promise<Issued> {
    return this.issue(name, identity, [], [x509.ExtendedKeyUsage.clientAuth]);
  }

  /** A server certificate, kept under `name`; the one at hand is used while it is good. */
  issueServer(name: string, names: ServerNames): Promise<Issued> {
    const alternative = [
      ...names.dnsNames.map((value) => ({ type: "dns" as const, value })),
      ...names.addresses.map((value) => ({ type: "ip" as const, value })),
    ];
    const usages = [x509.ExtendedKeyUsage.serverAuth, ...(names.alsoClient ? [x509.ExtendedKeyUsage.clientAuth] : [])];
    return this.issue(name, { commonName: names.commonName }, alternative, usages);
  }

  private async issue(
    name: string,
    identity: Identity,
    alternative: AlternativeName[],
    usages: x509.ExtendedKeyUsage[],
  ): Promise<Issued> {
    const known = readIssuedPair(this.directory, name);
    if (known && this.isGood(known.certificate, identity, alternative)) return known;
    const keys = await newKeys();
    const authority = new x509.X509Certificate(this.certificate);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: subject(identity),
      issuer: authority.subjectName,
      publicKey: keys.publicKey,
      signingKey: await importKey(this.issued.privateKey),
      signingAlgorithm: algorithm,
      ...validity(leafDays),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(usages),
        await x509.AuthorityKeyIdentifierExtension.create(authority),
        ...(alternative.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternative)] : []),
      ],
    });
    return store(this.directory, name, certificate, keys.privateKey);
  }

  private isGood(certificate: string, identity: Identity, alternative: readonly AlternativeName[]): boolean {
    const parsed = new X509Certificate(certificate);
    const named = alternative.map(({ type, value }) => `${type === "dns" ? "DNS" : "IP Address"}:${value}`).join(", ");
    return (
      parsed.checkIssued(new X509Certificate(this.certificate)) &&
      parsed.verify(new X509Certificate(this.certificate).publicKey) &&
      daysLeft(certificate) > renewBeforeDays &&
      new x509.X509Certificate(certificate).subject === new x509.Name(subject(identity)).toString() &&
      (parsed.subjectAltName ?? "") === named
    );
  }
}

/** Makes, once, the key pair that signs service-account tokens. Returns its files. */
export async function serviceAccountKeys(
  directory: string,
): Promise<{ readonly publicFile: string; readonly privateFile: string }> {
  const files = {
    publicFile: join(directory, "service-account.pub"),
    privateFile: join(directory, "service-account.key"),
  };
  if (readIfThere(files.privateFile) && readIfThere(files.publicFile)) return files;
  const keys = await newKeys();
  writePrivate(files.privateFile, await privatePem(keys.privateKey));
  writePrivate(files.publicFile, toPem("PUBLIC KEY", await webcrypto.subtle.exportKey("spki", keys.publicKey)));
  return files;
}

interface AlternativeName {
  readonly type: "dns" | "ip";
  readonly value: string;
}

function subject({ commonName, organizations = [] }: Identity): x509.JsonName {
  return [{ CN: [commonName] }, ...organizations.map((organization) => ({ O: [organization] }))];
}

async function newKeys(): Promise<CryptoKeyPair> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  return (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
}

function validity(days: number) {
  return {
    serialNumber: randomBytes(16).toString("hex"),
    // An hour back: clocks of one machine jump, too.
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + days * day),
  };
}

function daysLeft(certificate: string): number {
  return (Date.parse(new X509Certificate(certificate).validTo) - Date.now()) / day;
}

async function store(
  directory: string,
  name: string,
  certificate: x509.X509Certificate,
  key: CryptoKey,
): Promise<Issued> {
  const issued = {
    ...files(directory, name),
    certificate: `${certificate.toString("pem").trim()}\n`,
    privateKey: await privatePem(key),
  };
  writePrivate(issued.keyFile, issued.privateKey);
  writePrivate(issued.certificateFile, issued.certificate);
  return issued;
}

/** A certificate and its key, as far as both are there and fit each other. */
export function readIssuedPair(directory: string, name: string): Issued | undefined {
  const at = files(directory, name);
  const certificate = readIfThere(at.certificateFile);
  const privateKey = readIfThere(at.keyFile);
  if (!certificate || !privateKey) return undefined;
  // A kill between the two writes leaves a key that does not fit; it is made anew.
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))
      ? { ...at, certificate, privateKey }
      : undefined;
  } catch {
    return undefined;
  }
}

function files(directory: string, name: string) {
  return { certificateFile: join(directory, `${name}.crt`), keyFile: join(directory, `${name}.key`) };
}

async function importKey(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ""), "base64");
  return (await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"])) as CryptoKey;
}

async function privatePem(key: CryptoKey): Promise<string> {
  return toPem("PRIVATE KEY", await webcrypto.subtle.exportKey("pkcs8", key));
}

function toPem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
