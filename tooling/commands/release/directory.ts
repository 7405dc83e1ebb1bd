import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { documentFileName } from "../../../components/workload/release/document";
import type { ReleaseFile } from "../../../components/workload/release/historyAudit";
import { UserError } from "../../ui";
import { readNamed } from "../../files";

export interface ReleaseDirectory {
  /** The current release's file; none before the first. */
  readonly current?: ReleaseFile;
  /** Former ones, as they lie there. */
  readonly former: readonly ReleaseFile[];
}

/** All release files of a name in a directory. */
export function readReleases(directory: string, name: string): ReleaseDirectory {
  if (!/^[a-z0-9-]+$/.test(name))
    throw new UserError(`"${name}" is no name of a model; write it as the configuration does.`);
  const entries = existsSync(directory) ? entriesOf(directory) : [];
  const open = (file: string): ReleaseFile => {
    const path = join(directory, file);
    return { file: path, text: readNamed(path, "a release") };
  };
  const pattern = new RegExp(`^${name}\\.\\d+\\.release\\.json$`);
  const current = documentFileName(name);
  return {
    ...(entries.includes(current) && { current: open(current) }),
    former: entries
      .filter((entry) => pattern.test(entry))
      .sort()
      .map(open),
  };
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${directory} cannot be read (${code ?? "unknown reason"}); name the folder of the releases.`);
  }
}
