import { createReadStream, existsSync } from "node:fs";
import type { GuestImage } from "../../../components/guest/measurement/guestImage";
import { guestImageDigest, guestImageText, parseGuestImage } from "../../../components/guest/measurement/guestImage";
import type { KataVersion } from "../../../components/guest/measurement/kataVersions";
import { snpFirmwareFrom } from "../../../components/guest/measurement/snp/snpFirmware";
import { authenticodeSha384 } from "../../../components/guest/measurement/tdx/authenticode";
import { tdxFirmware } from "../../../components/guest/measurement/tdx/mrTd";
import type { RootFsType } from "../../../components/guest/measurement/verity";
import type { Step } from "../../progress";
import { runSteps } from "../../progress";
import { UserError } from "../../ui";
import { mib, readNamed, sizeOf, writeWhole } from "../../files";
import { fileDigests, wholeFile } from "./fileDigests";
import type { KataConfiguration } from "./kataConfiguration";
import { readKataConfiguration } from "./kataConfiguration";

export interface DescribeOptions {
  readonly name: string;
  readonly kata: KataVersion;
  readonly firmwareSnp?: string;
  readonly firmwareTdx?: string;
  readonly kernel: string;
  readonly initrd?: string;
  readonly verity?: string;
  readonly kataConfig?: string;
  readonly rootFsType?: RootFsType;
  readonly extensionGpu?: string;
  readonly extensionCoco?: string;
  readonly out: string;
  readonly force: boolean;
}

/** QEMU maps no larger one. */
const firmwareLimitBytes = 16 * 1024 ** 2;
const kernelLimitBytes = 256 * 1024 ** 2;

type Parts = { -readonly [K in keyof GuestImage]?: GuestImage[K] };

/** Reads the large files once and writes what of them is measured; says what was written. */
export async function describe(options: DescribeOptions, signal: AbortSignal): Promise<string> {
  const configuration = checked(options);
  const parts: Parts = {};
  await runSteps(steps(options, parts, signal));
  const rootfs = options.initrd ? undefined : rootFs(options, configuration);
  const extensions =
    options.extensionGpu && options.extensionCoco
      ? { gpu: options.extensionGpu, coco: options.extensionCoco }
      : undefined;
  const text = guestImageText({
    specVersion: "trustfoundry.dev/guest-image/v1",
    name: options.name,
    simulated: false,
    kata: options.kata,
    ...parts,
    rootfs,
    extensions,
  } as GuestImage);
  const image = validated(text);
  write(options, text);
  return [
    `${options.out}: SHA-256 ${guestImageDigest(image)}`,
    ...(configuration?.added
      ? [`⚠ ${options.kataConfig} adds "${configuration.added}" to the kernel's command line: tell measure of it.`]
      : []),
  ].join("\n");
}

function checked(options: DescribeOptions): KataConfiguration | undefined {
  const { firmwareSnp, firmwareTdx, initrd, verity, kataConfig, extensionGpu, extensionCoco } = options;
  if (!firmwareSnp && !firmwareTdx)
    throw new UserError("No firmware is given; add --firmware-snp <file>, --firmware-tdx <file>, or both.");
  if ([initrd, verity, kataConfig].filter(Boolean).length !== 1)
    throw new UserError("Give one of --verity <parameters>, --kata-config <file>, and --initrd <file>.");
  if (Boolean(extensionGpu) !== Boolean(extensionCoco))
    throw new UserError("runtime-rs has two extensions; give --extension-gpu and --extension-coco, or neither.");
  if (!kataConfig) return undefined;
  return readKataConfiguration(readNamed(kataConfig, "Kata's configuration (TOML)"), kataConfig);
}

function rootFs(options: DescribeOptions, configuration: KataConfiguration | undefined): GuestImage["rootfs"] {
  // Kata's own: ext4 up to 3.29.0, erofs since.
  const usual = options.kata === "3.29.0" ? "ext4" : "erofs";
  return {
    verity: options.verity ?? configuration?.verity ?? "",
    type: options.rootFsType ?? configuration?.type ?? usual,
  };
}

/** One step for each large file; what each finds goes into the parts. */
function steps(options: DescribeOptions, parts: Parts, signal: AbortSignal): Step[] {
  const { firmwareSnp, firmwareTdx, kernel, initrd } = options;
  const firmware: { -readonly [K in keyof GuestImage["firmware"]]: GuestImage["firmware"][K] } = {};
  parts.firmware = firmware;
  const step = (title: string, path: string | undefined, run: Step["run"]): Step[] =>
    path === undefined ? [] : [{ title: `${title} ${path}`, run: (show) => naming(path, () => run(show)) }];
  return [
    ...step("SNP firmware", firmwareSnp, async () => {
      const size = sizeOf(firmwareSnp ?? "", "an OVMF built for SEV-SNP, e.g. AMDSEV.fd", firmwareLimitBytes);
      firmware.snp = await snpFirmwareFrom(createReadStream(firmwareSnp ?? "", { signal }), size);
      return `${mib(size)}, SHA-256 ${firmware.snp.sha256}`;
    }),
    ...step("TDX firmware", firmwareTdx, async () => {
      const what = "an OVMF built for TDX, e.g. OVMF.inteltdx.fd";
      firmware.tdx = tdxFirmware(await wholeFile(firmwareTdx ?? "", what, firmwareLimitBytes));
      return `${mib(firmware.tdx.sizeBytes)}, SHA-256 ${firmware.tdx.sha256}`;
    }),
    ...step("kernel", kernel, async (show) => {
      sizeOf(kernel, "the guest's kernel, e.g. vmlinuz-nvidia-gpu.container", kernelLimitBytes);
      const { sha256 } = await fileDigests(kernel, ["sha256"], show, signal);
      parts.kernel = { sha256, ...(firmwareTdx && { authenticodeSha384: await authenticode(kernel) }) };
      return `SHA-256 ${sha256}`;
    }),
    ...step("initrd", initrd, async (show) => {
      parts.initrd = await fileDigests(initrd ?? "", ["sha256", "sha384"], show, signal);
      return `SHA-256 ${parts.initrd.sha256}`;
    }),
  ];
}

/** The digest leaves gaps whose places the file's own header says, so that it is needed as a whole. */
async function authenticode(kernel: string): Promise<string> {
  return authenticodeSha384(await wholeFile(kernel, "the guest's kernel", kernelLimitBytes));
}

/** The file's path in front of what is wrong with its content. */
async function naming<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError || (error as Error).name === "AbortError") throw error;
    throw new UserError(`${path}: ${(error as Error).message}.`);
  }
}

function validated(text: string): GuestImage {
  try {
    return parseGuestImage(text);
  } catch (error) {
    throw new UserError(`${(error as Error).message}.`);
  }
}

/** A release pins the file by digest, so that another content under the same name is most likely a mistake. */
function write({ out, force }: DescribeOptions, text: string): void {
  if (!force && existsSync(out) && readNamed(out, "a file") !== text)
    throw new UserError(`${out} exists with other content; name another file, or add --force to replace it.`);
  writeWhole(out, text);
}
