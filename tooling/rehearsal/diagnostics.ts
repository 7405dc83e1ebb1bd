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

const again = "run the command again; it continues where it stopped";

/** Known causes and what to do about them; the first that fits speaks. */
const causes: readonly { readonly pattern: RegExp; readonly sentence: string }[] = [
  {
    pattern: /no space left on device|disk quota exceeded|ENOSPC|EDQUOT/i,
    sentence: `The disk is full. Free some space and ${again}.`,
  },
  {
    pattern: /read-only file system|EROFS/i,
    sentence: `The disk with the stack's state is read-only. Make it writable and ${again}.`,
  },
  {
    pattern: /the stack is currently locked|another update is (currently )?in progress/i,
    sentence:
      "Another run holds this stack's lock. Wait for it, or, if it was killed, run `npm run rehearse -- repair`.",
  },
  {
    // The engine's HTTP client (pulumi/pkg v3.216.0, backend/httpstate/client/api.go), and the state service's address.
    pattern: /performing HTTP request: \w+ "http:\/\/127\.0\.0\.1:\d+\/api\//,
    sentence: `The service that keeps this stack's state was ended, and nothing that it had stored is lost: ${again}.`,
  },
  {
    pattern: /incorrect passphrase/i,
    sentence:
      "The stack's passphrase file does not fit its state. Restore the file, or `npm run rehearse -- destroy` and start over.",
  },
  {
    // Helm's own words (helm.sh/helm/v3 v3.18.6, pkg/action), and those of two owners of one field.
    pattern:
      /another operation \(install\/upgrade\/rollback\) is in progress|cannot re-use a name that is still in use|release: not found|conflicts? with "pulumi-kubernetes-/i,
    sentence:
      "A killed run left something unfinished in the cluster. `npm run rehearse -- repair` says what and puts it right; then run the command again.",
  },
  {
    pattern:
      /\bUnauthorized\b|asked for the client to provide credentials|(expired|bad|unknown) certificate|certificate has expired/i,
    sentence: `The cluster refuses this stack's credentials: they have expired, or were taken back. Renew them (those of a rehearsal: \`npm run rehearse\`), then ${again}.`,
  },
  {
    pattern: /was killed with SIG|exited with signal|signal: killed/i,
    sentence: `Its engine was ended from outside. Make sure that there is memory enough, then ${again}.`,
  },
  {
    pattern:
      /cluster is unreachable|connection refused|ECONNREFUSED|no route to host|i\/o timeout|TLS handshake timeout|unable to load schema information from the API server/i,
    sentence:
      "The API server of this stack's cluster does not answer. `npm run rehearse -- status` says which process is gone; `npm run rehearse` starts it again.",
  },
  {
    pattern:
      /currently unable to handle the request|ServiceUnavailable|InternalError|an error on the server|too many requests|the server is disturbed/i,
    sentence: `The API server of this stack's cluster answered that it cannot serve just now. Wait until it can, then ${again}.`,
  },
  {
    pattern:
      /unexpected EOF|\bEOF\b|connection reset by peer|transport is closing|code = Unavailable|plugin .*(exited|shut down|closed)|client connection is closing/i,
    sentence: `A connection of this run broke off: to the API server, or to one of its own processes that was ended. Make sure that both run, then ${again}.`,
  },
];

/** A warning as a user reads it: the engine's own advice about interrupted runs needs a person at a prompt. */
export function warningText(message: string): string {
  const [, count] = /with (\d+) pending operations from previous deployment/.exec(message) ?? [];
  return count === undefined
    ? message
    : `An earlier run was ended while it worked on ${count} resources, and the state does not know how they are. \`npm run rehearse -- repair\` says which, looks at the cluster and puts it right.`;
}

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
  // What the state service says begins with the number of its answer.
  const sentences = [...text.matchAll(/^\s*error: (?:\[\d{3}\] )?(.+)$/gm)].map(([, sentence]) => sentence ?? "");
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
