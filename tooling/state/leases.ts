import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { UserError } from "../ui";
import { ask, readAddress } from "./address";
import type { StateArgs } from "./service";
import { openState, stateProgram } from "./service";

const leaseSchema = z.looseObject({
  update: z.string(),
  kind: z.string(),
  holder: z.string().optional(),
  started: z.number(),
});
const inspectionSchema = z.array(
  z.looseObject({
    project: z.string(),
    stack: z.string(),
    lease: leaseSchema.optional(),
    trouble: z.string().optional(),
    resources: z.number(),
    pendingOperations: z.array(z.looseObject({ type: z.string(), urn: z.string() })),
  }),
);

/** What a directory's files say of a stack, whether a service runs there or not. */
export type StackInspection = z.infer<typeof inspectionSchema>[number];

const runningSchema = z.array(leaseSchema.extend({ project: z.string(), stack: z.string(), gone: z.boolean() }));

/** An update that keeps others away from its stack. */
export interface StackLease {
  readonly project: string;
  readonly stack: string;
  readonly update: string;
  /** update, refresh or destroy. */
  readonly kind: string;
  /** Number of the process that started its engine, where it is known. */
  readonly holder?: string;
  /** When it started: seconds since 1970. */
  readonly started: number;
  /** Its engine is there; otherwise the next run takes the stack over by itself. */
  readonly alive: boolean;
}

/** Reads the states in a directory: what they hold, what was interrupted. Changes nothing. */
export async function inspectStates({ directory, binDir }: StateArgs): Promise<readonly StackInspection[]> {
  if (!existsSync(directory)) return [];
  const { stdout, stderr, failed } = await execa(join(binDir, stateProgram), ["inspect", directory], {
    reject: false,
    stdin: "ignore",
  });
  if (failed) throw new UserError(`The states in ${directory} cannot be read.`, undefined, stderr.split("\n"));
  return inspectionSchema.parse(JSON.parse(stdout));
}

/** Updates that run on the stacks in a directory, or that were killed with their service. */
export async function leases(args: StateArgs): Promise<readonly StackLease[]> {
  const address = readAddress(args.directory);
  const answer = address && (await ask(address, "GET", "/trustfoundry/leases"));
  if (answer?.status === 200)
    return runningSchema.parse(answer.body).map(({ gone, ...lease }) => ({ ...lease, alive: !gone }));
  const inspected = await inspectStates(args);
  // Without a service no engine can write down anything.
  return inspected.flatMap(({ project, stack, lease }) => (lease ? [{ project, stack, ...lease, alive: false }] : []));
}

/** Ends the updates whose engines are gone: what they had written down becomes the state. Others go on. */
export async function clearLeases(args: StateArgs): Promise<void> {
  // A service that starts does so by itself.
  const state = await openState(args);
  try {
    const answer = await ask(state.address, "POST", "/trustfoundry/settle");
    if (answer?.status !== 200) throw new UserError(`The states in ${args.directory} cannot be put in order.`);
  } finally {
    await state.close();
  }
}
