import { canonicalJson } from "../../components/names";
import type { Release } from "../../components/workload/release";

/** Why a release's guests are others. Each has a row in docs/upgrades.md. */
export type Cause =
  | "guest image"
  | "launch profile"
  | "vCPUs"
  | "image"
  | "agent policy"
  | "init-data"
  | "firmware floor"
  | "GPU firmware"
  | "keys"
  | "serving key"
  | "weights"
  | "placement";

type Part = (release: Release) => unknown;

/** In the order in which they are told; what one explains the later ones do not repeat. */
const parts: readonly (readonly [Cause, Part])[] = [
  ["guest image", ({ guestImage }) => guestImage?.digest],
  ["launch profile", ({ guestImage }) => guestImage?.profile],
  ["vCPUs", ({ shape }) => shape.vcpus],
  ["image", ({ image }) => image],
  ["agent policy", ({ agentPolicy }) => agentPolicy.digest],
  ["firmware floor", ({ tcb }) => tcb],
  ["GPU firmware", ({ gpuClaims }) => gpuClaims],
  ["keys", ({ resources }) => resources],
  ["serving key", ({ servingKey }) => servingKey],
  ["weights", ({ artifact }) => artifact],
];

/** What makes the guests of `b` others than those of `a`; `placement` where nothing of what is compared differs. */
export function causesOf(a: Release, b: Release): Cause[] {
  const differs = (part: Part) => canonicalJson(part(a) ?? null) !== canonicalJson(part(b) ?? null);
  const found = parts.filter(([, part]) => differs(part)).map(([cause]) => cause);
  // The image and the agent policy are in it; what is left is the key broker's address or CA.
  const inInitData = found.some((cause) => cause === "image" || cause === "agent policy");
  if (differs(({ initData }) => initData.digest) && !inInitData) found.push("init-data");
  return found.length > 0 ? found : ["placement"];
}
