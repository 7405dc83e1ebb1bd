import type { ModelArtifact } from "./modelArtifact";

type Luks2Artifact = Extract<ModelArtifact, { kind: "luks2" }>;

/** A `secure_mount` request of the Confidential Data Hub (guest-components hub/src/storage, v0.21.0); options are text. */
export interface SecureMount {
  readonly volume_type: "block-device";
  readonly options: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  readonly mount_point: string;
}

/**
 * Opens the volume as a device beside the container, not as a mounted filesystem: the hub mounts writable whatever the
 * flags say, which would change the very bytes that are to be compared with the release's digest.
 */
export function secureMount({ devicePath, key, guestPath }: Luks2Artifact): SecureMount {
  return {
    volume_type: "block-device",
    options: {
      devicePath,
      sourceType: "encrypted",
      encryptionType: "luks2",
      targetType: "device",
      key,
      // dm-integrity would have to be laid out when the volume is formatted; sealing offline cannot.
      dataIntegrity: "false",
    },
    flags: [],
    mount_point: guestPath,
  };
}

/** What a LUKS2 volume does not give, for whoever chooses it. */
export const luks2Warning =
  "LUKS2 has no rollback protection and, sealed offline, no integrity: whoever holds the volume may put an older one in " +
  "its place, or change sectors unnoticed, also after the digest was compared. Prefer an encrypted layer or object, whose " +
  "content is compared once it is in the guest's own memory or storage.";
