import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { z } from "zod";
import { emptyLock, parseCatalogLock } from "../components/catalogLock";
import type { PinSource } from "../components/catalogLock";
import type { ChartPlacement } from "../components/chartSource";
import { platformSchema } from "../stacks/config/platform";
import type { Platform } from "../stacks/config/platform";
import { Refusal } from "./refusal";

/** What every component with pinned charts or images takes. */
export const pinned = {
  catalogLock: z
    .string()
    .min(1)
    .optional()
    .describe("content of catalog.lock, which `npm run catalog -- lock` writes: digests of charts and images"),
  simulated: z
    .boolean()
    .default(false)
    .describe("true only in a rehearsal: made-up digests and measurements, which land on simulated hosts only"),
};

/** What every component that installs a chart takes. */
export const placed = { platform: platformSchema, ...pinned };

interface Placed {
  readonly platform: Platform;
  readonly catalogLock?: string | undefined;
  readonly simulated: boolean;
}

export function pinsOf({ catalogLock, simulated }: Pick<Placed, "catalogLock" | "simulated">): PinSource {
  const lock = simulated || catalogLock === undefined ? emptyLock : parseCatalogLock(catalogLock);
  return { lock, simulated };
}

export function placementOf(settings: Placed, projectDirectory: string): ChartPlacement {
  const { set, charts } = settings.platform;
  return {
    platformSet: set,
    charts: charts.kind === "directory" ? { ...charts, path: inside(projectDirectory, charts.path) } : charts,
    pins: pinsOf(settings),
  };
}

/** Paths are the one kind of argument that files are read by, so they end where the consumer's project does. */
function inside(projectDirectory: string, path: string): string {
  const target = resolve(projectDirectory, path);
  const real = (file: string) => (existsSync(file) ? realpathSync(file) : file);
  const way = relative(real(projectDirectory), real(target));
  if (isAbsolute(path) || isAbsolute(way) || way.split(/[\\/]/)[0] === "..")
    throw new Refusal([
      `platform.charts.path: "${path}" leaves the project's directory; write a path inside it, relative to its Pulumi.yaml`,
    ]);
  return target;
}
