import type { ExamineContext } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { Finding } from "../finding";
import { Findings } from "../finding";
import { comparisons } from "./allowed";
import type { Decide } from "./collective";
import { examineCount, examineIdentities } from "./collective";
import type { ExaminedDevice } from "./device";
import type { Gap } from "./gap";
import type { DeviceClaims } from "./nrasClaims";
import type { NrasToken } from "./nrasToken";
import { openNrasToken } from "./nrasToken";

/** Whose word a token is. */
export const byService = "NVIDIA's attestation service";

/** Opens a token; one that does not hold, or answers another question, is worth nothing and fails. */
export async function examineToken(
  text: string,
  context: ExamineContext,
  found: Findings,
): Promise<NrasToken | undefined> {
  try {
    const token = await openNrasToken(text, context);
    found.verified(
      "nras-token",
      "gpu-genuine",
      "a key of NVIDIA's attestation service signed the token and its parts, and it is valid now",
    );
    return examineNonces(token, context, found) ? token : undefined;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    found.failed("nras-token", "gpu-genuine", error.message);
    return undefined;
  }
}

function examineNonces({ nonces }: NrasToken, { expected }: ExamineContext, found: Findings): boolean {
  if ("unknown" in expected.deviceNonce) {
    found.notChecked(
      "nras-nonce",
      "gpu-genuine",
      `nothing ties the token to this guest and question: ${expected.deviceNonce.unknown}`,
    );
    return true;
  }
  const wanted = expected.deviceNonce.value;
  return found.decide(
    "nras-nonce",
    "gpu-genuine",
    nonces.length > 0 && nonces.every((nonce) => nonce.toLowerCase() === wanted),
    "the token answers the nonce that the guest's key and question make",
    `the token answers nonce ${nonces.map((nonce) => nonce.slice(0, 16)).join(", ")}…, not ${wanted.slice(0, 16)}…`,
  );
}

/**
 * What could not be checked here becomes the service's word, where its token speaks of the very device. What the token says
 * against a device fails, whatever was found here.
 */
export function fillGaps(
  devices: readonly { readonly device: ExaminedDevice; readonly gaps: readonly Gap[] }[],
  token: NrasToken | undefined,
  common: Findings,
): void {
  const ueids = devices.flatMap(({ device }) => device.genuine?.identity.ueid ?? []);
  const strangers = token?.devices.filter(({ ueid }) => !ueids.includes(ueid)) ?? [];
  if (strangers.length > 0)
    common.failed(
      "nras-devices",
      "gpu-genuine",
      `the token is about ${strangers.map(({ part, ueid }) => `${part} (${ueid})`).join(", ")}, which did not report here`,
    );
  for (const { device, gaps } of devices) {
    const claims = token?.devices.find(
      ({ ueid, kind }) => ueid === device.genuine?.identity.ueid && kind === device.kind,
    );
    for (const { check, claim, bad, holds } of claims?.statements ?? [])
      if (!holds) device.found.failed(check, claim, `NVIDIA's attestation service: ${bad}`);
    for (const { check, claim, because, said } of gaps) {
      const word = claims && said(claims);
      if (word !== undefined) device.found.asserted(check, claim, byService, word);
      else device.found.notChecked(check, claim, because);
    }
  }
}

/** A token by itself, without the reports that it is about: all of it the service's word. */
export function examineTokenAlone({ devices }: NrasToken, { expected }: ExamineContext, common: Findings): Finding[] {
  const decide =
    (found: Findings): Decide =>
    (check, holds, good, bad) =>
      holds ? found.asserted(check, "gpu-genuine", byService, good) : found.failed(check, "gpu-genuine", bad);
  examineCount(
    devices.map(({ kind }) => kind),
    expected,
    decide(common),
  );
  examineIdentities(
    devices.map(({ kind, ueid }) => ({ kind, identity: ueid })),
    decide(common),
  );
  if (expected.gpu.nvSwitches > 0) boardByToken(devices, decide(common));
  const counts = { gpu: 0, switch: 0 };
  return devices.flatMap((claims) => {
    const found = new Findings(`${claims.kind}${counts[claims.kind]++}`);
    for (const { check, holds, good, bad } of comparisons(claims.kind, claims, expected))
      decide(found)(check, holds, good, bad);
    for (const { check, claim, holds, good, bad } of claims.statements)
      if (holds) found.asserted(check, claim, byService, good);
      else found.failed(check, claim, bad);
    return found.all;
  });
}

/** The same as of reports, by the names that the service takes from them. */
function boardByToken(devices: readonly DeviceClaims[], decide: Decide): void {
  const switches = devices.filter(({ kind }) => kind === "switch");
  const own = switches
    .map(({ ownSwitch }) => ownSwitch ?? "")
    .sort()
    .join();
  const named = devices.filter(({ kind }) => kind === "gpu").map(({ linkedSwitches }) => linkedSwitches.join());
  const gpus = switches.map(({ linkedGpus }) => linkedGpus.join());
  decide(
    "gpu-topology",
    own.replaceAll(",", "") !== "" &&
      named.length > 0 &&
      named.every((each) => each === own) &&
      new Set(gpus).size === 1,
    "the links of all GPUs end at the switches that report",
    "the token does not show that the links of all GPUs end at the switches that report",
  );
}
