import type { GuestImage } from "./guestImage";
import type { Condition, LaunchProfile } from "./launchProfile";
import { mostVcpus } from "./snp/launchDigest";
import { rootFsFields } from "./verity";

/** Named deviations from the profile: what changes the command line beside the guest image. */
export interface LaunchOptions {
  /** kata-deploy's `debug`: consoles and logs of the guest open to the host. Never for production. */
  readonly debug?: boolean;
  /** kata-deploy's `shims.<name>.agent.httpsProxy`. */
  readonly httpsProxy?: string;
  /** kata-deploy's `shims.<name>.agent.noProxy`. */
  readonly noProxy?: string;
  /** The host runs in FIPS mode (`/proc/sys/crypto/fips_enabled` is 1): the shim then asks the guest for it, too. */
  readonly fips?: boolean;
}

/** The guest's kernel command line, byte for byte as given to QEMU's -append. */
export function commandLine(
  profile: LaunchProfile,
  image: GuestImage,
  vcpus: number,
  options: LaunchOptions = {},
): string {
  check(profile, image, vcpus, options);
  const conditions = conditionsOf(image, options);
  const fields = {
    VCPUS: String(vcpus),
    ...(image.rootfs && rootFsFields(image.rootfs.verity, image.rootfs.type)),
    EXTENSION_GPU: image.extensions?.gpu,
    EXTENSION_COCO: image.extensions?.coco,
    HTTPS_PROXY: options.httpsProxy,
    NO_PROXY: options.noProxy,
  };
  return profile.kernelParameters
    .filter(({ when = [] }) => when.every((condition) => conditions.has(condition)))
    .map(({ value }) => fill(value, fields))
    .join(" ");
}

export function conditionsOf(image: GuestImage, options: LaunchOptions): ReadonlySet<Condition> {
  return new Set<Condition>([
    image.rootfs ? "rootfs" : "initrd",
    options.debug ? "debug" : "normal",
    ...(options.httpsProxy ? (["httpsProxy"] as const) : []),
    ...(options.noProxy ? (["noProxy"] as const) : []),
    ...(options.fips ? (["fips"] as const) : []),
  ]);
}

/** Puts values in the place of {NAME}. */
export function fill(template: string, fields: Readonly<Record<string, string | undefined>>): string {
  return template.replace(/\{([A-Z_]+)\}/g, (_, name: string) => {
    const value = fields[name];
    if (value === undefined) throw new Error(`launch profile: nothing is known to put in the place of {${name}}`);
    return value;
  });
}

function check(profile: LaunchProfile, image: GuestImage, vcpus: number, options: LaunchOptions): void {
  if (image.kata !== profile.kata)
    throw new Error(
      `guest image "${image.name}" is of Kata ${image.kata} and the launch profile of ${profile.kata}; use one release`,
    );
  if (!Number.isInteger(vcpus) || vcpus < 1 || vcpus > mostVcpus)
    throw new Error(`vCPUs: ${vcpus} is no count; write a whole number from 1 to ${mostVcpus}`);
  if (profile.shim === "runtime-rs") {
    if (!image.extensions || !image.rootfs)
      throw new Error(
        `guest image "${image.name}" has no extensions, without which runtime-rs starts no such guest; ` +
          "give the verity parameters of the gpu and the coco extension, or write shim go",
      );
    if (options.debug || options.fips)
      throw new Error("debug and fips were read of the Go shim alone; leave them out, or write shim go");
  } else if (image.extensions)
    throw new Error(
      `guest image "${image.name}" has extensions, which the Go shim does not add; write shim runtime-rs`,
    );
  for (const [what, value] of [
    ["httpsProxy", options.httpsProxy],
    ["noProxy", options.noProxy],
  ] as const)
    if (value !== undefined && !/^[\w.:/,*@%[\]-]+$/.test(value))
      throw new Error(
        `${what} "${value}" would not stay one kernel parameter; write it without white space and quotes`,
      );
}
