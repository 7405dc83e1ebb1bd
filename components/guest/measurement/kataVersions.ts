/** Kata releases whose launch of a confidential NVIDIA guest was read from source. */
export const kataVersions = ["3.29.0", "4.0.0", "4.1.0"] as const;
export type KataVersion = (typeof kataVersions)[number];

export function isKataVersion(version: string): version is KataVersion {
  return (kataVersions as readonly string[]).includes(version);
}
