import { parse } from "smol-toml";
import type { RootFsType } from "../../../components/guest/measurement/verity";
import { configuredKernelParameters } from "../../../components/guest/measurement/profiles/goKernelParameters";
import { UserError } from "../../ui";

export interface KataConfiguration {
  readonly verity: string;
  /** Kata's own default where absent. */
  readonly type?: RootFsType;
  /** Kernel parameters that the installation adds to Kata's own: `measure` has to be told of them. */
  readonly added?: string;
}

/** What the launch profiles take for given, and Kata's configuration can set otherwise: [key, value, what depends on it]. */
const assumed = [
  ["default_vcpus", 1, "the number of vCPUs"],
  ["snp_guest_policy", 196608, "the guest's policy"],
  ["static_sandbox_resource_mgmt", true, "the number of vCPUs"],
  ["disable_guest_selinux", true, "the kernel's command line"],
] as const;

/** Reads what is measured out of Kata's configuration-qemu-nvidia-gpu-….toml, and refuses what no launch profile is for. */
export function readKataConfiguration(text: string, path: string): KataConfiguration {
  const refuse = (what: string) =>
    new UserError(`${path}: ${what}; name configuration-qemu-nvidia-gpu-snp.toml or -tdx.toml of the Kata release.`);
  let toml: Record<string, unknown>;
  try {
    toml = parse(text) as Record<string, unknown>;
  } catch {
    throw refuse("not TOML");
  }
  const qemu = table(table(toml.hypervisor)?.qemu);
  if (!qemu) throw refuse("has no section [hypervisor.qemu]");
  const runtime = table(toml.runtime) ?? {};
  for (const [key, value, what] of assumed) {
    const given = qemu[key] ?? runtime[key];
    if (given !== undefined && given !== value)
      throw new UserError(
        `${path}: ${key} is ${JSON.stringify(given)}, the launch profiles have ${value}; ` +
          `${what} would be another one than measured, so measure against a real QEMU command line.`,
      );
  }
  const { kernel_verity_params: verity, rootfs_type: type, kernel_params: parameters = "" } = qemu;
  if (typeof verity !== "string" || verity === "") throw refuse("hypervisor.qemu.kernel_verity_params is empty");
  if (type !== undefined && type !== "erofs" && type !== "ext4")
    throw refuse(`hypervisor.qemu.rootfs_type is ${JSON.stringify(type)}, which no launch profile has`);
  return { verity, type, added: addedParameters(parameters, path) };
}

function addedParameters(parameters: unknown, path: string): string | undefined {
  const given = typeof parameters === "string" ? parameters.trim().split(/\s+/).join(" ") : "";
  if (given !== configuredKernelParameters && !given.startsWith(`${configuredKernelParameters} `))
    throw new UserError(
      `${path}: kernel_params is "${given}", the launch profiles have "${configuredKernelParameters}"; ` +
        "the kernel's command line would be another one than measured.",
    );
  return given.slice(configuredKernelParameters.length).trim() || undefined;
}

function table(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
