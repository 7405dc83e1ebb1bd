import type { Release } from "../../components/workload/release";
import { genuineGuest } from "./guest";
import type { Play } from "./play";
import type { World } from "./world";

/** The good case: a release's own guest, on a machine of trusted vendors, asks for the release's first resource. */
export function genuineScene(world: World, release: Release, now: Date): Play {
  return { guest: genuineGuest(release), machine: world.machine, path: release.resources[0] ?? "", now };
}
