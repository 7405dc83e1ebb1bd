import { existsSync, rmSync } from "node:fs";
import { once } from "node:events";
import { writeNew } from "../files";
import { ensureToolchain } from "../toolchain/ensure";
import { printable, UserError } from "../ui";
import { inspectStates } from "./leases";
import { openState } from "./service";

export interface ServeArgs {
  readonly directory: string;
  /** File for the variables; a token is in it, so it is private, and it goes with the service. */
  readonly environmentFile: string;
  readonly signal: AbortSignal;
}

/** Keeps states for whoever sources the file, until the signal. */
export async function serveState({ directory, environmentFile, signal }: ServeArgs): Promise<void> {
  if (existsSync(environmentFile))
    throw new UserError(
      `${environmentFile} is there already.`,
      "Another service may be using it; remove it where none runs, or name another file with --variables.",
    );
  const { binDir } = await ensureToolchain({ groups: ["state"], signal });
  const state = await openState({ directory, binDir });
  let isWritten = false;
  // Neither a signal nor the service keeps this process running.
  const waiting = setInterval(() => undefined, 60_000);
  try {
    // Of a program that only keeps states the number says nothing of who runs updates.
    const variables = { ...state.environment, PULUMI_ACCESS_TOKEN: state.address.token };
    writeVariables(environmentFile, variables);
    isWritten = true;
    console.log(`States are kept in ${directory}. In another terminal:`);
    console.log(`  . ${environmentFile}`);
    console.log("  export PULUMI_CONFIG_PASSPHRASE_FILE=<file with the stack's passphrase>");
    console.log("  pulumi stack init <stack> --secrets-provider passphrase");
    console.log("Ctrl-C ends it, once no update runs any more.");
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    clearInterval(waiting);
    // Another one's is not ours to remove.
    if (isWritten) rmSync(environmentFile, { force: true });
    await state.close();
  }
}

/** For a shell to read, and for its owner alone; the folder is the user's own, and stays as it is. */
export function writeVariables(file: string, variables: Readonly<Record<string, string>>): void {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
  writeNew(file, `${lines.join("\n")}\n`, 0o600);
}

/** One line a stack. */
export async function showStates(directory: string, signal: AbortSignal): Promise<string> {
  const { binDir } = await ensureToolchain({ groups: ["state"], signal });
  const states = await inspectStates({ directory, binDir });
  if (states.length === 0) return `${directory} holds no states.`;
  return states
    .map(({ project, stack, resources, pendingOperations, lease, trouble }) => {
      const said = [
        `${resources} resources`,
        ...(lease ? [`${lease.kind} of process ${lease.holder ?? "unknown"} runs, or was killed`] : []),
        ...pendingOperations.map(({ type, urn }) => `${type} ${printable(urn)} was not finished`),
        ...(trouble ? [`CANNOT BE USED: ${printable(trouble)}`] : []),
      ];
      return `${project}/${stack}: ${said.join("; ")}`;
    })
    .join("\n");
}
