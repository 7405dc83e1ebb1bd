import * as pulumi from "@pulumi/pulumi";
import { PinError } from "../components/catalogLock";
import { ConfigurationError } from "../stacks/config/errors";

/** Arguments that are not right. The message is one line and complete. */
export class Refusal extends Error {
  constructor(problems: readonly string[]) {
    super(problems.map(asArgument).join("; "));
    this.name = "Refusal";
    withoutTrace(this);
  }
}

/** Whatever stopped a component, as the engine is told: one line, and never a value that was not meant to be shown. */
export function refusalOf(error: unknown): Error {
  if (error instanceof Refusal) return error;
  if (error instanceof ConfigurationError) return new Refusal(error.problems);
  if (error instanceof PinError || pulumi.RunError.isInstance(error)) return new Refusal([error.message]);
  return withoutTrace(error instanceof Error ? error : new Error(String(error)));
}

/**
 * The SDK's server logs an error's trace (@pulumi/pulumi 3.248.0, provider/server.js), and rendering one goes through the
 * source maps of everything that is loaded.
 */
export function withoutTrace<E extends Error>(error: E): E {
  error.stack = error.message;
  return error;
}

/** Stack settings and arguments have the same sections; only the former have the project's prefix. */
function asArgument(problem: string): string {
  return problem
    .replaceAll("trustfoundry:trustSecrets", "secrets")
    .replace(/^trustfoundry:(?=\w[\w.[\]]*(: | \())/, "");
}
