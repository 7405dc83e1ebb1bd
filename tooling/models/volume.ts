import { existsSync } from "node:fs";
import { copyFile, rm, stat, truncate } from "node:fs/promises";
import { execa } from "execa";
import { SealingError } from "../../components/images/sealingError";
import { findOnPath } from "../toolchain/onPath";
import { UserError } from "../ui";

/** Room that cryptsetup moves the content by while it encrypts; half of it, the header, stays. */
const headroomBytes = 32 * 1024 * 1024;
/** What `model keygen` makes; anything shorter would be a passphrase, which this key is not stretched for. */
const keyBytes = 32;
/** LUKS2 sectors. */
const sectorBytes = 512;

/** cryptsetup, which administrators' folders have that are not on everybody's PATH. */
export function findCryptsetup(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return findOnPath("cryptsetup", env) ?? ["/usr/sbin/cryptsetup", "/sbin/cryptsetup"].find((path) => existsSync(path));
}

/**
 * Encrypts a copy of a filesystem image in place, as a regular file: this needs neither root nor the device mapper. The
 * volume is as long as header and content, so that the opened device is the content and nothing else.
 */
export async function sealVolume(image: string, target: string, key: Buffer, signal?: AbortSignal): Promise<void> {
  if (key.length !== keyBytes)
    throw new SealingError(
      `the key of a LUKS2 volume has ${key.length} bytes, not ${keyBytes}; make one with \`trustfoundry model keygen\``,
    );
  const { size } = await stat(image);
  if (size % sectorBytes !== 0)
    throw new UserError(`${image} has ${size} bytes, not a multiple of ${sectorBytes}; name a filesystem image.`);
  await copyFile(image, target);
  await truncate(target, size + headroomBytes);
  await cryptsetup(
    [
      ...["reencrypt", "--encrypt", "--type", "luks2", "--reduce-device-size", `${headroomBytes / sectorBytes}s`],
      ...["--cipher", "aes-xts-plain64", "--key-size", "512", "--hash", "sha256"],
      // The key is 32 random bytes, which stretching makes no better.
      ...["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"],
      ...["--batch-mode", "--key-file", "-", target],
    ],
    { key, signal },
  );
  await truncate(target, (await headerBytes(target, signal)) + size);
}

/** Decrypts a copy of a volume, for its content to be compared; the guest opens volumes by the device mapper instead. */
export async function openVolume(
  volume: string,
  { target, scratch }: { readonly target: string; readonly scratch: string },
  { key, sizeBytes, signal }: { readonly key: Buffer; readonly sizeBytes: number; readonly signal?: AbortSignal },
): Promise<void> {
  await copyFile(volume, target);
  const header = `${scratch}/header`;
  await cryptsetup(
    // No device can be active on a copy made here.
    [
      "reencrypt",
      "--decrypt",
      "--force-offline-reencrypt",
      "--batch-mode",
      "--header",
      header,
      "--key-file",
      "-",
      target,
    ],
    { key, signal },
  );
  await rm(header);
  // The content moved to the front; what is behind it is where it was before.
  await truncate(target, sizeBytes);
}

async function headerBytes(volume: string, signal?: AbortSignal): Promise<number> {
  const text = await cryptsetup(["luksDump", "--dump-json-metadata", volume], { signal });
  const { segments } = JSON.parse(text) as { readonly segments: Readonly<Record<string, { readonly offset: string }>> };
  return Number(segments["0"]?.offset);
}

async function cryptsetup(
  args: readonly string[],
  { key, signal }: { readonly key?: Buffer; readonly signal?: AbortSignal },
): Promise<string> {
  const program = findCryptsetup();
  if (!program)
    throw new UserError("cryptsetup is missing, which makes LUKS2 volumes; install it (Debian: cryptsetup-bin).");
  const result = await execa(program, args, {
    input: key ?? "",
    reject: false,
    cancelSignal: signal,
    signal,
  } as object);
  if (result.exitCode === 0) return String(result.stdout);
  // The key goes by standard input and is in no message.
  const said = (String(result.stderr).trim().split("\n").at(-1) ?? "").replace(/\.$/, "");
  throw new SealingError(
    args[1] === "--decrypt"
      ? `LUKS2 volume: it does not open; the key is another, or the header was changed (cryptsetup: ${said})`
      : `LUKS2 volume: cryptsetup failed: ${said}`,
  );
}
