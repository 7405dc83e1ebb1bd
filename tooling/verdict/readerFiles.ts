import type { JWK } from "jose";
import type { GuestImage } from "../../components/guest/measurement/guestImage";
import { parseGuestImage } from "../../components/guest/measurement/guestImage";
import { pinnedRoots } from "../../components/verdict/roots";
import type { EarTrust } from "../../components/verdict/token/earContext";
import { readPinnedKeys } from "../../components/verdict/token/pinnedKeys";
import type { Acceptance } from "../../components/verdict/verdict";
import { readPolicy } from "../commands/release/configuration";
import { openRelease } from "../commands/release/open";
import { readNamed } from "../files";
import { UserError } from "../ui";
import { readCollateral } from "./collateralIndex";
import type { Reader } from "./reader";
import type { JudgingOptions, ReaderOptions } from "./readerOptions";
import { readSimulatedRoots } from "./rootsFile";

/** Reads the reader's own files; UserError where they are not right. */
export function readerOf(options: ReaderOptions): Reader {
  const judging = judgingOf(options);
  const release = readNamed(options.release, "a release file");
  return {
    release,
    expected: {
      signers: readPolicy(options.signers),
      factory: options.factory,
      ...(options.owner !== undefined && { owner: options.owner }),
      simulated: options.simulated,
    },
    ...judging,
    ...(options.guest !== undefined && { guestImage: guestImageOf(options.guest) }),
    ...(options.tokenKey !== undefined && { tokens: tokensOf(options.tokenKey, options) }),
  };
}

function guestImageOf(path: string): GuestImage {
  const text = readNamed(path, "a description of a guest image");
  try {
    return parseGuestImage(text);
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`, "`npm run trustfoundry -- guest describe` writes one.");
  }
}

/** What every verdict is judged under, out of the reader's own files. */
export function judgingOf(options: JudgingOptions): Pick<Reader, "roots" | "collateral" | "acceptance"> {
  const { simulated, roots, collateral } = options;
  if (simulated && roots === undefined)
    throw new UserError("--simulated needs --roots <file>: the roots that the SIMULATED guest wrote.");
  if (!simulated && roots !== undefined)
    throw new UserError("--roots is for --simulated alone; genuine hardware is judged under the pinned roots.");
  return {
    roots: roots === undefined ? pinnedRoots : readSimulatedRoots(roots),
    collateral: collateral === undefined ? [] : readCollateral(collateral),
    acceptance: acceptanceOf(options.accept),
  };
}

export function acceptanceOf(accept: readonly string[]): Acceptance {
  const after = (prefix: string) =>
    accept.flatMap((text) => (text.startsWith(prefix) ? [text.slice(prefix.length)] : []));
  return { assertedBy: after("asserted:"), unchecked: after("unchecked:") };
}

function tokensOf(path: string, { tokenSigner, tokenAge, release, owner }: ReaderOptions): EarTrust {
  const keys = keysOf(path, readNamed(path, "the public key of an attestation service"));
  const read = readPinnedKeys(keys, new Date());
  if ("problem" in read) throw new UserError(`${path}: ${read.problem}.`);
  const signer = tokenSigner ?? `the attestation service of ${owner ?? openRelease(release).release.owner}`;
  return { keys, signer, maximumAgeSeconds: tokenAge };
}

function keysOf(path: string, text: string): (JWK | string)[] {
  if (text.trimStart().startsWith("-----BEGIN")) return [text];
  try {
    const content = JSON.parse(text) as JWK | { keys: JWK[] };
    return "keys" in content && Array.isArray(content.keys) ? content.keys : [content as JWK];
  } catch {
    throw new UserError(
      `${path} is neither PEM nor JSON; name the certificate, JWK or JWK set of an attestation service.`,
    );
  }
}
