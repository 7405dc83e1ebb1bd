import { boundDigest } from "../guest/initData";
import { canonicalJson } from "../names";
import type { Release } from "../workload/release";
import { requireEvidence } from "./acceptedEvidence";
import type { AcceptedEvidence } from "./acceptedEvidence";

/**
 * Whether the key broker hands out a resource: the trust boundary between releases. Each release has a block of data of
 * its own, and one set of rules holds a token against one block as a whole; nothing of one release can satisfy another.
 *
 * `input` is the verified attestation token, `data` the request (plugin, resource-path, query): kbs/src/api_server.rs of
 * Trustee v0.21.0. Only `data.policy.allow == true` lets a request pass, for every plugin.
 */
export function resourcePolicy(releases: readonly Release[], accepted: AcceptedEvidence): string {
  requireEvidence(releases, accepted);
  const sorted = [...releases].sort((a, b) => (a.name < b.name ? -1 : 1));
  const simulated = sorted.some((release) => release.simulated);
  const blocks = sorted.map((release) => renderBlock(release, blockOf(release, accepted)));
  const text = [
    "# Made by Trustfoundry from releases. Do not edit: the key broker refuses to start when it differs.",
    ...(simulated
      ? ["# SIMULATED: the measurements below are made up; no TEE is involved and no key is released."]
      : []),
    rules(accepted.nvidiaVerifier),
    `releases := {\n${blocks.join(",\n")},\n}\n`,
  ].join("\n");
  requireLoadable(text);
  return text;
}

type Block = Readonly<Record<string, unknown>>;

function blockOf(release: Release, accepted: AcceptedEvidence): Block {
  const { gpu, tee } = release;
  return {
    paths: release.resources
      .map((path) => path.split("/"))
      .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)),
    init_data: boundDigest(tee, release.initData.digest),
    cpu: tee === "snp" ? snpBlock(release, accepted) : tdxBlock(release, accepted),
    submods: submodsOf(gpu),
    gpus: gpu.count,
    switches: gpu.nvSwitches,
    drivers: sortedList(accepted.gpuFirmware.drivers),
    vbios: sortedList(accepted.gpuFirmware.vbios),
    ...(gpu.nvSwitches > 0 && { switch_bios: sortedList(accepted.gpuFirmware.switchBios) }),
  };
}

function snpBlock({ launchMeasurement }: Release, { snpTcb }: AcceptedEvidence): Block {
  return {
    tee: "snp",
    measurement: launchMeasurement,
    bootloader: sortedList(snpTcb?.bootloader),
    microcode: sortedList(snpTcb?.microcode),
    snp: sortedList(snpTcb?.snp),
    tee_svn: sortedList(snpTcb?.tee),
  };
}

function tdxBlock({ launchMeasurement, rtmrs }: Release, { tdxTcb }: AcceptedEvidence): Block {
  return {
    tee: "tdx",
    mr_td: launchMeasurement,
    rtmr_1: rtmrs?.rtmr1,
    rtmr_2: rtmrs?.rtmr2,
    xfam: sortedList(tdxTcb?.xfam),
    mr_seam: tdxTcb?.mrSeam ? sortedList(tdxTcb.mrSeam) : null,
  };
}

/** Exactly these parts a token must have; Trustee adds ppcie0 where eight GPUs and four switches name each other. */
function submodsOf({ count, nvSwitches }: Release["gpu"]): string[] {
  const numbered = (kind: string, many: number) => Array.from({ length: many }, (_, index) => `${kind}${index}`);
  const names = ["cpu0", ...numbered("gpu", count), ...numbered("switch", nvSwitches)];
  return (nvSwitches > 0 ? [...names, "ppcie0"] : names).sort();
}

function sortedList<T extends string | number>(values: readonly T[] = []): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Names and versions are free text: as JSON strings they cannot leave their comment or key. */
function renderBlock(release: Release, block: Block): string {
  const fields = Object.keys(block)
    .sort()
    .map((key) => `\t\t${JSON.stringify(key)}: ${fit(block[key])},`);
  return [
    `\t# version ${JSON.stringify(release.modelVersion)}, image ${release.image.digest}`,
    `\t${JSON.stringify(release.name)}: {`,
    ...fields,
    "\t}",
  ].join("\n");
}

/** One line where it fits the engine's limit, many lines otherwise. */
function fit(value: unknown): string {
  const line = canonicalJson(value);
  return line.length < 900 ? line : JSON.stringify(JSON.parse(line), null, 2);
}

/** What regorus 0.10, the engine of Trustee v0.21.0, takes by default: 1,024 columns, 20,000 lines, 1 MiB. */
const engineLimits = { columns: 1024, lines: 20_000, bytes: 1024 * 1024 };

function requireLoadable(text: string): void {
  const lines = text.split("\n");
  const longest = Math.max(...lines.map((line) => Buffer.byteLength(line)));
  if (
    longest > engineLimits.columns ||
    lines.length > engineLimits.lines ||
    Buffer.byteLength(text) > engineLimits.bytes
  )
    throw new Error(
      `resource policy: ${lines.length} lines, ${Buffer.byteLength(text)} bytes, longest line ${longest}; the policy engine takes ` +
        `${engineLimits.lines} lines, ${engineLimits.bytes} bytes and ${engineLimits.columns} columns, so spread the releases over several key brokers`,
    );
}

function rules(verifier: AcceptedEvidence["nvidiaVerifier"]): string {
  return `package policy

import rego.v1

default allow := false

allow if {
	data.plugin == "resource"
	count(data.query) == 0
	some release in releases
	data["resource-path"] in release.paths
	guest_is(release)
}

guest_is(release) if {
	# Neither fewer parts than the release names nor more: no GPU left out, none from elsewhere added.
	{name | some name, _ in input.submods} == {name | some name in release.submods}
	every submod in input.submods {
		submod["ear.status"] == "affirming"
	}
	evidence("cpu0").init_data == release.init_data
	cpu_is(release.cpu)
	devices_are(release)
}

evidence(name) := input.submods[name]["ear.veraison.annotated-evidence"]

cpu_is(cpu) if {
	cpu.tee == "snp"
	snp := evidence("cpu0").snp
	snp.measurement == cpu.measurement
	snp.policy_debug_allowed == false
	snp.policy_migrate_ma == false
	snp.reported_tcb_bootloader in cpu.bootloader
	snp.reported_tcb_microcode in cpu.microcode
	snp.reported_tcb_snp in cpu.snp
	snp.reported_tcb_tee in cpu.tee_svn
}

cpu_is(cpu) if {
	cpu.tee == "tdx"
	tdx := evidence("cpu0").tdx
	tdx.quote.body.mr_td == cpu.mr_td
	tdx.quote.body.rtmr_1 == cpu.rtmr_1
	tdx.quote.body.rtmr_2 == cpu.rtmr_2
	tdx.quote.body.xfam in cpu.xfam
	tdx.td_attributes.debug == false
	tdx.tcb_status == "UpToDate"
	module_is(tdx.quote.body.mr_seam, cpu.mr_seam)
}

module_is(_, accepted) if is_null(accepted)

module_is(mr_seam, accepted) if mr_seam in accepted

${verifier === "remote" ? remoteDevices : localDevices}`;
}

const remoteDevices = `devices_are(release) if {
	every gpu in gpus {
		verified(gpu)
		gpu["x-nvidia-gpu-driver-version"] in release.drivers
		gpu["x-nvidia-gpu-vbios-version"] in release.vbios
	}
	every nvswitch in switches {
		verified(nvswitch)
		nvswitch["x-nvidia-switch-bios-version"] in release.switch_bios
	}
	# As many different devices, not one reported many times.
	count({gpu.ueid | some gpu in gpus}) == release.gpus
	count({nvswitch.ueid | some nvswitch in switches}) == release.switches
}

gpus := [evidence(name).nvidia | some name, _ in input.submods; startswith(name, "gpu")]

switches := [evidence(name).nvidia | some name, _ in input.submods; startswith(name, "switch")]

verified(device) if {
	device["x-nvidia-overall-att-result"] == true
	device.measres == "success"
	device.secboot == true
	device.dbgstat == "disabled"
}
`;

const localDevices = `# Trustee's own verifier: one Hopper GPU, whose claims carry neither debug state nor measurement results.
devices_are(release) if {
	release.gpus == 1
	release.switches == 0
	gpu := evidence("gpu0").nvidia
	gpu.arch == "Hopper"
	gpu.config.driver_version in release.drivers
	gpu.config.vbios_version in release.vbios
}
`;
