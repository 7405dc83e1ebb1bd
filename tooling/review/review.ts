import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { packNames } from "../../policies/pack";
import type { PackName } from "../../policies/pack";
import { writeWhole } from "../files";
import type { StackEngine } from "../rehearsal/stackRunner";
import { UserError } from "../ui";
import { compare } from "./compare";
import type { Review } from "./compare";
import { junit } from "./junit";
import { lookAtSide } from "./look";
import { markdown } from "./markdown";
import { sarif } from "./sarif";
import type { Side } from "./side";
import { changedParts, openSide } from "./side";
import { stackNames } from "./stackFiles";
import { unique } from "./text";

export interface ReviewArgs {
  /** The repository whose commits are compared. */
  readonly repository: string;
  readonly base: string;
  /** Default: the working tree. */
  readonly head?: string;
  /** Default: every stack with a file in base or head. */
  readonly stacks: readonly string[];
  readonly manifests: readonly string[];
  readonly pack: string;
  readonly engine: StackEngine;
  /** YYYY-MM-DD. */
  readonly today: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

/** Looks at base and head at the same time and compares them. Leaves nothing behind. */
export async function review(args: ReviewArgs): Promise<Review> {
  const { repository, manifests, today } = args;
  const pack = packOf(args.pack);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(today) || Number.isNaN(Date.parse(today)))
    throw new UserError(`--today ${today} is no day; write YYYY-MM-DD.`);
  const base = await openSide(repository, args.base, "base");
  try {
    const head = await openSide(repository, args.head, "head");
    try {
      return await reviewSides(base, head, { ...args, pack, manifests, today });
    } finally {
      await head.remove();
    }
  } finally {
    await base.remove();
  }
}

async function reviewSides(base: Side, head: Side, args: ReviewArgs & { readonly pack: PackName }): Promise<Review> {
  const { manifests, pack, engine, signal, onProgress, today } = args;
  const known = unique([...stackNames(base.root), ...stackNames(head.root)]);
  const missing = args.stacks.find((name) => !known.includes(name));
  if (missing !== undefined)
    throw new UserError(
      `--stack ${missing}: neither base nor head has a Pulumi.${missing}.yaml.`,
      `Write one of ${known.join(", ") || "the stacks that you have a file of"}.`,
    );
  const names = args.stacks.length > 0 ? unique(args.stacks) : known;
  if (names.length === 0 && manifests.length === 0)
    throw new UserError(
      "There is nothing to review: neither base nor head has a Pulumi.<stack>.yaml.",
      "Commit the stacks' files (`git add --force Pulumi.<stack>.yaml`), or name --manifests.",
    );
  for (const path of manifests)
    if (![base, head].some(({ root }) => existsSync(resolve(root, path))))
      throw new UserError(
        `--manifests ${path}: neither base nor head has it.`,
        "Name a file or a folder of the project.",
      );
  const shared = { stackNames: names, manifests, pack, engine, signal, onProgress };
  const [before, after] = await both(
    lookAtSide({ ...shared, side: base, what: "base" }),
    lookAtSide({ ...shared, side: head, what: "head" }),
  );
  const judgesChanged = changedParts(base.root, head.root);
  const headByFormerRules = judgesChanged.includes("policies")
    ? await lookAtSide({ ...shared, manifests: [], side: head, what: "head", packRoot: base.root })
    : undefined;
  return compare({ base: before, head: after, pack, headByFormerRules, judgesChanged, today });
}

/** Waits for both even if one fails: what they left is removed afterwards. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

function packOf(name: string): PackName {
  const found = packNames.find((pack) => pack === name);
  if (!found) throw new UserError(`--pack ${name} is no pack; write one of ${packNames.join(", ")}.`);
  return found;
}

/** Writes the three reports, each whole. */
export function writeReports(directory: string, result: Review): string[] {
  const reports = { "review.md": markdown(result), "review.sarif": sarif(result), "review.xml": junit(result) };
  return Object.entries(reports).map(([name, text]) => {
    const path = join(directory, name);
    writeWhole(path, text);
    return path;
  });
}
