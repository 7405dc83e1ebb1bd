import { SealingError } from "../../components/images/sealingError";
import { UserError } from "../ui";

/** Runs a command: what does not open or was changed is a condition for its user, not a defect. */
export async function telling(command: () => Promise<void> | void): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof SealingError)) throw error;
    throw new UserError(`${error.message}.`);
  }
}
