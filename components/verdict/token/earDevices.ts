import type { EarContext } from "./earContext";
import type { Expected } from "../context";
import type { Finding, VerdictClaimId } from "../finding";
import type { AppraisalCheck } from "./earAppraisal";
import { appraisalChecks, evidenceOf, examineAppraisal } from "./earAppraisal";
import { Checklist } from "./checklist";
import type { JsonObject } from "./strictJson";
import { at, shown } from "./strictJson";

const deviceChecks = {
  ...appraisalChecks({ genuine: "gpu-genuine", executables: "gpu-genuine", configuration: "gpu-confidential" }),
  "ear-device-result": "gpu-genuine",
  "ear-device-nonce": "gpu-genuine",
  "ear-device-driver": "gpu-genuine",
  "ear-device-firmware": "gpu-genuine",
  "ear-device-secure-boot": "gpu-confidential",
  "ear-device-debug": "gpu-confidential",
} as const satisfies Record<string, VerdictClaimId>;
type DeviceCheck = keyof typeof deviceChecks;

/** A switch has no driver of its own: its BIOS is what counts. */
const switchChecks = Object.fromEntries(
  Object.entries(deviceChecks).filter(([check]) => check !== "ear-device-driver"),
) as Omit<typeof deviceChecks, "ear-device-driver">;

/** What the token says of GPUs and NVSwitches, each by itself, and of all together. */
export function examineEarDevices(submodules: JsonObject, { expected, trust }: EarContext): readonly Finding[] {
  const names = Object.keys(submodules).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const devices = names.filter((name) => /^(gpu|switch)\d+$/.test(name));
  return [
    ...devices.flatMap((name) => device(name, submodules[name], expected, trust.signer)),
    ...names.filter((name) => name === "ppcie0").flatMap((name) => pair(submodules[name], expected, trust.signer)),
    distinct(devices, submodules, trust.signer),
  ];
}

function device(name: string, submodule: unknown, expected: Expected, by: string): readonly Finding[] {
  const kind = name.startsWith("gpu") ? "gpu" : "switch";
  const list = new Checklist<DeviceCheck>(kind === "gpu" ? deviceChecks : switchChecks, name, by);
  const claims = at(evidenceOf(submodule), "nvidia");
  const isLocal = kind === "gpu" && at(claims, "config") !== undefined;
  examineAppraisal(
    list,
    submodule,
    isLocal ? ["hardware", "configuration"] : ["hardware", "executables", "configuration"],
  );
  if (isLocal) local(list, claims, expected);
  else remote(list, claims, kind, expected);
  return list.all("the token holds no such evidence");
}

/** Claims of NVIDIA's attestation service, version 3, as Trustee passes them on. */
function remote(list: Checklist<DeviceCheck>, claims: unknown, kind: "gpu" | "switch", expected: Expected): void {
  const result = at(claims, "x-nvidia-overall-att-result");
  const measured = at(claims, "measres");
  list.decide(
    "ear-device-result",
    result === true && measured === "success",
    "NVIDIA's service found it genuine, with firmware as in its reference manifests",
    `NVIDIA's overall result is ${shown(result)}, of measurements ${shown(measured)}; true and "success" are wanted`,
  );
  const nonce = at(claims, `x-nvidia-${kind}-attestation-report-nonce-match`);
  list.decide(
    "ear-device-nonce",
    nonce === true,
    "its report answers the nonce of this guest",
    `that its report answers the nonce of this guest is ${shown(nonce)}`,
  );
  if (kind === "gpu") {
    accepted(
      list,
      "ear-device-driver",
      "driver",
      at(claims, "x-nvidia-gpu-driver-version"),
      expected.gpuClaims.drivers,
    );
    accepted(list, "ear-device-firmware", "VBIOS", at(claims, "x-nvidia-gpu-vbios-version"), expected.gpuClaims.vbios);
  } else {
    const bios = expected.gpuClaims.switchBios ?? [];
    accepted(list, "ear-device-firmware", "BIOS", at(claims, "x-nvidia-switch-bios-version"), bios);
  }
  const boot = at(claims, "secboot");
  list.decide("ear-device-secure-boot", boot === true, "secure boot is on", `secure boot is ${shown(boot)}, not true`);
  const debug = at(claims, "dbgstat");
  list.decide(
    "ear-device-debug",
    debug === "disabled",
    "debugging is off",
    `debugging is ${shown(debug)}, not "disabled"`,
  );
}

/** Claims of Trustee's own verifier: chain, signature and nonce of a Hopper report were checked before any policy ran. */
function local(list: Checklist<DeviceCheck>, claims: unknown, expected: Expected): void {
  const why = "Trustee's own verifier says nothing of it; NVIDIA's service does (nvidiaVerifier: remote)";
  list.notChecked("ear-executables", `firmware was compared with no reference manifest: ${why}`);
  list.notChecked("ear-device-result", why);
  list.decide(
    "ear-device-nonce",
    at(claims, "arch") === "Hopper",
    "its report answered the nonce of this guest, as Trustee's own verifier demands",
    `the device is of ${shown(at(claims, "arch"))}; Trustee's own verifier knows Hopper alone`,
  );
  accepted(list, "ear-device-driver", "driver", at(claims, "config", "driver_version"), expected.gpuClaims.drivers);
  accepted(list, "ear-device-firmware", "VBIOS", at(claims, "config", "vbios_version"), expected.gpuClaims.vbios);
  list.notChecked("ear-device-secure-boot", why);
  list.notChecked("ear-device-debug", why);
}

/** NVIDIA's service writes hexadecimal in upper case, reports in lower. */
function accepted(
  list: Checklist<DeviceCheck>,
  check: DeviceCheck,
  what: string,
  version: unknown,
  wanted: readonly string[],
): void {
  const same = (a: string) => typeof version === "string" && a.toUpperCase() === version.toUpperCase();
  list.decide(
    check,
    wanted.some(same),
    `${what} ${shown(version)} is among the release's`,
    `${what} is ${shown(version)}; the release accepts ${wanted.map(shown).join(", ") || "none"}`,
  );
}

const pairChecks = {
  "ear-vector": "gpu-genuine",
  "ear-status": "gpu-genuine",
  "ear-policy": "gpu-genuine",
  "ear-configuration": "gpu-confidential",
  "ear-ppcie-count": "gpu-genuine",
} as const satisfies Record<string, VerdictClaimId>;

/** GPUs and switches that name each other, all eight and four of them. */
function pair(submodule: unknown, { gpu }: Expected, by: string): readonly Finding[] {
  const list = new Checklist<keyof typeof pairChecks | AppraisalCheck>(pairChecks, "ppcie0", by);
  examineAppraisal(list, submodule, ["configuration"]);
  const [gpus, switches] = ["gpu_count", "switch_count"].map((name) => at(evidenceOf(submodule), "nvidia", name));
  list.decide(
    "ear-ppcie-count",
    gpus === gpu.count && switches === gpu.nvSwitches,
    `${gpu.count} GPUs and ${gpu.nvSwitches} switches name each other`,
    `${shown(gpus)} GPUs and ${shown(switches)} switches name each other; the release has ${gpu.count} and ${gpu.nvSwitches}`,
  );
  return list.all("the token does not say so");
}

/** As many different devices as there are submodules: one device must not answer for several. */
function distinct(names: readonly string[], submodules: JsonObject, by: string): Finding {
  const identities = names.map((name) => {
    const claims = at(evidenceOf(submodules[name]), "nvidia");
    return at(claims, "ueid") ?? at(claims, "uuid");
  });
  const known = new Set(identities.filter((identity) => typeof identity === "string" && identity !== ""));
  const list = new Checklist({ "ear-devices-distinct": "gpu-genuine" } as const, "token", by);
  list.decide(
    "ear-devices-distinct",
    names.length > 0 && known.size === names.length,
    `${names.length} devices, each with an identity of its own`,
    names.length === 0
      ? "the token speaks of no GPU"
      : `${names.length} submodules, and ${known.size} different identities of devices: one device may answer for several`,
  );
  return list.all("")[0] as Finding;
}
