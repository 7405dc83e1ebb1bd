import { createPublicKey, KeyObject, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** A certificate that a SIMULATED vendor issued, with its key: in memory, for one run. */
export interface TestCertificate {
  readonly certificate: string;
  /** From the certificate to the one below the root, PEM. */
  readonly chain: readonly string[];
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly serial: string;
}

export interface TestSubject {
  readonly commonName: string;
  readonly curve: "P-256" | "P-384";
  /** Serial number in the subject's name, as chips have. */
  readonly serialNumber?: string;
  readonly validTo?: Date;
  /** Extensions by object identifier, DER. */
  readonly extensions?: Readonly<Record<string, Uint8Array>>;
}

const year = 365 * 86_400_000;
const signing = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" } as const;

/**
 * A SIMULATED vendor's root and intermediate. Made anew for each run, held in memory, never written; everything that
 * verifies takes roots as an argument, and nothing but this folder can make one.
 */
export class TestAuthority {
  private constructor(
    readonly root: string,
    private readonly intermediate: x509.X509Certificate,
    private readonly cryptoKey: CryptoKey,
    private readonly rootCryptoKey: CryptoKey,
    /** Certificates between it and the root, PEM. */
    private readonly above: readonly string[] = [],
  ) {}

  /** How many authorities may follow below the intermediate. Default: none. */
  static async create(vendor: string, below = 0): Promise<TestAuthority> {
    x509.cryptoProvider.set(webcrypto as Crypto);
    const [rootKeys, keys] = await Promise.all([newKeys("P-384"), newKeys("P-384")]);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name: nameOf(`SIMULATED ${vendor} root`),
      keys: rootKeys,
      signingAlgorithm: signing,
      ...validity(),
      extensions: authorityExtensions(below + 1),
    });
    const intermediate = await x509.X509CertificateGenerator.create({
      subject: nameOf(`SIMULATED ${vendor} intermediate`),
      issuer: root.subjectName,
      publicKey: keys.publicKey,
      signingKey: rootKeys.privateKey,
      signingAlgorithm: signing,
      ...validity(),
      extensions: authorityExtensions(below),
    });
    return new TestAuthority(root.toString("pem"), intermediate, keys.privateKey, rootKeys.privateKey);
  }

  /** The key of one of the two authorities, given its certificate: for what an authority signs beside certificates. */
  keyOf(certificate: string): KeyObject {
    const { publicKey } = new X509Certificate(certificate);
    const found = [this.cryptoKey, this.rootCryptoKey]
      .map((key) => KeyObject.from(key))
      .find((key) => createPublicKey(key).equals(publicKey));
    if (!found) throw new Error("the certificate is not this authority's");
    return found;
  }

  /** An authority below it: a chip that issues certificates to its own firmware. */
  async subordinate(commonName: string, serialNumber?: string): Promise<TestAuthority> {
    const keys = await newKeys("P-384");
    const certificate = await x509.X509CertificateGenerator.create({
      subject: nameOf(commonName, serialNumber),
      issuer: this.intermediate.subjectName,
      publicKey: keys.publicKey,
      signingKey: this.cryptoKey,
      signingAlgorithm: signing,
      ...validity(),
      extensions: authorityExtensions(0),
    });
    return new TestAuthority(this.root, certificate, keys.privateKey, this.rootCryptoKey, [
      this.intermediate.toString("pem"),
      ...this.above,
    ]);
  }

  async issue({ commonName, curve, serialNumber, validTo, extensions = {} }: TestSubject): Promise<TestCertificate> {
    const keys = await newKeys(curve);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: nameOf(commonName, serialNumber),
      issuer: this.intermediate.subjectName,
      publicKey: keys.publicKey,
      signingKey: this.cryptoKey,
      signingAlgorithm: signing,
      ...validity(),
      ...(validTo && { notAfter: validTo }),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        ...Object.entries(extensions).map(([type, value]) => new x509.Extension(type, false, Buffer.from(value))),
      ],
    });
    const pem = certificate.toString("pem");
    return {
      certificate: pem,
      chain: [pem, this.intermediate.toString("pem"), ...this.above],
      privateKey: KeyObject.from(keys.privateKey),
      publicKey: KeyObject.from(keys.publicKey),
      serial: certificate.serialNumber,
    };
  }
}

function nameOf(commonName: string, serialNumber?: string): x509.JsonName {
  const name: x509.JsonName = [{ CN: [commonName] }, { O: ["Trustfoundry rehearsal"] }];
  return serialNumber === undefined ? name : [{ "2.5.4.5": [serialNumber] }, ...name];
}

function authorityExtensions(pathLength: number): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
  ];
}

async function newKeys(namedCurve: string): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve }, true, ["sign", "verify"])) as CryptoKeyPair;
}

/** Long: a play may move its clock to a release's end. */
function validity() {
  const serial = randomBytes(20);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return {
    serialNumber: serial.toString("hex"),
    notBefore: new Date(Date.now() - year),
    notAfter: new Date(Date.now() + 50 * year),
  };
}
