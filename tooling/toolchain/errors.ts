import { UserError } from "../ui";

/** A tool cannot be had; says why in one sentence and, as the hint, what to do. */
export class ToolchainError extends UserError {
  /** `details` are the last lines of a failed build. */
  constructor(message: string, hint?: string, details: readonly string[] = []) {
    super(message, hint, details);
    this.name = "ToolchainError";
  }
}

export const shownLines = 15;

interface Explanation {
  readonly pattern: RegExp;
  readonly message: (tool: string, line: string) => string;
  readonly hint: string;
}

const interruptedHint = "Run the command again; what was compiled so far is kept.";

/** What Go says and what it means to somebody who does not know Go. The first match counts. */
const explanations: readonly Explanation[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    message: (tool) => `The disk is full: ${tool} could not be built.`,
    hint: "Free about 6 GB, or let TRUSTFOUNDRY_CACHE and GOCACHE name folders on a larger disk, and run the command again; it continues where it stopped.",
  },
  {
    pattern: /SECURITY ERROR|checksum mismatch/,
    message: (tool) => `Source code of ${tool} does not match the checksums in go.sum; nothing of it was built.`,
    hint: "Something between here and the module server altered it, or the local module cache is damaged: run `go clean -modcache` and try again. Do not switch the check off.",
  },
  {
    pattern: /missing go\.sum entry|updates to go\.mod needed/,
    message: (tool) => `The committed pins of ${tool} are incomplete: go.sum or go.mod lacks an entry.`,
    hint: "This is a defect of the checkout; restore tooling/toolchain/modules from the repository.",
  },
  {
    pattern: /reading \S+: (404|410|no such file)|unknown revision/,
    message: (tool, line) => `The module server does not serve source code of ${tool}: ${line}`,
    hint: "Let GOPROXY name a Go module proxy that serves all public modules, and run the command again; it continues where it stopped.",
  },
  {
    pattern:
      /module lookup disabled|reading https?:\S+: \d{3} |dial tcp|no such host|connection (refused|reset)|network is unreachable|i\/o timeout|TLS handshake timeout|Client\.Timeout|proxyconnect|server misbehaving|x509: |Get "[^"]*": .*EOF/,
    message: (tool, line) => `Source code of ${tool} cannot be fetched: ${line}`,
    hint: "Check the network, or let GOPROXY name a Go module proxy that this machine reaches, and run the command again; it continues where it stopped.",
  },
  {
    pattern: /requires go >= |unsupported version of go|invalid go version/i,
    message: (tool, line) => `This Go is too old to build ${tool}: ${line}`,
    hint: "Install Go 1.26 or newer from https://go.dev/dl/ and put it first on PATH.",
  },
  {
    pattern: /build cache is required|could not create module cache|permission denied|read-only file system/i,
    message: (tool, line) => `Go may not write its cache while building ${tool}: ${line}`,
    hint: "Let GOCACHE and GOMODCACHE name folders that you may write.",
  },
  {
    pattern: /signal: killed|cannot allocate memory|out of memory/i,
    message: (tool) => `The system killed a compiler while it built ${tool}; most often memory had run out.`,
    hint: "Close other programs or give the machine 4 GB or more, and run the command again; what was compiled so far is kept.",
  },
];

/** Go's own progress lines tell nothing about a failure. */
export function lastLines(output: readonly string[]): string[] {
  const telling = output.filter((line) => line.trim() !== "" && !/^go: (downloading|finding|extracting) /.test(line));
  return (telling.length > 0 ? telling : output).slice(-shownLines);
}

export interface GoFailure {
  readonly tool: string;
  readonly output: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Why a `go` command failed, in one sentence. */
export function explainGoFailure({ tool, output, code, signal }: GoFailure): ToolchainError {
  const lines = lastLines(output);
  for (const { pattern, message, hint } of explanations) {
    const line = output.find((candidate) => pattern.test(candidate));
    if (line) return new ToolchainError(message(tool, line.replace(/^go: /, "").trim()), hint, lines);
  }
  if (signal) return new ToolchainError(`The build of ${tool} was ended by ${signal}.`, interruptedHint, lines);
  return new ToolchainError(
    `Building ${tool} failed with exit code ${code ?? "unknown"}.`,
    "The build's last lines say why. The pins are built by every change to this repository, so look for what is special here: another Go, GOFLAGS, a proxy.",
    lines,
  );
}

export function interrupted(): ToolchainError {
  return new ToolchainError("Interrupted while making the tools.", interruptedHint);
}

/** Trouble with the cache folder, in the user's words; anything else stays what it is. */
export function explainCacheTrouble(error: unknown, cache: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new ToolchainError(
      `The disk that holds ${cache} is full.`,
      "Free about 2 GB, or let TRUSTFOUNDRY_CACHE name a folder on a larger disk, and run the command again; it continues where it stopped.",
    );
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR")
    return new ToolchainError(
      `The cache ${cache} cannot be written (${code}).`,
      "Let TRUSTFOUNDRY_CACHE name a folder that you may write.",
    );
  return error;
}
