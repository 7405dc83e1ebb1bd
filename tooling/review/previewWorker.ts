import { createRequire } from "node:module";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { StackEngine } from "../rehearsal/stackRunner";
import type { PackName } from "../../policies/pack";
import { preview } from "./preview";
import { withoutCluster } from "./withoutCluster";
import { lookAt } from "./lookAt";
import type { Look } from "./lookAt";

/**
 * The process that runs one side's own code for one stack file. Nothing of it is trusted more than the side is: what it
 * answers is data.
 */
export interface Request {
  /** The side's project. */
  readonly root: string;
  /** The project whose pack judges. */
  readonly packRoot: string;
  readonly pack: PackName;
  readonly engine: StackEngine;
  /** Empty folder. */
  readonly directory: string;
  readonly stackName: string;
  readonly sections: Readonly<Record<string, unknown>>;
}

export type Answer = { readonly look: Look } | { readonly failure: string };

process.on("message", (request: Request) => {
  const load = createRequire(join(request.root, "package.json"));
  const { automation } = load("@pulumi/pulumi") as typeof pulumi;
  lookAt(request, load, (stack) =>
    preview({ automation, ...stack, program: withoutCluster(load, stack.program), engine: request.engine }),
  )
    .then((look): Answer => ({ look }))
    .catch((error: unknown): Answer => ({ failure: error instanceof Error ? error.message : String(error) }))
    .then((answer) => process.send?.(answer, () => process.exit(0)))
    .catch(() => process.exit(1));
});
process.on("disconnect", () => process.exit(1));
