import { createHash, KeyObject, webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { SnpProduct } from "../../components/verdict/context";
import { productNames } from "../../components/verdict/snp/products";
import type { TestCertificate } from "./authority";
import type { VekSubject } from "./vekExtensions";
import { vekExtensions } from "./vekExtensions";

/** Signatures as AMD's: RSA-PSS with SHA-384 and MGF1 with SHA-384. */
const signing = { name: "RSA-PSS", hash: "SHA-384", saltLength: 48 } as const;
const year = 365 * 86_400_000;

export interface SyntheticAmdArgs {
  readonly product: SnpProduct;
  /** The clock that certificates are made for. */
  readonly now: Date;
  /** Smaller keys are quicker to make. Default: 4096, as AMD's have. */
  readonly modulusBits?: number;
}

export interface VekArgs extends VekSubject {
  readonly validFrom?: Date;
  readonly validTo?: Date;
  /** Default: 0, as all of AMD's. */
  readonly serial?: string;
  /** Extensions to change; without a value, to leave out. */
  readonly extensions?: Readonly<Record<string, Buffer | undefined>>;
  readonly curve?: "P-256" | "P-384";
  /** Signed by the other of ASK and ASVK than the one that such a key has. */
  readonly wrongIssuer?: boolean;
}

/**
 * AMD's root and what it certifies, SYNTHETIC: for processors and versions of reports of which there is no published
 * sample. Names are AMD's own, since verifiers compare them, and each certificate has `SYNTHETIC` in its name beside.
 */
export class SyntheticAmd {
  private constructor(
    private readonly args: Required<SyntheticAmdArgs>,
    private readonly rootCertificate: x509.X509Certificate,
    private readonly rootKey: webcrypto.CryptoKey,
    private readonly authorities: Readonly<Record<"ask" | "asvk", Authority>>,
  ) {}

  static async create(args: SyntheticAmdArgs): Promise<SyntheticAmd> {
    x509.cryptoProvider.set(webcrypto as Crypto);
    const complete = { modulusBits: 4096, ...args };
    const { product, now } = complete;
    const name = productNames[product];
    const [rootKeys, askKeys, asvkKeys] = await Promise.all([rsa(complete), rsa(complete), rsa(complete)]);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name: nameOf(`ARK-${name}`),
      keys: rootKeys as CryptoKeyPair,
      signingAlgorithm: signing,
      ...validity(now, 25, "030000"),
      extensions: authorityExtensions(1, crlAddress("vcek", product)),
    });
    const authority = async (keys: webcrypto.CryptoKeyPair, kind: "vcek" | "vlek", serial: string) => ({
      key: keys.privateKey,
      certificate: await x509.X509CertificateGenerator.create({
        subject: nameOf(kind === "vcek" ? `SEV-${name}` : `SEV-VLEK-${name}`),
        issuer: root.subjectName,
        publicKey: keys.publicKey as CryptoKey,
        signingKey: rootKeys.privateKey as CryptoKey,
        signingAlgorithm: signing,
        ...validity(now, 25, serial),
        extensions: authorityExtensions(0, crlAddress(kind, product)),
      }),
    });
    const authorities = {
      ask: await authority(askKeys, "vcek", "030001"),
      asvk: await authority(asvkKeys, "vlek", "030002"),
    };
    return new SyntheticAmd(complete, root, rootKeys.privateKey, authorities);
  }

  get root(): string {
    return this.rootCertificate.toString("pem");
  }

  get ask(): string {
    return this.authorities.ask.certificate.toString("pem");
  }

  get asvk(): string {
    return this.authorities.asvk.certificate.toString("pem");
  }

  /** A VCEK or VLEK with its key. */
  async issue(args: VekArgs): Promise<TestCertificate> {
    const vlek = "cloud" in args.of;
    const { certificate: issuer, key } = this.authorities[vlek !== (args.wrongIssuer ?? false) ? "asvk" : "ask"];
    const algorithm = { name: "ECDSA", namedCurve: args.curve ?? "P-384" };
    const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
    const defaults = validity(this.args.now, 7, args.serial ?? "00");
    const extensions: Record<string, Buffer | undefined> = { ...vekExtensions(args), ...args.extensions };
    const certificate = await x509.X509CertificateGenerator.create({
      subject: nameOf(`SEV-${vlek ? "VLEK" : "VCEK"}`),
      issuer: issuer.subjectName,
      publicKey: keys.publicKey as CryptoKey,
      signingKey: key as CryptoKey,
      signingAlgorithm: signing,
      serialNumber: defaults.serialNumber,
      notBefore: args.validFrom ?? defaults.notBefore,
      notAfter: args.validTo ?? defaults.notAfter,
      extensions: Object.entries(extensions).flatMap(([type, value]) =>
        value ? [new x509.Extension(type, false, new Uint8Array(value))] : [],
      ),
    });
    const pem = certificate.toString("pem");
    return {
      certificate: pem,
      chain: [pem, issuer.toString("pem")],
      privateKey: KeyObject.from(keys.privateKey),
      publicKey: KeyObject.from(keys.publicKey),
      serial: certificate.serialNumber,
    };
  }

  /** The root's list of revoked certificates, DER. */
  async revocationList(args: { revoked?: readonly string[]; issued: Date; nextUpdate?: Date }): Promise<Uint8Array> {
    const crl = await x509.X509CrlGenerator.create({
      issuer: this.rootCertificate.subjectName,
      thisUpdate: args.issued,
      ...(args.nextUpdate && { nextUpdate: args.nextUpdate }),
      entries: (args.revoked ?? []).map((serialNumber) => ({ serialNumber, revocationDate: args.issued })),
      signingAlgorithm: signing,
      signingKey: this.rootKey as CryptoKey,
    });
    return new Uint8Array(crl.rawData);
  }
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** Id of a SYNTHETIC chip, hex: 64 bytes, or 8 of a Turin. */
export function syntheticChipId(product: SnpProduct, name = "one"): string {
  const id = createHash("sha512").update(`SYNTHETIC ${product} ${name}`).digest("hex");
  return product === "turin" ? id.slice(0, 16) : id;
}

function nameOf(commonName: string): x509.JsonName {
  return [
    { OU: ["Engineering"] },
    { C: ["US"] },
    { L: ["Santa Clara"] },
    { ST: ["CA"] },
    { O: ["Advanced Micro Devices"] },
    { CN: [commonName] },
    // description (RFC 4519, section 2.5)
    { "2.5.4.13": ["SYNTHETIC"] },
  ];
}

function crlAddress(kind: "vcek" | "vlek", product: SnpProduct): string {
  return `https://kdsintf.amd.com/${kind}/v1/${productNames[product]}/crl`;
}

function authorityExtensions(pathLength: number, crl: string): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(
      x509.KeyUsageFlags.keyCertSign | (pathLength > 0 ? x509.KeyUsageFlags.cRLSign : 0),
      true,
    ),
    new x509.CRLDistributionPointsExtension([crl]),
  ];
}

function rsa({ modulusBits }: Required<SyntheticAmdArgs>): Promise<webcrypto.CryptoKeyPair> {
  const algorithm = { ...signing, modulusLength: modulusBits, publicExponent: new Uint8Array([1, 0, 1]) };
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

function validity(now: Date, years: number, serialNumber: string) {
  const from = new Date(Math.floor((now.getTime() - year) / 1000) * 1000);
  return { serialNumber, notBefore: from, notAfter: new Date(from.getTime() + years * year) };
}
