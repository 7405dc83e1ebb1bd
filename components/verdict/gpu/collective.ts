import type { Expected } from "../context";
import type { Findings, VerdictClaimId } from "../finding";
import type { DeviceKind, ExaminedDevice, GenuineDevice } from "./device";
import { examineTopology } from "./topology";

const claim: VerdictClaimId = "gpu-genuine";

/** What one counts as a device, and by whose word. */
export interface Counted {
  readonly kind: DeviceKind;
  /** What it is known by: no two may have the same. */
  readonly identity: string;
}

/** How the outcome of a comparison is put down: computed here, or somebody's word. */
export type Decide = (check: string, holds: boolean, good: string, bad: string) => void;

/** Exactly as many GPUs and NVSwitches as the release names: one too many is somebody else's. */
export function examineCount(kinds: readonly DeviceKind[], { gpu }: Expected, decide: Decide): void {
  const count = (kind: DeviceKind) => kinds.filter((each) => each === kind).length;
  for (const [kind, title, wanted] of [
    ["gpu", "GPUs", gpu.count],
    ["switch", "NVSwitches", gpu.nvSwitches],
  ] as const)
    decide(
      `${kind}-count`,
      count(kind) === wanted,
      `${title}: ${wanted}, as the release names`,
      `${title}: ${count(kind)}; the release names ${wanted}`,
    );
}

/** Each device has an identity of its own: one that reports twice stands for one that is missing. */
export function examineIdentities(devices: readonly Counted[], decide: Decide): void {
  const identities = devices.map(({ identity }) => identity);
  const twice = identities.filter((identity, index) => identities.indexOf(identity) !== index);
  decide(
    "gpu-distinct",
    twice.length === 0 && devices.length > 0,
    `${devices.length} identities, no two the same`,
    twice.length > 0
      ? `the device ${[...new Set(twice)].join(", ")} reports more than once`
      : "no device has an identity",
  );
}

/** Of devices with reports: the chip's own name, and the key, which is another with other firmware. */
export function examineTogether(devices: readonly ExaminedDevice[], expected: Expected, found: Findings): void {
  const decide: Decide = (check, holds, good, bad) => void found.decide(check, claim, holds, good, bad);
  examineCount(
    devices.map(({ kind }) => kind),
    expected,
    decide,
  );
  const genuine = devices.flatMap(({ kind, genuine: device }) => (device ? [{ kind, device }] : []));
  if (genuine.length < devices.length) {
    const text = "some of the devices are not known to be genuine, so that they cannot be told apart";
    found.failed("gpu-distinct", claim, text);
    if (expected.gpu.nvSwitches > 0) found.failed("gpu-topology", claim, text);
    return;
  }
  const byName = genuine.map(({ kind, device }) => ({ kind, identity: device.identity.name ?? device.identity.key }));
  const byKey = genuine.map(({ kind, device }) => ({ kind, identity: device.identity.key }));
  examineIdentities(new Set(byKey.map(({ identity }) => identity)).size < byKey.length ? byKey : byName, decide);
  if (expected.gpu.nvSwitches === 0) return;
  const of = (wanted: DeviceKind): GenuineDevice[] =>
    genuine.flatMap(({ kind, device }) => (kind === wanted ? [device] : []));
  examineTopology(of("gpu"), of("switch"), found);
}
