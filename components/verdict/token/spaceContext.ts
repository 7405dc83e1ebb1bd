import type { ExamineContext, Known } from "../context";

/**
 * TEEs that Google's attestation service names (`hwmodel`). GCP_SHIELDED_VM is none: memory of such a machine is in plain
 * text. SEV encrypts memory, and proves neither its integrity nor, in this token, anything by AMD's own signature.
 */
export const spaceHardware = ["GCP_INTEL_TDX", "GCP_AMD_SEV", "GCP_AMD_SEV_ES"] as const;
export type SpaceHardware = (typeof spaceHardware)[number];

/** What the reader expects of a Confidential Space machine. There is no release of it: these are his own words. */
export interface SpaceExpected {
  /** `aud`: whom the token was made for, a name that the reader and the workload agreed on. */
  readonly audience: string;
  /** `sha256:` and 64 hex digits: the one container image that may run. */
  readonly imageDigest: string;
  /** Where it has to come from, without tag and digest. Default: from anywhere, since the digest names it. */
  readonly imageRepository?: string;
  /** Default GCP_INTEL_TDX, the TEE of Google's machines with an H100. */
  readonly hardware?: readonly SpaceHardware[];
  /**
   * What whoever starts the machine may change of the image's command and variables. `none`: nothing, the default.
   * `asImageAllows`: what the image's own labels (tee.launch_policy.*) let be changed.
   */
  readonly overrides?: "none" | "asImageAllows";
  /** Command and arguments that have to run, in full. Default: not compared. */
  readonly arguments?: readonly string[];
  /** Oldest Confidential Space image, `YYMM##`. Default: any that Google still calls by the support attribute. */
  readonly oldestVersion?: string;
  /** What Google has to call its own image. Default STABLE. */
  readonly support?: "LATEST" | "STABLE" | "USABLE";
  /** Undefined where the machine has no GPU: then nothing is said of one. */
  readonly gpu:
    | {
        /** GCP_NVIDIA_H100 */
        readonly model: string;
        readonly count: number;
        readonly drivers?: readonly string[];
        readonly vbios?: readonly string[];
      }
    | undefined;
  /** Oldest token that is read, by the reader's clock. Google's hold for an hour. */
  readonly maximumAgeSeconds: number;
}

export interface SpaceContext extends Pick<ExamineContext, "now" | "collateral"> {
  readonly roots: Pick<ExamineContext["roots"], "googleConfidentialSpace" | "simulated">;
  readonly expected: SpaceExpected;
  /** The reader's own nonce as he gave it to the workload, 8 to 88 characters: one of `eat_nonce`. */
  readonly nonce: Known<string>;
  /**
   * SubjectPublicKeyInfo, DER, of the connection's end, which the workload names among its nonces (`channelNonce`). Unknown
   * where no connection was looked at.
   */
  readonly channelKey: Known<Uint8Array>;
}
