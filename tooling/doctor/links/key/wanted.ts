import { releaseBlock } from "../../../../components/attestation/releaseBlock";
import { see } from "../../seen";
import type { PolicyBlock, Snapshot } from "../../snapshot";
import type { KeySubject } from "../../outcome";
import { releaseFile } from "./trust";

/**
 * What a guest of the release has to show: by the release's own file, or, where that was not given, by the live policy's
 * block. Undefined where there is neither.
 */
export function wantedOf(snapshot: Snapshot, subject: KeySubject): PolicyBlock | undefined {
  const release = releaseFile(snapshot, subject);
  if (release) return releaseBlock({ release }, "resource") as unknown as PolicyBlock;
  return snapshot.trust && see(snapshot.trust.blocks)[subject.release];
}
