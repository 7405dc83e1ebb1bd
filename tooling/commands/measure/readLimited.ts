import { createReadStream } from "node:fs";
import { UserError } from "../../ui";

const mostBytes = 512 * 1024;

/** Text of a file, of one in /proc (whose size is not known before), or of the standard input (`-`). */
export async function readLimited(path: string, what: string): Promise<string> {
  const name = path === "-" ? "the standard input" : path;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of (path === "-" ? process.stdin : createReadStream(path)) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBytes) throw new UserError(`${name} has more than ${mostBytes / 1024} KiB; give ${what}.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} cannot be read (${(error as NodeJS.ErrnoException).code}); give ${what}.`);
  }
  return Buffer.concat(chunks).toString("utf8");
}
