import { linkedGpus, linkedSwitches, ownSwitch, reversed } from "../evidence/gpuOpaque";
import type { Findings, VerdictClaimId } from "../finding";
import type { GenuineDevice } from "./device";

const claim: VerdictClaimId = "gpu-genuine";

/**
 * A Hopper board in protected PCIe mode: each GPU's links end at the same switches, which are the ones that report, and
 * each of these is connected to the same eight GPUs.
 *
 * Source: NVIDIA/nvtrust ppcie-verifier-sdk `validate_topology.py`, which compares neither switches' certificates nor the
 * GPUs' names; a chip's name is its certificate's serial number without the first byte (seen on LS10).
 */
export function examineTopology(
  gpus: readonly GenuineDevice[],
  switches: readonly GenuineDevice[],
  found: Findings,
): void {
  const own = switches.map(({ report }) => ownSwitch(report));
  const named = gpus.map(({ report }) => linkedSwitches(report).join());
  const there = [...new Set(own)].sort().join();
  const agree = switches.length > 0 && own.every((name) => name !== undefined) && new Set(own).size === switches.length;
  found.decide(
    "gpu-topology",
    claim,
    agree && named.length > 0 && named.every((each) => each === there),
    `the links of all ${gpus.length} GPUs end at the ${switches.length} switches that report`,
    `the links of the GPUs do not all end at the switches that report: ${[...new Set(named)].join(" / ") || "none"} against ${there || "none"}`,
  );
  const certified = switches.every(
    ({ report, identity }) => identity.name !== undefined && identity.name === ownSwitch(report),
  );
  found.decide(
    "switch-name",
    claim,
    certified && switches.length > 0,
    "each switch names itself as its certificate does",
    "a switch's report names another switch than its certificate",
  );
  connectedGpus(gpus, switches, found);
}

/** Whether the switches are connected to the GPUs that report, by the names in these GPUs' certificates. */
function connectedGpus(gpus: readonly GenuineDevice[], switches: readonly GenuineDevice[], found: Findings): void {
  const check = "switch-topology";
  const seen = [...new Set(switches.map(({ report }) => linkedGpus(report).join()))];
  const names = seen[0]?.split(",").filter(Boolean) ?? [];
  if (seen.length !== 1 || names.length !== gpus.length) {
    found.failed(check, claim, `the switches are not all connected to the same ${gpus.length} GPUs`);
    return;
  }
  const matched = gpus.filter(
    ({ identity: { name } }) => name !== undefined && (names.includes(name) || names.includes(reversed(name))),
  );
  if (matched.length === gpus.length)
    found.verified(
      check,
      claim,
      `each switch is connected to the ${gpus.length} GPUs that report, by their certificates' names`,
    );
  else if (matched.length === 0)
    found.notChecked(
      check,
      claim,
      `the switches agree on ${names.length} GPUs, whose names have another form than these GPUs' certificates: that they are the same is the GPUs' word`,
    );
  else
    found.failed(
      check,
      claim,
      `${gpus.length - matched.length} of the GPUs that report are not connected to the switches`,
    );
}
