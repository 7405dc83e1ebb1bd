import type { VerdictClaimId } from "../finding";
import type { Marks } from "./checklist";
import type { SpaceExpected } from "./spaceContext";
import { spaceHardware } from "./spaceContext";
import type { JsonObject } from "./strictJson";
import { at, isObject, shown } from "./strictJson";

/*
 * What a token says of the machine. Claims: Google Cloud, "Confidential Space token claims" and "Confidential Space
 * attestation assertions"; the rules are those of gcpAttestationCondition.ts, which asks the same before a key is released.
 */

export const spaceChecks = {
  "space-hardware": "cpu-genuine",
  "space-attester": "cpu-genuine",
  "space-firmware": "cpu-firmware-current",
  "space-image-kind": "guest-booted-as-released",
  "space-version": "guest-booted-as-released",
  "space-support": "guest-booted-as-released",
  "space-secure-boot": "guest-booted-as-released",
  "space-debug": "guest-not-debuggable",
  "space-image-digest": "image-as-released",
  "space-image-reference": "image-as-released",
  "space-command": "host-kept-out",
  "space-environment": "host-kept-out",
  "space-arguments": "host-kept-out",
  "space-rules": "guest-rules-bound",
  "space-gpu-mode": "gpu-confidential",
  "space-gpu-count": "gpu-genuine",
  "space-gpu-model": "gpu-genuine",
  "space-gpu-driver": "gpu-genuine",
  "space-gpu-vbios": "gpu-genuine",
} as const satisfies Record<string, VerdictClaimId>;
type List = Marks<keyof typeof spaceChecks>;

export function examineSpaceClaims(list: List, claims: JsonObject, expected: SpaceExpected): void {
  machine(list, claims, expected);
  container(list, at(claims, "submods", "container"), expected);
  gpus(list, at(claims, "submods", "nvidia_gpu"), expected.gpu);
}

function machine(list: List, claims: JsonObject, expected: SpaceExpected): void {
  const accepted = (expected.hardware ?? ["GCP_INTEL_TDX"]).filter((model) => spaceHardware.includes(model));
  const { hwmodel } = claims;
  const isTdx = hwmodel === "GCP_INTEL_TDX";
  list.decide(
    "space-hardware",
    (accepted as readonly unknown[]).includes(hwmodel),
    `the machine is a ${String(hwmodel)}`,
    `the machine is a ${shown(hwmodel)}; ${accepted.join(", ") || "no TEE"} is accepted`,
  );
  const tcb = claims.attester_tcb;
  list.decide(
    "space-attester",
    !isTdx || (Array.isArray(tcb) && tcb.includes("INTEL")),
    isTdx
      ? "Google verified Intel's own evidence"
      : "Google's own virtual TPM is the evidence behind it, and no processor's",
    `Intel's evidence is not what Google verified: attester_tcb is ${shown(tcb)}`,
  );
  firmware(list, claims, isTdx);
  list.decide(
    "space-image-kind",
    claims.swname === "CONFIDENTIAL_SPACE",
    "a Confidential Space image of Google's, firmware and kernel included",
    `the software is ${shown(claims.swname)}, not "CONFIDENTIAL_SPACE"`,
  );
  version(list, claims.swversion, expected.oldestVersion);
  const support = expected.support ?? "STABLE";
  const attributes = at(claims, "submods", "confidential_space", "support_attributes");
  list.decide(
    "space-support",
    Array.isArray(attributes) && attributes.includes(support),
    `Google calls the image ${support}`,
    `Google calls the image ${shown(attributes)}; ${support} is wanted, which no debug image is`,
  );
  list.decide(
    "space-secure-boot",
    claims.secboot === true,
    "secure boot is on",
    `secure boot is ${shown(claims.secboot)}, not true`,
  );
  list.decide(
    "space-debug",
    claims.dbgstat === "disabled-since-boot",
    "a production image: nobody can log in",
    `debugging is ${shown(claims.dbgstat)}, not "disabled-since-boot": whoever started the machine can log in`,
  );
}

/** Tokens of TDX machines have Intel's status of the platform by Google's collateral; not in Google's table of claims. */
function firmware(list: List, claims: JsonObject, isTdx: boolean): void {
  const status = at(claims, "tdx", "gcp_attester_tcb_status");
  const date = at(claims, "tdx", "gcp_attester_tcb_date");
  if (!isTdx || status === undefined)
    list.notChecked(
      "space-firmware",
      "the token says nothing of the processor's firmware: which versions Google accepts, it does not say",
    );
  else
    list.decide(
      "space-firmware",
      status === "UpToDate",
      `Google found the platform UpToDate, by Intel's TCB of ${shown(date)}`,
      `Google found the platform ${shown(status)}, by Intel's TCB of ${shown(date)}; "UpToDate" is wanted`,
    );
}

/** One version in a list, `YYMM##`. */
function version(list: List, found: unknown, oldest: string | undefined): void {
  const only: unknown = Array.isArray(found) && found.length === 1 ? found[0] : undefined;
  const isVersion = typeof only === "string" && /^\d{6}$/.test(only);
  list.decide(
    "space-version",
    isVersion && (oldest === undefined || (/^\d{6}$/.test(oldest) && only >= oldest)),
    `version ${String(only)}${oldest === undefined ? "; no oldest version was named" : `, ${oldest} or newer`}`,
    `version ${shown(found)}${oldest === undefined ? ", which is none" : `; ${shown(oldest)} or newer is wanted`}`,
  );
}

function container(list: List, claims: unknown, expected: SpaceExpected): void {
  const digest = at(claims, "image_digest");
  list.decide(
    "space-image-digest",
    /^sha256:[0-9a-f]{64}$/.test(expected.imageDigest) && digest === expected.imageDigest,
    `the container is ${expected.imageDigest}`,
    `the container is ${shown(digest)}; ${shown(expected.imageDigest)} is wanted`,
  );
  const reference = at(claims, "image_reference");
  const { imageRepository: repository } = expected;
  const isFrom = (text: string, where: string) => text.startsWith(where) && /^(:|@|$)/.test(text.slice(where.length));
  list.decide(
    "space-image-reference",
    repository === undefined || (typeof reference === "string" && isFrom(reference, repository)),
    repository === undefined ? "from wherever: the digest names it" : `from ${repository}`,
    `from ${shown(reference)}; ${shown(repository)} is wanted`,
  );
  overrides(list, claims, expected);
  const rules =
    "such a machine has no init-data: what may be changed of the container is in the image's own labels, which its digest binds and the token does not show";
  list.notChecked("space-rules", rules);
}

function overrides(
  list: List,
  claims: unknown,
  { overrides: allowed = "none", arguments: wanted }: SpaceExpected,
): void {
  const command = at(claims, "cmd_override");
  const environment = at(claims, "env_override");
  const free = allowed === "asImageAllows";
  const as = "as the image's own labels allow";
  list.decide(
    "space-command",
    isEmpty(command) || free,
    isEmpty(command) ? "nobody changed the image's command" : `whoever started it changed the command, ${as}`,
    `whoever started the machine changed the command to ${shown(command)}`,
  );
  list.decide(
    "space-environment",
    isEmpty(environment) || free,
    isEmpty(environment) ? "nobody added variables" : `whoever started it set variables, ${as}`,
    `whoever started the machine set variables: ${shown(isObject(environment) ? Object.keys(environment) : environment)}`,
  );
  const run = at(claims, "args");
  if (wanted === undefined)
    list.notChecked(
      "space-arguments",
      "the reader named no arguments; the image's own, by its digest, are to be looked up in it",
    );
  else
    list.decide(
      "space-arguments",
      Array.isArray(run) && run.length === wanted.length && wanted.every((each, index) => run[index] === each),
      "its arguments are those wanted",
      `its arguments are ${shown(run)}; ${shown(wanted)} are wanted`,
    );
}

function gpus(list: List, claims: unknown, expected: SpaceExpected["gpu"]): void {
  const checks = [
    "space-gpu-mode",
    "space-gpu-count",
    "space-gpu-model",
    "space-gpu-driver",
    "space-gpu-vbios",
  ] as const;
  if (!expected) {
    for (const check of checks) list.notChecked(check, "the reader expects no GPU of the machine");
    return;
  }
  const mode = at(claims, "cc_mode");
  list.decide(
    "space-gpu-mode",
    mode === "ON",
    "confidential mode is ON",
    `confidential mode is ${shown(mode)}, not "ON"`,
  );
  const value = at(claims, "gpus");
  const found: readonly unknown[] = Array.isArray(value) ? value : [];
  list.decide(
    "space-gpu-count",
    expected.count > 0 && found.length === expected.count,
    `${expected.count} of them`,
    `${found.length} of them; ${expected.count} are wanted`,
  );
  each(list, "space-gpu-model", "hwmodel", found, [expected.model]);
  each(list, "space-gpu-driver", "driver_version", found, expected.drivers);
  each(list, "space-gpu-vbios", "vbios_version", found, expected.vbios);
}

function each(
  list: List,
  check: keyof typeof spaceChecks,
  claim: string,
  found: readonly unknown[],
  accepted: readonly string[] | undefined,
): void {
  const values = found.map((gpu) => at(gpu, claim));
  if (accepted === undefined)
    list.notChecked(check, `the reader names no accepted ${claim}; the token says ${shown(values)}`);
  else
    list.decide(
      check,
      values.length > 0 && values.every((value) => (accepted as readonly unknown[]).includes(value)),
      `${claim} ${values.map(shown).join(", ")}`,
      `${claim} is ${shown(values)}; ${accepted.map(shown).join(", ") || "none"} is accepted`,
    );
}

/** Google leaves out what nobody changed, or writes null. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
