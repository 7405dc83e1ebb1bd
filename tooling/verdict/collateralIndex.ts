import { z } from "zod";
import { collateralKinds } from "../../components/verdict/context";
import type { CollateralFile } from "../../components/verdict/context";
import { sha256 } from "../../components/names";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readNamed, sizeOf } from "../files";
import { UserError } from "../ui";

export const indexFile = "index.json";
/** Largest document of a vendor's that is kept: a manifest has some 200 KiB. */
export const mostCollateralBytes = 4 * 1024 * 1024;

const entrySchema = z.strictObject({
  kind: z.enum(collateralKinds),
  /** In the same folder. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, "a plain file name"),
  /** Address that it came from. */
  source: z.string().min(1).max(2000),
  obtained: z.iso.datetime(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits"),
});
const indexSchema = z.strictObject({ version: z.literal(1), files: z.array(entrySchema).max(500) });

export type CollateralEntry = z.infer<typeof entrySchema>;
export type CollateralIndex = z.infer<typeof indexSchema>;

/**
 * Reads a folder that `collateral fetch` made. Nothing is believed for lying there: each document's signature is checked
 * where it is used. The digests find what was changed or cut by accident.
 */
export function readCollateral(directory: string): CollateralFile[] {
  return readIndex(directory).files.map(({ kind, file, source, obtained, sha256: digest }) => {
    const path = join(directory, file);
    sizeOf(path, "a folder that `collateral fetch` made", mostCollateralBytes);
    const bytes = readFileSync(path);
    if (sha256(bytes) !== digest)
      throw new UserError(`${path} is not the file that ${indexFile} lists: its digest is another.`, again);
    return { kind, source, bytes, obtained: new Date(obtained) };
  });
}

const again = "Run `collateral fetch` again.";

export function readIndex(directory: string): CollateralIndex {
  const path = join(directory, indexFile);
  let content: unknown;
  const text = readNamed(path, "a folder that `collateral fetch` made");
  try {
    content = JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not JSON.`, again);
  }
  const result = indexSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `${path} is not right at ${issue?.path.join(".") || "the whole"}: ${issue?.message ?? ""}.`,
    again,
  );
}
