import { provider } from "@pulumi/pulumi";
import { TrustfoundryProvider } from "./provider";
import { withoutTrace } from "./refusal";

const parentPollMilliseconds = 2000;

/** Serves the package to the engine that started this process; the engine runs it in the consumer's project. */
export function serve(args: string[]): void {
  // Before the SDK's own, which show an error's trace.
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (error: unknown) => void (error instanceof Error && withoutTrace(error)));
  // An engine that is killed ends no plugin, and the SDK's server waits for ever.
  const engine = process.ppid;
  setInterval(() => process.ppid !== engine && process.exit(0), parentPollMilliseconds).unref();
  void provider.main(new TrustfoundryProvider(process.cwd()), args);
}
