import { createHash } from "node:crypto";
import type { JWK } from "jose";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CollateralFile } from "../../components/verdict/context";
import { nrasIssuer, nrasKeysFile } from "../../components/verdict/gpu/nrasToken";

type Claims = Readonly<Record<string, unknown>>;

/** What a SIMULATED attestation service of NVIDIA's is asked to sign. */
export interface NrasContent {
  /** Claims by part: `GPU-0`, `SWITCH-3`. */
  readonly parts: Readonly<Record<string, Claims>>;
  /** 32 bytes hex. */
  readonly nonce: string;
  readonly now: Date;
  /** Claims of the whole, or of each part, that differ. */
  readonly overall?: Claims;
  readonly eachPart?: Claims;
}

const kid = "SIMULATED-nras-key";
const secondsValid = 3600;

/** Signs tokens as NVIDIA's service does, with a key made for this run. */
export class TestNras {
  private constructor(
    readonly privateKey: CryptoKey,
    readonly publicJwk: JWK,
  ) {}

  static async create(): Promise<TestNras> {
    const { privateKey, publicKey } = await generateKeyPair("ES384", { extractable: true });
    return new TestNras(privateKey, { ...(await exportJWK(publicKey)), kid, alg: "ES384", use: "sig" });
  }

  /** The file that its keys are kept in. */
  get keys(): CollateralFile {
    const bytes = Buffer.from(JSON.stringify({ keys: [this.publicJwk] }));
    return { kind: "jwks", source: nrasKeysFile, bytes };
  }

  /** A signed statement of the service: standard claims, and whatever else. */
  async sign(claims: Claims, now: Date, header: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const seconds = Math.floor(now.getTime() / 1000);
    const standard = { iss: nrasIssuer, iat: seconds, nbf: seconds, exp: seconds + secondsValid, jti: "SIMULATED" };
    return new SignJWT({ ...standard, ...claims })
      .setProtectedHeader({ alg: "ES384", kid, ...header })
      .sign(this.privateKey);
  }

  /** An answer of the service, as JSON. */
  async token({ parts, nonce, now, overall = {}, eachPart = {} }: NrasContent): Promise<string> {
    const signed = await Promise.all(
      Object.entries(parts).map(async ([part, claims]) => {
        return [part, await this.sign({ eat_nonce: nonce, ...claims, ...eachPart }, now)] as const;
      }),
    );
    const digest = (token: string) => createHash("sha256").update(token).digest("hex");
    const whole = await this.sign(
      {
        sub: "NVIDIA-PLATFORM-ATTESTATION",
        "x-nvidia-ver": "3.0",
        "x-nvidia-overall-att-result": true,
        eat_nonce: nonce,
        submods: Object.fromEntries(signed.map(([part, token]) => [part, ["DIGEST", ["SHA-256", digest(token)]]])),
        ...overall,
      },
      now,
    );
    return JSON.stringify([["JWT", whole], Object.fromEntries(signed)]);
  }
}
