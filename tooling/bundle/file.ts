import { isDeepStrictEqual } from "node:util";
import { readNamed } from "../files";
import { printable, UserError } from "../ui";
import { byText } from "../review/text";
import type { BundleContent, BundleLock } from "./schema";
import { contentDigest, listNames, lockSchema, named } from "./schema";

export const lockFile = "bundle.lock";

/** Sorts every list and adds the digest. Two items of one name are two truths about one thing, and refused. */
export function sealLock(content: BundleContent): BundleLock {
  const sorted: Record<string, unknown> = { ...content, npmRoots: [...content.npmRoots].sort(byText) };
  for (const list of listNames) {
    const items = named(content, list).sort((a, b) => byText(a.name, b.name));
    const unlike = items.find(({ name, item }, at) => {
      const next = items[at + 1];
      return next?.name === name && !isDeepStrictEqual(next.item, item);
    });
    if (unlike) throw new UserError(`${unlike.name} is wanted twice, and not as the same; make one of the two.`);
    sorted[list] = items.filter(({ name }, at) => items[at + 1]?.name !== name).map(({ item }) => item);
  }
  const whole = sorted as BundleContent;
  const result = lockSchema.safeParse({ ...whole, digest: contentDigest(whole) });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const [list, at] = issue?.path ?? [];
  const item = typeof at === "number" ? (whole[list as keyof BundleContent] as readonly unknown[])[at] : undefined;
  throw new UserError(
    `What is wanted has no place in a lock: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}.`,
    "Correct it where it comes from: settings, catalog.lock, package-lock.json or go.sum.",
    item === undefined ? [] : [printable(JSON.stringify(item))],
  );
}

/** The lock's bytes: the same for the same content. */
export const lockText = (lock: BundleLock): string => `${JSON.stringify(inOrder(lock), undefined, 2)}\n`;

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => byText(a, b))
      .map(([key, item]) => [key, inOrder(item)]),
  );
}

const restore = "Restore it, or make it anew with `bundle lock`.";

/** Reads a lock. What was changed by hand is refused: it would be compared with instead of what was computed. */
export function readBundleLock(path: string): BundleLock {
  let content: unknown;
  try {
    content = JSON.parse(readNamed(path, "a file that `bundle lock` wrote"));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not JSON.`, restore);
  }
  const result = lockSchema.safeParse(content);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new UserError(
      `${path} is not right at ${printable(issue?.path.join(".") || "the whole")}: ${printable(issue?.message ?? "")}.`,
      restore,
    );
  }
  const { digest, ...rest } = result.data;
  if (contentDigest(rest) !== digest)
    throw new UserError(`${path} was changed after it was written: it has another digest than it says.`, restore);
  // Sorted, and nothing twice: one list, one digest.
  const sealed = sealLock(rest);
  if (sealed.digest !== digest)
    throw new UserError(`${path} is not in the order that \`bundle lock\` writes.`, restore);
  return sealed;
}

/** What is in one of two locks alone, or otherwise: one line each, sorted. */
export function lockDifferences(before: BundleContent, after: BundleContent): string[] {
  const lines = listNames.flatMap((list) => {
    const [old, now] = [before, after].map((each) => new Map(named(each, list).map(({ name, item }) => [name, item])));
    return [...new Set([...old!.keys(), ...now!.keys()])].flatMap((name) => {
      if (!old!.has(name)) return [`+ ${name}`];
      if (!now!.has(name)) return [`- ${name}`];
      return isDeepStrictEqual(old!.get(name), now!.get(name))
        ? []
        : [`! ${name}: ${changed(old!.get(name), now!.get(name))}`];
    });
  });
  const site = isDeepStrictEqual(before.site, after.site) ? [] : [`! site: ${changed(before.site, after.site)}`];
  const roots = isDeepStrictEqual(before.npmRoots, after.npmRoots) ? [] : ["! packages that the project itself names"];
  return [...site, ...lines, ...roots].map((line) => printable(line, 400));
}

function changed(before: unknown, after: unknown): string {
  const [old, now] = [before, after] as Record<string, unknown>[];
  return [...new Set([...Object.keys(old!), ...Object.keys(now!)])]
    .filter((key) => !isDeepStrictEqual(old![key], now![key]))
    .map((key) => `${key} was ${JSON.stringify(old![key])}, is ${JSON.stringify(now![key])}`)
    .join("; ");
}
