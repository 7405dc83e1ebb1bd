import { readKeyFile } from "../../models/keyFile";
import { credentials } from "../credentials";
import type { CredentialNames } from "../credentials";
import { FirmwareError } from "../target";
import { readApiKey } from "./signature";
import type { ApiKey } from "./signature";

/** The id of an API key is no secret. Its secret key is named by its file, and never stands in the environment. */
export const intersightVariables: CredentialNames = {
  user: "INTERSIGHT_API_KEY_ID",
  password: "INTERSIGHT_API_PRIVATE_KEY_FILE",
};

const isKey = (text: string): boolean => text.includes("-----BEGIN");

/**
 * The API key that requests are signed with: from the environment, or from a command that prints its id as `user` and, as
 * `password`, the secret key or the path of its file.
 */
export async function intersightKey(
  command: string | undefined,
  options: { readonly environment?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<ApiKey> {
  const { user, password } = await credentials(command, intersightVariables, options);
  if (command === undefined && isKey(password))
    throw new FirmwareError(
      `${intersightVariables.password} holds a key; write the key into a file that you alone may read, and its path here.`,
    );
  return readApiKey(user.trim(), isKey(password) ? password : readKeyFile(password).toString("utf8"));
}
