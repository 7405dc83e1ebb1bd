import { flattenedDecrypt, exportJWK, generateKeyPair } from "jose";
import type { FlattenedJWE, JWK } from "jose";
import { Refusal } from "./refusal";

const algorithm = "ECDH-ES+A256KW";

/** The key pair that a guest makes in its protected memory and that leaves it never. */
export class GuestKey {
  private constructor(
    /** What the evidence binds: `tee-pubkey`. */
    readonly publicJwk: JWK,
    private readonly privateKey: CryptoKey,
  ) {}

  static async create(): Promise<GuestKey> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: "P-256" });
    return new GuestKey({ ...(await exportJWK(publicKey)), alg: algorithm }, privateKey as CryptoKey);
  }

  async open(sealed: FlattenedJWE): Promise<string> {
    try {
      const { plaintext } = await flattenedDecrypt(sealed, this.privateKey, {
        keyManagementAlgorithms: [algorithm],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      return Buffer.from(plaintext).toString("utf8");
    } catch {
      throw new Refusal("key", "the answer opens with the attested guest's key alone");
    }
  }
}
