/*
 * Whose tokens of Google's attestation service are let into a pool of identities: a condition in CEL on the claims of a
 * Confidential Space machine. Google signs tokens about everybody's machines, so each clause keeps somebody out; a claim
 * that is missing is an error of the evaluation, and Google then lets nobody in.
 *
 * Claims: Google Cloud, "Confidential Space attestation assertions" and "token claims".
 */

/** `hwmodel`: the token's reference has the first spelling, the guide to assertions the second. */
export const hardwareModels = ["GCP_INTEL_TDX", "INTEL_TDX"] as const;
export type HardwareModel = (typeof hardwareModels)[number];

const overridesAllowed = ["none", "asImageAllows"] as const;
type Overrides = (typeof overridesAllowed)[number];

export interface AttestationConditionArgs {
  /** `sha256:` and 64 hex digits: the only container image that is let in. */
  readonly imageDigest: string;
  /** E-mail address of the service account that the machine runs as. */
  readonly serviceAccount: string;
  /** Default GCP_INTEL_TDX: the TEE of Google's machines with an H100. */
  readonly hardware?: HardwareModel | undefined;
  /** The GPU besides being in confidential mode, which is always asked. Default: not asked. */
  readonly gpu?: GpuClaims | undefined;
  /**
   * What whoever starts the machine may change of the image's command and variables. `none`: nothing, the default.
   * `asImageAllows`: what the image's own labels (tee.launch_policy.*) let be changed; the digest binds those.
   */
  readonly overrides?: Overrides | undefined;
}

export interface GpuClaims {
  /** As in the claim `hwmodel` of the GPU, e.g. GCP_NVIDIA_H100. A machine has exactly one GPU. */
  readonly model: string;
  /** Accepted versions of the driver. Default: any that Google's image brings. */
  readonly drivers?: readonly string[] | undefined;
}

/** Google refuses longer ones (IAM REST reference, WorkloadIdentityPoolProvider.attributeCondition). */
export const longestCondition = 4096;

const patterns = {
  imageDigest: { matches: /^sha256:[0-9a-f]{64}$/, wanted: "sha256: and 64 lower-case hex digits" },
  serviceAccount: {
    matches: /^[a-z0-9][a-z0-9-]{0,61}@[a-z0-9-]{1,61}(\.[a-z0-9-]{1,61}){0,2}\.gserviceaccount\.com$/,
    wanted: "the address of a service account, <name>@<project>.iam.gserviceaccount.com",
  },
  "gpu.model": { matches: /^[A-Z0-9_]{1,40}$/, wanted: "a claim such as GCP_NVIDIA_H100" },
  "gpu.drivers": { matches: /^\d{1,4}(\.\d{1,4}){1,3}$/, wanted: "a version such as 550.127.05" },
} as const;

/** The condition, always the same text for the same arguments. */
export function attestationCondition(args: AttestationConditionArgs): string {
  const { hardware = "GCP_INTEL_TDX", gpu, overrides = "none" } = args;
  if (!hardwareModels.includes(hardware))
    throw new Error(`hardware: "${String(hardware)}" is not known; write ${hardwareModels.join(" or ")}`);
  if (!overridesAllowed.includes(overrides))
    throw new Error(`overrides: "${String(overrides)}" is not known; write ${overridesAllowed.join(" or ")}`);
  const claim = (path: string) => `assertion.${path}`;
  const container = claim("submods.container");
  const gpus = claim("submods.nvidia_gpu.gpus");
  const condition = [
    `${claim("swname")} == 'CONFIDENTIAL_SPACE'`,
    // A debug image lets whoever started the machine log in.
    `${claim("dbgstat")} == 'disabled-since-boot'`,
    `${claim("secboot")} == true`,
    `'STABLE' in ${claim("submods.confidential_space.support_attributes")}`,
    `${claim("hwmodel")} == '${hardware}'`,
    `${container}.image_digest == ${literal("imageDigest", args.imageDigest)}`,
    ...(overrides === "none" ? [`size(${container}.cmd_override) == 0`, `size(${container}.env_override) == 0`] : []),
    `${literal("serviceAccount", args.serviceAccount)} in ${claim("google_service_accounts")}`,
    // Without it, a machine whose processor alone attests gets the key. DEVTOOLS lifts the protection.
    `${claim("submods.nvidia_gpu.cc_mode")} == 'ON'`,
    ...(gpu ? [`size(${gpus}) == 1`, `${gpus}[0].hwmodel == ${literal("gpu.model", gpu.model)}`] : []),
    ...(gpu?.drivers ? [`${gpus}[0].driver_version in [${driverList(gpu.drivers)}]`] : []),
  ].join(" && ");
  if (condition.length > longestCondition)
    throw new Error(
      `attestation condition: ${condition.length} characters, and Google takes ${longestCondition}; name fewer gpu.drivers`,
    );
  return condition;
}

function driverList(drivers: readonly string[]): string {
  if (drivers.length === 0)
    throw new Error("gpu.drivers: are none, so no machine would be let in; leave them out for any");
  return [...new Set(drivers)]
    .sort()
    .map((version) => literal("gpu.drivers", version))
    .join(", ");
}

/** Text in CEL. Nothing that could end it is let through, so there is nothing to escape. */
function literal(name: keyof typeof patterns, value: string): string {
  const { matches, wanted } = patterns[name];
  if (!matches.test(value)) throw new Error(`${name}: ${JSON.stringify(value)} is not ${wanted}; write one`);
  return `'${value}'`;
}
