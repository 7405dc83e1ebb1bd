import { Listr } from "listr2";
import { duration, isInteractive } from "./ui";

/** Says what is being done now; shown below the step's title. */
export type Show = (line: string) => void;

export interface Step {
  readonly title: string;
  /** What it returns is shown behind the title when it is done. */
  readonly run: (show: Show) => Promise<string | undefined | void>;
}

/** Without a live list, a long step says at most this often what it is at. */
const quietMilliseconds = 10_000;

/**
 * Runs steps, one after the other or side by side, and shows them as a live list, or as plain lines where nobody watches.
 * Side by side, all are waited for before the first failure is thrown: nothing goes on behind a message.
 */
export async function runSteps(steps: readonly Step[], { concurrent = false } = {}): Promise<void> {
  const failures: unknown[] = [];
  const list = new Listr(
    steps.map(({ title, run }) => ({
      title,
      task: async (_: unknown, task: { title: string; output: string }) => {
        const started = Date.now();
        const show = isInteractive() ? (line: string) => (task.output = line) : seldom((line) => (task.output = line));
        const result = await run(show).catch((error: unknown) => {
          failures.push(error);
          // The whole message is shown once, at the end of the command.
          throw new Error("see below");
        });
        task.title = `${title}${result ? `: ${result}` : ""} (${duration((Date.now() - started) / 1000)})`;
      },
    })),
    {
      concurrent,
      exitOnError: !concurrent,
      // The command's own handler cleans up and decides about the exit code.
      registerSignalListeners: false,
      renderer: isInteractive() ? "default" : "simple",
      fallbackRenderer: "simple",
      rendererOptions: { showErrorMessage: false, collapseSkips: false },
      fallbackRendererOptions: {},
    },
  );
  await list.run().catch(() => undefined);
  if (failures.length > 0) throw failures[0];
}

function seldom(show: Show): Show {
  let last = Date.now();
  return (line) => {
    if (Date.now() - last < quietMilliseconds) return;
    last = Date.now();
    show(line);
  };
}
