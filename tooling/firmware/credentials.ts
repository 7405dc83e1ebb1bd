import { execa } from "execa";
import { z } from "zod";
import { FirmwareError } from "./target";

/** Who logs in. Held in memory alone: never in arguments, logs, errors or the journal. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface CredentialNames {
  readonly user: string;
  readonly password: string;
}

/** Environment variables with the credentials of a machine's management controller. */
export const bmcVariables: CredentialNames = {
  user: "TRUSTFOUNDRY_BMC_USER",
  password: "TRUSTFOUNDRY_BMC_PASSWORD",
};

const commandSeconds = 120;
const printed = z.strictObject({ user: z.string().min(1), password: z.string().min(1) });

/** Credentials from a command of the user's, which a secret store's client is behind, or from the environment. */
export async function credentials(
  command: string | undefined,
  names: CredentialNames = bmcVariables,
  { environment = process.env, signal }: { environment?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<Credentials> {
  if (command !== undefined) return fromCommand(command, signal);
  const user = environment[names.user];
  const password = environment[names.password];
  if (user && password) return { user, password };
  const missing = [!user && names.user, !password && names.password].filter(Boolean).join(" and ");
  throw new FirmwareError(
    `${missing} ${missing.includes(" and ") ? "are not set; set them" : "is not set; set it"}, or name a command that prints the credentials with --credentials-command.`,
  );
}

/** What the command prints is a secret, and so may be its own text: neither is shown. */
async function fromCommand(command: string, signal: AbortSignal | undefined): Promise<Credentials> {
  const result = await execa(command, {
    shell: true,
    stdin: "inherit",
    // A store's client may ask for a second factor there.
    stderr: "inherit",
    reject: false,
    timeout: commandSeconds * 1000,
    ...(signal && { signal }),
  });
  signal?.throwIfAborted();
  if (result.timedOut) throw new FirmwareError(`--credentials-command did not end within ${commandSeconds} s.`);
  if (result.failed)
    throw new FirmwareError(`--credentials-command failed (exit code ${result.exitCode ?? "none"}); run it by itself.`);
  const parsed = printed.safeParse(jsonOf(result.stdout));
  if (!parsed.success)
    throw new FirmwareError(
      '--credentials-command has to print one JSON object, {"user": "…", "password": "…"}, and nothing else; what it printed is not shown.',
    );
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes secrets out of what another side says: a controller may repeat what it was sent. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length > 0)
    .reduce((shown, secret) => shown.replaceAll(secret, "[not shown]"), text);
}
