import { Option } from "commander";
import { kataVersions } from "../../../components/guest/measurement/kataVersions";
import type { AddCommands } from "../cli";
import type { DescribeOptions } from "./describe";
import { describe } from "./describe";

/** `guest describe` */
export const addGuestCommands: AddCommands = (root, signal) => {
  const guest = root.command("guest").description("describe guest images").showSuggestionAfterError();

  guest
    .command("describe")
    .description("read firmware, kernel and root file system once, and write what of them is measured")
    .requiredOption("--name <name>", "name of the guest image, e.g. kata-4-1-0-nvidia")
    .addOption(
      new Option("--kata <version>", "Kata release that the files come from")
        .choices(kataVersions)
        .makeOptionMandatory(),
    )
    .option("--firmware-snp <file>", "firmware of SNP guests, AMDSEV.fd")
    .option("--firmware-tdx <file>", "firmware of TDX guests, OVMF.inteltdx.fd")
    .requiredOption("--kernel <file>", "kernel, vmlinuz-nvidia-gpu.container")
    .option("--verity <parameters>", "root file system: Kata's kernel_verity_params, root_hash=…,salt=…,…")
    .option("--kata-config <file>", "take them from configuration-qemu-nvidia-gpu-….toml, and check the rest of it")
    .option("--initrd <file>", "initrd in the place of a root file system")
    .addOption(new Option("--root-fs-type <type>", "default: as Kata has it").choices(["erofs", "ext4"]))
    .option("--extension-gpu <parameters>", "verity parameters of the gpu extension (runtime-rs)")
    .option("--extension-coco <parameters>", "verity parameters of the coco extension (runtime-rs)")
    .requiredOption("--out <file>", "where to write it, e.g. guest.json")
    .option("--force", "replace a file with other content", false)
    .action(async (options: DescribeOptions) => {
      console.log(await describe(options, signal));
    });
};
