import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./world";
import type { Snapshot } from "./snapshot";

/** Every planted secret in the forms in which it could be shown. */
export function canaries(world: World): string[] {
  const { tls, tokenSigner, resources } = world.keys.secrets;
  const passphrases = (["trust", "infrastructure", "workloads"] as const)
    .map((kind) => join(world.stackDirectory(kind), "passphrase"))
    .filter(existsSync)
    .map((file) => readFileSync(file, "utf8").trim());
  const plain = [
    ...[tls, tokenSigner].map(({ privateKey }) => privateKey.split("\n")[1] ?? ""),
    ...Object.values(resources),
    ...passphrases,
  ].filter((text) => text.length >= 16);
  return plain.flatMap(forms);
}

/** A text as it is, and as it reads within the base64 of a longer one, wherever it stands in that: in three ways. */
export function forms(text: string): string[] {
  const within = [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${" ".repeat(before)}${text}`)
      .toString("base64")
      .replace(/=+$/, "");
    // The first and the last digit can have bits of what stands before and behind.
    return encoded.slice(before === 0 ? 0 : before + 1, (before + text.length) % 3 === 0 ? undefined : -1);
  });
  return [text, ...within];
}

/** Whether a text shows a secret. */
export function shows(text: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => text.includes(secret));
}

/** Files of the stacks, their logs and temporary files among them, that show a secret; passphrase files are meant to. */
export function leakingFiles(directory: string, secrets: readonly string[]): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() && !path.endsWith("/passphrase"))
    .filter((path) => shows(readFileSync(path, "latin1"), secrets));
}

/** Objects other than Secrets that show one. */
export function leakingObjects(cluster: Snapshot, secrets: readonly string[]): string[] {
  return [...cluster].filter(([key, text]) => !key.startsWith("Secret ") && shows(text, secrets)).map(([key]) => key);
}

/** Digests of every file that must outlive any fault: keys, certificates, passphrases, signed releases. */
export function keyFiles(world: World): Map<string, string> {
  const root = join(world.paths.root, "parties");
  return new Map(
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => /owner-keys\.json$|\.key$|passphrase$|\.release\.json$/.test(name))
      .sort()
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(root, name)))
          .digest("hex"),
      ]),
  );
}
