import { partnerProgram } from "../../stacks/partnerProgram";
import { main } from "../../stacks/program";
import { Interrupted, UserError } from "../ui";
import { failureMessage } from "./diagnostics";
import type { Answer, Request } from "./stackProcess";
import { resourceCount, runStack } from "./stackRunner";

/**
 * The process of one party's stack. It is told over its channel what to run, and knows no other party's credentials,
 * passphrase or secrets. It ends when its channel does.
 */
const controller = new AbortController();
const abort = () => controller.abort(new Interrupted());
process.on("SIGINT", abort);
process.on("SIGTERM", abort);
process.on("disconnect", () => {
  abort();
  // Nobody hears of the outcome any more; the engine is given the time to write its state.
  setTimeout(() => process.exit(1), 30_000).unref();
});

async function answer(request: Request): Promise<Answer> {
  const environment = { kubeconfigs: [request.run.place.kubeconfig] };
  const { project } = request.run;
  const program = project === undefined ? () => main(environment) : partnerProgram(project, () => environment);
  const run = { ...request.run, program };
  try {
    if (request.ask === "resourceCount") return { kind: "count", count: await resourceCount(run) };
    const onProgress = (line: string) => process.send?.({ kind: "progress", line } satisfies Answer);
    const outcome = await runStack(request.ask, { ...run, signal: controller.signal, onProgress });
    return { kind: "outcome", outcome };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    if (error instanceof UserError) return { kind: "failure", message, hint: error.hint, details: error.details };
    // A disk that is full or read-only, met outside of the engine.
    if (["ENOSPC", "EDQUOT", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      const { stackName } = request.run.place;
      const said = failureMessage({ operation: request.ask, stackName, violations: [], errors: [], error });
      return { kind: "failure", message: said };
    }
    return { kind: "failure", message, defect: stack ?? message };
  }
}

process.on("message", (request: Request) => void answer(request).then((result) => process.send?.(result)));
