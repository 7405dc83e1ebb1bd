import { z } from "zod";
import { gpuModelNames, cpuTees } from "../host/hardware";

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `${bytes} bytes as lower-case hex`);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest, sha256:<64 hex digits>");
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/, "a DNS-1123 label of at most 53 characters");

/**
 * The contract between the parties, format v0: everything a provider needs to place one model version, and everything
 * the model owner's key broker needs to recognise it. Not yet signed (format v1 is); until then a provider pins the
 * release's digest (`trustfoundry:releaseDigests`), so that a changed file is refused.
 */
export const releaseSchema = z.strictObject({
  specVersion: z.literal("trustfoundry.dev/release/v0"),
  name,
  modelVersion: z.string().min(1),
  owner: name,
  /** Where evidence and digests were made up for a rehearsal rather than computed from real artefacts. */
  simulated: z.boolean(),
  image: z.strictObject({ repository: z.string().min(1), digest }),
  isolationUnit: z.literal("pod"),
  tee: z.enum(cpuTees),
  runtimeClassName: z.string().min(1),
  gpu: z.strictObject({
    model: z.enum(gpuModelNames as [string, ...string[]]),
    count: z.int().min(1),
    nvSwitches: z.int().min(0),
  }),
  shape: z.strictObject({ cpus: z.int().min(1), memoryGib: z.int().min(1), vcpus: z.int().min(1) }),
  replicas: z.int().min(1),
  port: z.int().min(1).max(65535),
  command: z.array(z.string()),
  user: z.strictObject({ uid: z.int().min(1), gid: z.int().min(1) }),
  trustedStorageGib: z.int().min(1),
  startupSeconds: z.int().min(10),
  /** Whether a provider's update waits until the replicas are ready. */
  awaitReadiness: z.boolean(),
  /** The exact annotation value (base64 of gzip of the TOML) and the SHA-256 of the TOML: HOST_DATA of the guest. */
  initData: z.strictObject({ annotation: z.string().min(1), digest: hex(32) }),
  /** SNP launch digest or TDX MRTD of the guest, 48 bytes. */
  launchMeasurement: hex(48),
  /** TDX only: RTMR1 (kernel) and RTMR2 (command line), since MRTD alone binds neither. */
  rtmrs: z.strictObject({ rtmr1: hex(48), rtmr2: hex(48) }).optional(),
  /** KBS resources the guest may be given, as paths repo/type/tag. */
  resources: z.array(z.string().regex(/^[\w-]+\/[\w-]+\/[\w.-]+$/)).min(1),
  /** What the hardware does not bind, so that nobody reads more into attestation than it says. */
  notMeasured: z.array(z.string()).min(1),
});

export type Release = z.infer<typeof releaseSchema>;
