import { writeWhole } from "../files";
import { UserError } from "../ui";
import { lockPath } from "./bring";
import { readBundleLock } from "./file";
import { billOfMaterials } from "./sbom";

/** `bundle sbom`. Of an incomplete lock as well: what nothing pins is in no bill, and said. */
export function writeBill(
  lock: string | undefined,
  out: string | undefined,
  sourceDateEpoch: string | undefined,
): void {
  if (sourceDateEpoch !== undefined && !/^\d{1,11}$/.test(sourceDateEpoch))
    throw new UserError(`SOURCE_DATE_EPOCH=${sourceDateEpoch} is no number of seconds; unset it, or write one.`);
  const content = readBundleLock(lockPath(lock));
  const text = billOfMaterials(content, sourceDateEpoch);
  if (content.unresolved.length > 0)
    process.stderr.write(
      `${content.unresolved.length} of what the site needs are pinned by nothing, and not in the bill.\n`,
    );
  if (out === undefined) process.stdout.write(text);
  else writeWhole(out, text);
}
