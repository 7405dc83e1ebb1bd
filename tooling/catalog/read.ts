import type { LockedPin } from "../../components/catalogLock";
import { ociAddress } from "./address";
import { archiveInIndex, archiveInManifest } from "./helm";
import { Registries } from "./registry";
import { Unreadable } from "./unreadable";
import type { Wanted } from "./wanted";

/** What became of one digest. */
export interface Finding {
  readonly wanted: Wanted;
  readonly outcome: LockedPin | Unreadable;
}

const atOnce = 4;

/** Reads digests, a few at a time. A host that cannot be reached is not tried again and again. */
export async function readPins(
  wanted: readonly Wanted[],
  { signal, onFinding }: { signal?: AbortSignal; onFinding?: (finding: Finding) => void } = {},
): Promise<Finding[]> {
  const registries = new Registries(signal);
  const unreachable = new Map<string, Unreadable>();
  const findings = new Map<Wanted, Finding>();
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const outcome = unreachable.get(hostOf(next)) ?? (await readPin(next, registries, signal).catch(unreadable));
      if (outcome instanceof Unreadable && outcome.obstacle === "unreachable") unreachable.set(hostOf(next), outcome);
      const finding = { wanted: next, outcome };
      findings.set(next, finding);
      onFinding?.(finding);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return wanted.flatMap((each) => findings.get(each) ?? []);
}

function unreadable(error: unknown): Unreadable {
  if (error instanceof Unreadable) return error;
  throw error;
}

const isUrl = (from: string): boolean => /^https?:\/\//.test(from);
const hostOf = ({ from }: Wanted): string => (isUrl(from) ? new URL(from).host : ociAddress(from).host);

async function readPin(
  { from, version, chart }: Wanted,
  registries: Registries,
  signal?: AbortSignal,
): Promise<LockedPin> {
  if (chart && isUrl(from)) return { archive: await archiveInIndex(from, chart, version, signal), from };
  const address = ociAddress(from);
  const { digest, text } = await registries.manifest(address, version);
  if (!chart) return { manifest: digest, from };
  const archive = archiveInManifest(text);
  if (!archive)
    throw new Unreadable("unbelievable", address.host, `${address.host} has something else than a chart at ${from}`);
  return { manifest: digest, archive, from };
}
