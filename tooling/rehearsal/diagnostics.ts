/** A mandatory policy that refused a resource. */
export interface PolicyViolation {
  readonly policy: string;
  readonly resource: string;
  readonly message: string;
}

export interface Failure {
  readonly operation: string;
  readonly stackName: string;
  readonly violations: readonly PolicyViolation[];
  /** Error diagnostics of the engine, without colour marks. */
  readonly errors: readonly string[];
  /** What the Automation API threw; its text is used only when the engine said nothing else. */
  readonly error: unknown;
}

/** Known causes and what to do about them; the first that fits speaks. */
const causes: readonly { readonly pattern: RegExp; readonly sentence: string }[] = [
  {
    pattern: /no space left on device|ENOSPC/i,
    sentence: "The disk is full. Free some space and run the command again; it continues where it stopped.",
  },
  {
    pattern:
      /cluster is unreachable|connection refused|ECONNREFUSED|no route to host|i\/o timeout|TLS handshake timeout/i,
    sentence:
      "The API server of this stack's cluster does not answer. `npm run rehearse -- status` says which process is gone; `npm run rehearse` starts it again.",
  },
  {
    pattern: /the stack is currently locked/i,
    sentence:
      "Another run holds this stack's lock. Wait for it, or, if it was killed, run `npm run rehearse -- unlock`.",
  },
  {
    pattern: /incorrect passphrase/i,
    sentence:
      "The stack's passphrase file does not fit its state. Restore the file, or `npm run rehearse -- destroy` and start over.",
  },
];

/** One message for one failure: which stack, what is wrong, what to do. Never a stack trace. */
export function failureMessage(failure: Failure): string {
  const head = `${failure.operation} of stack ${failure.stackName} was refused`;
  if (failure.violations.length > 0) {
    const lines = failure.violations.map(
      ({ policy, resource, message }) => `  - ${policy} · ${resourceName(resource)}\n      ${indent(message)}`,
    );
    const applied = failure.operation === "preview" ? "nothing was applied" : "what was refused was not applied";
    return [`${head} by ${count(failure.violations.length, "policy rule")}; ${applied}:`, ...lines].join("\n");
  }
  const text = [...failure.errors, failure.error instanceof Error ? failure.error.message : String(failure.error)].join(
    "\n",
  );
  const known = causes.find(({ pattern }) => pattern.test(text));
  if (known) return `${failure.operation} of stack ${failure.stackName} stopped. ${known.sentence}`;
  const own = failure.errors.filter((message) => !/^(update|preview|destroy) failed$/.test(message));
  const said = own.length > 0 ? own.map(withoutTrace) : engineErrors(text);
  const failed = `${failure.operation} of stack ${failure.stackName} failed`;
  if (said.length === 1) return `${failed}: ${said[0] ?? ""}`;
  return [`${failed}:`, ...said.map((message) => `  - ${indent(message)}`)].join("\n");
}

/** The engine's own sentences out of what the Automation API threw, which repeats the whole run. */
function engineErrors(text: string): string[] {
  const sentences = [...text.matchAll(/^\s*error: (.+)$/gm)].map(([, sentence]) => sentence ?? "");
  return sentences.length > 0 ? [...new Set(sentences)] : [withoutTrace(text)];
}

function resourceName(urn: string): string {
  const [, , type = "", name = urn] = urn.split("::");
  return `${type.split("$").at(-1) ?? ""} ${name}`.trim();
}

/** Drops the frames of a JavaScript trace and the wrapper line before it. */
function withoutTrace(message: string): string {
  return message
    .split("\n")
    .filter(
      (line) =>
        !/^\s+at .*[(:]\S+:\d+/.test(line) && !/Running program .* failed with an unhandled exception/.test(line),
    )
    .map((line) => line.replace(/^(Error|ConfigurationError): /, ""))
    .filter((line) => line.trim() !== "" && !line.startsWith("<ref *"))
    .join("\n");
}

function indent(text: string): string {
  return text.split("\n").join("\n      ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
