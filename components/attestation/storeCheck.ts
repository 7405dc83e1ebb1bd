import { sha256 } from "../names";
import type { Files } from "./trusteeStores";

/** A directory that a service reads, and what has to be in it. */
export interface CheckedDirectory {
  readonly path: string;
  /** Files whose content is compared. */
  readonly files?: Files;
  /** Files that only have to be there: digests of secrets would be guesses made easy. */
  readonly names?: readonly string[];
}

/**
 * Runs before a service starts, in the service's own image: every file as it was rendered, and no other. Trustee takes
 * an empty storage for a first start and installs policies of its own, and its RVPS takes an unreadable configuration
 * for none at all. The digests are in the pod's template, not beside the files: who changes a ConfigMap would change both.
 *
 * A guard rail against mistakes and halfway changes; whoever may edit the Deployment can take it out.
 */
export const storeCheckScript = `set -eu
export LC_ALL=C
printf '%s\\n' "$DIGESTS" | sha256sum --check --strict --quiet
expected=$(printf '%s\\n' "$NAMES" | sort)
present=$(for directory in "$@"; do
  for file in "$directory"/*; do printf '%s\\n' "$file"; done
done | sort)
if [ "$present" != "$expected" ]; then
  printf 'Files are missing, or there are others. Expected:\\n%s\\nPresent:\\n%s\\n' "$expected" "$present" >&2
  exit 1
fi
`;

/** The check as a container runs it: command and environment. */
export function storeCheck(directories: readonly CheckedDirectory[]): {
  readonly command: string[];
  readonly env: { name: string; value: string }[];
} {
  const digests = directories.flatMap(({ path, files = {} }) =>
    Object.keys(files)
      .sort()
      .map((name) => `${sha256(files[name] ?? "")}  ${path}/${name}`),
  );
  const names = directories.flatMap(({ path, files = {}, names: others = [] }) =>
    [...Object.keys(files), ...others].sort().map((name) => `${path}/${name}`),
  );
  return {
    // The word after the script is its $0.
    command: ["/bin/sh", "-c", storeCheckScript, "store-check", ...directories.map(({ path }) => path)],
    env: [
      { name: "DIGESTS", value: digests.join("\n") },
      { name: "NAMES", value: names.join("\n") },
    ],
  };
}
