import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { intelNames } from "../../components/verdict/tdx/certificates";
import type { TestCertificate, TestSubject } from "./authority";

const signing = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMilliseconds = 86_400_000;
const yearDays = 365;
const rootListAddress = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";
const platformListAddress =
  "https://api.trustedservices.intel.com/sgx/certification/v4/pckcrl?ca=platform&encoding=der";

export interface IntelAuthorityArgs {
  /** Stands before every common name. Default: `SIMULATED `. Independent verifiers want Intel's names as they are: empty. */
  readonly label?: string;
  /** Which of Intel's authorities certifies platforms. Default: the one of scalable platforms. */
  readonly authority?: keyof typeof intelNames.authorities;
}

/** When certificates are valid, and what else makes them other than they should be. */
export interface IntelSubject extends TestSubject {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Whether it says that it is an authority. */
  readonly ca?: boolean;
  /** Issued by the root itself. */
  readonly byRoot?: boolean;
}

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

/**
 * A SYNTHETIC Intel: root, platforms' authority and revocation lists with the curve, the names and the depths of the real
 * ones. Made anew each time, in memory alone.
 */
export class IntelAuthority {
  private constructor(
    private readonly label: string,
    private readonly rootIssuer: Issuer,
    private readonly platforms: Issuer,
  ) {}

  static async create({
    label = "SIMULATED ",
    authority = "Intel SGX PCK Platform CA",
  }: IntelAuthorityArgs = {}): Promise<IntelAuthority> {
    x509.cryptoProvider.set(webcrypto as Crypto);
    const [rootKeys, keys] = await Promise.all([newKeys("P-256"), newKeys("P-256")]);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name: nameOf(`${label}${intelNames.root}`),
      keys: rootKeys,
      signingAlgorithm: signing,
      ...validity(),
      extensions: [
        ...authorityExtensions(1),
        // Independent verifiers ask there for the root's list, and want as many extensions as Intel's certificates have.
        new x509.CRLDistributionPointsExtension([rootListAddress]),
        await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
      ],
    });
    const rootIssuer = { certificate: root, key: rootKeys.privateKey };
    const platforms = await x509.X509CertificateGenerator.create({
      subject: nameOf(`${label}${authority}`),
      issuer: root.subjectName,
      publicKey: keys.publicKey,
      signingKey: rootKeys.privateKey,
      signingAlgorithm: signing,
      ...validity(),
      extensions: [
        ...authorityExtensions(0),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
      ],
    });
    return new IntelAuthority(label, rootIssuer, { certificate: platforms, key: keys.privateKey });
  }

  get root(): string {
    return this.rootIssuer.certificate.toString("pem");
  }

  /** The platforms' authority, PEM. */
  get authority(): string {
    return this.platforms.certificate.toString("pem");
  }

  /** Serial number of the platforms' authority. */
  get authoritySerial(): string {
    return this.platforms.certificate.serialNumber;
  }

  /** A certificate for a platform's key. */
  issuePck(extensions: Readonly<Record<string, Uint8Array>>, changes: Partial<IntelSubject> = {}) {
    return this.issue({ commonName: `${this.label}${intelNames.pck}`, curve: "P-256", extensions, ...changes });
  }

  /** The certificate that signs TCB information: issued by the root itself. */
  issueTcbSigner(changes: Partial<IntelSubject> = {}): Promise<TestCertificate> {
    return this.issue({
      commonName: `${this.label}${intelNames.tcbSigning}`,
      curve: "P-256",
      byRoot: true,
      ...changes,
    });
  }

  async issue(subject: IntelSubject): Promise<TestCertificate> {
    const { commonName, curve, extensions = {}, notBefore, notAfter, ca = false, byRoot = false } = subject;
    const issuer = byRoot ? this.rootIssuer : this.platforms;
    const keys = await newKeys(curve);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: nameOf(commonName),
      issuer: issuer.certificate.subjectName,
      publicKey: keys.publicKey,
      signingKey: issuer.key,
      signingAlgorithm: signing,
      ...validity(),
      ...(notBefore && { notBefore }),
      ...(notAfter && { notAfter }),
      extensions: [
        new x509.BasicConstraintsExtension(ca, undefined, true),
        new x509.KeyUsagesExtension(ca ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        new x509.CRLDistributionPointsExtension([byRoot ? rootListAddress : platformListAddress]),
        ...Object.entries(extensions).map(([type, value]) => new x509.Extension(type, false, Buffer.from(value))),
      ],
    });
    const pem = certificate.toString("pem");
    return {
      certificate: pem,
      chain: byRoot ? [pem] : [pem, this.platforms.certificate.toString("pem")],
      privateKey: KeyObject.from(keys.privateKey),
      publicKey: KeyObject.from(keys.publicKey),
      serial: certificate.serialNumber,
    };
  }

  /** The root's list of revoked certificates, or that of the platforms' authority; DER. */
  async revocationList(
    of: "root" | "platforms",
    serials: readonly string[],
    { thisUpdate, nextUpdate }: { readonly thisUpdate: Date; readonly nextUpdate: Date },
  ): Promise<Uint8Array> {
    const issuer = of === "root" ? this.rootIssuer : this.platforms;
    const list = await x509.X509CrlGenerator.create({
      issuer: issuer.certificate.subjectName,
      thisUpdate,
      nextUpdate,
      entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: thisUpdate })),
      signingAlgorithm: signing,
      signingKey: issuer.key,
      extensions: [await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey)],
    });
    return new Uint8Array(list.rawData);
  }
}

function nameOf(commonName: string): x509.JsonName {
  return [{ CN: [commonName] }, { O: ["Trustfoundry rehearsal"] }];
}

function authorityExtensions(pathLength: number): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
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
    notBefore: new Date(Date.now() - yearDays * dayMilliseconds),
    notAfter: new Date(Date.now() + 50 * yearDays * dayMilliseconds),
  };
}
