import { z } from "zod";
import { canonicalJson, sha256 } from "../../names";
import { kataVersions } from "./kataVersions";
import { parseVerity } from "./verity";

const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `is not ${bytes} bytes of lower-case hex; describe the guest again`);

const uint32 = z.int().min(0).max(0xffff_ffff);

const verity = z.string().superRefine((text, context) => {
  try {
    parseVerity(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

/** Digests of one measured file. */
const snpFirmwareSchema = z.strictObject({
  sha256: hex(32),
  sizeBytes: z.int().positive(),
  seed: hex(48).describe("launch digest after the firmware's pages"),
  sections: z
    .array(z.strictObject({ gpa: uint32, size: uint32, type: uint32 }))
    .max(64)
    .readonly(),
  apResetEip: uint32,
  hashesTableGpa: uint32.optional(),
});

const tdxFirmwareSchema = z.strictObject({
  sha256: hex(32),
  sizeBytes: z.int().positive(),
  mrTd: z.strictObject({ interleaved: hex(48), twoPass: hex(48) }),
});

/**
 * What of a guest goes into its measurement: a small file that stands for firmware, kernel and root file system, so that
 * programs and previews need none of the large ones.
 */
export const guestImageSchema = z
  .strictObject({
    specVersion: z.literal("trustfoundry.dev/guest-image/v1"),
    name: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, "is no name; write e.g. kata-4-1-0-nvidia"),
    simulated: z.boolean().describe("digests are made up; true in a rehearsal alone"),
    kata: z.enum(kataVersions).describe("Kata release that the files come from"),
    kernel: z.strictObject({
      sha256: hex(32),
      authenticodeSha384: hex(48).optional().describe("digest as UEFI measures it; TDX alone needs it"),
    }),
    initrd: z.strictObject({ sha256: hex(32), sha384: hex(48) }).optional(),
    rootfs: z
      .strictObject({ verity: verity.describe("Kata's kernel_verity_params"), type: z.enum(["erofs", "ext4"]) })
      .optional(),
    extensions: z
      .strictObject({ gpu: verity, coco: verity })
      .optional()
      .describe("verity parameters of the images that runtime-rs adds to the root file system; the Go shim has none"),
    firmware: z.strictObject({ snp: snpFirmwareSchema.optional(), tdx: tdxFirmwareSchema.optional() }),
  })
  .superRefine((image, context) => {
    // Kata starts from one of the two, and a guest without either has nothing measured to run.
    if (Boolean(image.initrd) === Boolean(image.rootfs))
      context.addIssue({ code: "custom", path: ["rootfs"], message: "give either a rootfs or an initrd" });
    if (image.extensions && !image.rootfs)
      context.addIssue({ code: "custom", path: ["extensions"], message: "extensions need a rootfs" });
    if (!image.firmware.snp && !image.firmware.tdx)
      context.addIssue({ code: "custom", path: ["firmware"], message: "give the firmware of SNP, of TDX, or both" });
  });

export type GuestImage = z.infer<typeof guestImageSchema>;

/** Reads the file that `guest describe` wrote; an Error says where it is wrong. */
export function parseGuestImage(text: string): GuestImage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("guest image: not JSON; write it with `npm run trustfoundry -- guest describe`");
  }
  const result = guestImageSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`guest image: ${issue?.path.join(".") || "the file"}: ${issue?.message}`);
}

/** The file's bytes: canonical JSON and one line feed. */
export function guestImageText(image: GuestImage): string {
  return `${canonicalJson(image)}\n`;
}

/** SHA-256 of the file, hex: what a release pins. */
export function guestImageDigest(image: GuestImage): string {
  return sha256(guestImageText(image));
}
