import { ConfigurationError } from "../stacks/config/errors";
import { UserError } from "./ui";

/** Errors of a configuration are complete messages for users; only the file is missing in them. Others stay as they are. */
export function inFile(file: string, error: unknown): unknown {
  return error instanceof ConfigurationError ? new UserError(`${file}: ${error.message}`) : error;
}

/** Runs what reads or checks the configuration in a file. */
export function checkedFile<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw inFile(file, error);
  }
}
