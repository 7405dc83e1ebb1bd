import { resourcePathOf, resourcePluginOf } from "../../components/images/kbsResource";
import { UserError } from "../ui";

/** Keys are short. */
const longestKey = 16 * 1024;
/** The first request makes the guest attest itself, which takes seconds. */
const timeoutMs = 120_000;

/**
 * Asks the guest's Confidential Data Hub (api-server-rest, http://127.0.0.1:8006) for a resource of the key broker, which
 * it hands out after attestation.
 */
export async function keyFromGuest(cdh: string, keyUri: string, signal?: AbortSignal): Promise<Buffer> {
  const path = resourcePathOf(keyUri);
  if (resourcePluginOf(keyUri) !== "resource")
    throw new UserError(
      `${keyUri} is in an HSM, and the guest's REST API asks for kbs:/// alone; seal the model anew.`,
    );
  if (!/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\/?$/.test(cdh))
    throw new UserError(`--cdh is "${cdh}"; the hub listens inside the guest alone, write http://127.0.0.1:8006.`);
  const limit = AbortSignal.timeout(timeoutMs);
  const response = await fetch(new URL(`/cdh/resource/${path}`, cdh), {
    redirect: "error",
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new UserError(
      `The Confidential Data Hub does not answer at ${cdh}.`,
      "Run this inside a confidential guest.",
    );
  });
  if (!response.ok)
    throw new UserError(
      `The Confidential Data Hub does not hand out ${keyUri} (HTTP ${response.status}): the guest was not attested, or its release may not have it.`,
    );
  const key = Buffer.from(await response.arrayBuffer());
  if (key.length > longestKey) throw new UserError(`${keyUri} has ${key.length} bytes, more than any key.`);
  return key;
}
