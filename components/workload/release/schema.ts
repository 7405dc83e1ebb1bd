import { z } from "zod";
import { agentOpenings } from "../../guest/genpolicy";
import { cpuTees, gpuModelNames } from "../../host/hardware";
import { kbsResourcePath, resourcePathOf } from "../../images/kbsResource";
import { modelArtifactSchema } from "../../images/modelArtifact";
import { openshiftRuntimeClassName } from "../../runtime/runtimeClasses";
import { servingKeySchema } from "../../images/servingKey";
import { timeSchema } from "./time";
import { hiddenTexts } from "./visible";

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `${bytes} bytes as lower-case hex`);
const imageDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest, sha256:<64 hex digits>");
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/, "a DNS-1123 label of at most 53 characters");
/** One content, one text, one digest: lists that stand for sets are sorted and hold nothing twice. */
const setOf = <T extends z.ZodType<string>>(item: T) =>
  z
    .array(item)
    .min(1)
    .refine((list) => list.every((value, index) => index === 0 || (list[index - 1] ?? "") < value), {
      message: "must be sorted, without duplicates",
    });
/** One version of OpenShift sandboxed containers, as its ClusterServiceVersion is called. */
export const sandboxedContainersSchema = z
  .string()
  .regex(/^sandboxed-containers-operator\.v\d+\.\d+\.\d+$/, "a version such as sandboxed-containers-operator.v1.13.0");
const svn = z.int().min(0).max(255);

/** SNP launch digest; or TDX's MRTD with RTMR1 (kernel) and RTMR2 (command line), which MRTD does not bind. 48 bytes each. */
export const launchSchema = z.strictObject({
  snp: z.strictObject({ measurement: hex(48) }).optional(),
  tdx: z.strictObject({ mrTd: hex(48), rtmr1: hex(48), rtmr2: hex(48) }).optional(),
});

/** Oldest firmware that a guest's host may run, for the release's TEE. */
export const tcbSchema = z.strictObject({
  /** Lowest accepted security version numbers, as `snphost show tcb` lists them under "Reported TCB". */
  snp: z.strictObject({ bootloader: svn, tee: svn, snp: svn, microcode: svn }).optional(),
  /** Exact values that are accepted: XFAM and TD attributes (8 bytes), TDX modules (MRSEAM, 48 bytes). */
  tdx: z
    .strictObject({
      xfam: setOf(hex(8)),
      attributes: setOf(hex(8)),
      /** Default: any module that Intel's collateral calls UpToDate. */
      mrSeam: setOf(hex(48)).optional(),
    })
    .optional(),
});

/** What the GPUs' own evidence has to show. */
export const gpuClaimsSchema = z.strictObject({
  drivers: setOf(z.string().min(1)),
  vbios: setOf(z.string().min(1)),
  /** Needed where NVSwitches come along. */
  switchBios: setOf(z.string().min(1)).optional(),
});

export const releaseSpecVersion = "trustfoundry.dev/release/v1";

/**
 * The contract between the three parties about one version of one model, format v1: everything that a provider needs to
 * place it, that the owner's key broker needs to recognise its guests, and that a data owner needs to know who could
 * read a prompt. Signed as a whole (`document.ts`); its digest is that of its canonical JSON.
 */
export const releaseSchema = z
  .strictObject({
    specVersion: z.literal(releaseSpecVersion),
    /** The factory it was made for: the same release means nothing in another one. */
    factory: name,
    name,
    modelVersion: z.string().min(1),
    owner: name,
    /** Where evidence and digests were made up for a rehearsal rather than computed from real artefacts. */
    simulated: z.boolean(),
    /** Place in the chain of all releases of this name: its number, and the digest of the one before. */
    history: z.strictObject({ sequence: z.int().min(1), previous: hex(32).nullable() }),
    /** When guests may be given keys. The key broker enforces it, by the time in the attestation token. */
    validity: z.strictObject({ notBefore: timeSchema, notAfter: timeSchema }),
    image: z.strictObject({
      repository: z.string().min(1),
      digest: imageDigest,
      /** SHA-256 of the public key (SPKI, DER) that the guest demands the image's signature of. */
      signer: hex(32).optional(),
      /** KBS resource that opens the image's encrypted layers. */
      encryptionKey: kbsResourcePath.optional(),
    }),
    /** The sealed weights, where they are not part of a plain image. */
    artifact: modelArtifactSchema.optional(),
    /** What boots: the guest image's description by digest, and the profile by which Kata starts it. */
    guestImage: z.strictObject({ name: z.string().min(1), digest: hex(32), profile: z.string().min(1) }).optional(),
    isolationUnit: z.literal("pod"),
    tee: z.enum(cpuTees),
    runtimeClassName: z.string().min(1),
    /** Red Hat's sandboxed containers whose guest was measured; without it the guest is upstream Kata's. */
    sandboxedContainers: sandboxedContainersSchema.optional(),
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
    /** Who made the agent policy: Kata's genpolicy, or Trustfoundry's own generator, which is experimental. */
    agentPolicy: z.strictObject({
      origin: z.enum(["genpolicy", "trustfoundry"]),
      digest: hex(32),
      /** What it opens to the host, each named by the owner: commands, the container's output, its input. */
      openings: z.array(z.enum(agentOpenings)),
    }),
    /** The exact annotation value (base64 of gzip of the TOML) and the SHA-256 of the TOML: HOST_DATA of the guest. */
    initData: z.strictObject({ annotation: z.string().min(1), digest: hex(32) }),
    /** Where the measurements come from: computed from the guest image, declared by the owner, or made up. */
    measuredBy: z.enum(["computed", "declared", "simulated"]),
    launch: launchSchema,
    tcb: tcbSchema,
    gpuClaims: gpuClaimsSchema,
    /** KBS resources the guest may be given, as paths repo/type/tag. */
    resources: setOf(kbsResourcePath),
    /** Key that only a guest of this release can use, for clients to bind their TLS connection to. */
    servingKey: servingKeySchema.optional(),
    /** What the hardware does not bind, so that nobody reads more into attestation than it says. */
    notMeasured: z.array(z.string()).min(1),
  })
  .superRefine((release, ctx) => {
    const wrong = (path: (string | number)[], message: string) => ctx.addIssue({ code: "custom", path, message });
    for (const path of hiddenTexts(release))
      wrong([...path], "holds a character that no screen shows (a control, a line's end, a mark of direction)");
    for (const field of ["launch", "tcb"] as const)
      if (Object.keys(release[field]).join() !== release.tee)
        wrong([field], `must be of ${release.tee} alone, the release's TEE`);
    if (release.gpu.nvSwitches > 0 && !release.gpuClaims.switchBios)
      wrong(["gpuClaims", "switchBios"], "is missing, and the release takes NVSwitches");
    if ((release.history.sequence === 1) !== (release.history.previous === null))
      wrong(["history", "previous"], "must be null for the first release of a name, and a digest for every later one");
    if (Date.parse(release.validity.notBefore) >= Date.parse(release.validity.notAfter))
      wrong(["validity", "notAfter"], "must come after notBefore");
    if ((release.sandboxedContainers !== undefined) !== (release.runtimeClassName === openshiftRuntimeClassName))
      wrong(
        ["runtimeClassName"],
        `must be ${openshiftRuntimeClassName} with sandboxedContainers, and another one without: guests of the two are different`,
      );
    if (release.sandboxedContainers !== undefined && release.measuredBy === "computed")
      wrong(
        ["measuredBy"],
        "must be declared: the guest of sandboxedContainers is Red Hat's, and is not computed here",
      );
    const { artifact, image } = release;
    // The guest pulls one image: a layer of another one would never be opened.
    if (artifact?.kind === "encryptedLayer") {
      if (artifact.image.repository !== image.repository || artifact.image.digest !== image.digest)
        wrong(["artifact", "image"], "must be the release's image, whose layer it is");
      if (image.encryptionKey !== resourcePathOf(artifact.key))
        wrong(["image", "encryptionKey"], "must be the resource that opens the artifact's layer");
    }
    const keys = [image.encryptionKey, release.servingKey?.resource, artifact && resourcePathOf(artifact.key)];
    for (const key of keys)
      if (key !== undefined && !release.resources.includes(key))
        wrong(["resources"], `leave out ${key}, which the release needs`);
  });

export type Release = z.infer<typeof releaseSchema>;
export type Launch = z.infer<typeof launchSchema>;
export type Tcb = z.infer<typeof tcbSchema>;
export type GpuClaims = z.infer<typeof gpuClaimsSchema>;
