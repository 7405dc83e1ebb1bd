import { isAbsolute, join } from "node:path";
import { parseGuestImage } from "../../components/guest/measurement/guestImage";
import { readNamed } from "../files";
import { UserError } from "../ui";
import type { LockedFile, LockParty } from "./schema";

/**
 * Files that a guest starts from, by the digests that its description gives. They come inside kata-deploy's image, which
 * the provider pulls by digest; whoever measures a guest anew needs them as files, and can hold them to these. Root file
 * systems are bound by verity's root hash, which the guest's kernel compares at each read.
 */
export function guestFilesOf(path: string, project: string, party: LockParty): LockedFile[] {
  const text = readNamed(isAbsolute(path) ? path : join(project, path), "a description of a guest image");
  let image;
  try {
    image = parseGuestImage(text);
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`, "`npm run trustfoundry -- guest describe` writes one.");
  }
  const { name, kernel, initrd, firmware } = image;
  if (image.simulated) return [];
  const sized = (what: string, file: { sha256: string; sizeBytes?: number } | undefined): LockedFile[] =>
    file
      ? [
          {
            ...{ title: `${name} ${what}`, sha256: file.sha256 },
            ...(file.sizeBytes !== undefined && { sizeBytes: file.sizeBytes }),
            party,
          },
        ]
      : [];
  return [
    ...sized("kernel", kernel),
    ...sized("initrd", initrd),
    ...sized("firmware-snp", firmware.snp),
    ...sized("firmware-tdx", firmware.tdx),
  ];
}
