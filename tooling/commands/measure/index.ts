import { Option } from "commander";
import { kataVersions } from "../../../components/guest/measurement/kataVersions";
import type { AddCommands } from "../cli";
import type { MeasureOptions } from "./measure";
import { measure } from "./measure";

/** `measure` */
export const addMeasureCommand: AddCommands = (root) => {
  root
    .command("measure")
    .description("compute what the hardware will report about a guest, and compare it with a QEMU process")
    .option("--guest <file>", "guest image, as `guest describe` wrote it")
    .option("--simulated", "SIMULATED: take a made-up guest image", false)
    .addOption(new Option("--tee <tee>", "the host's CPU").choices(["snp", "tdx"]).makeOptionMandatory())
    .option("--cpu <quantity>", "sum of the pod's CPU limits, e.g. 16 or 500m; without it: no limit")
    .option("--memory <quantity>", "sum of the pod's memory limits, e.g. 48Gi; without it: not compared")
    .addOption(new Option("--shim <shim>", "Kata's shim").choices(["go", "runtime-rs"]).default("go"))
    .addOption(new Option("--kata <version>", "Kata release; default: the guest image's").choices(kataVersions))
    .option("--init-data <file>", "init-data (TOML), whose digest QEMU is given")
    .option("--https-proxy <url>", "kata-deploy's agent.httpsProxy")
    .option("--proxy-exceptions <list>", "kata-deploy's agent.noProxy")
    .option("--fips", "the host runs in FIPS mode", false)
    .option("--debug", "kata-deploy's debug: opens the guest, never for production", false)
    .option("--against <file>", "compare with a real QEMU process: /proc/<pid>/cmdline, a file, or - for the input")
    .option("--json", "as JSON", false)
    .action(async (options: MeasureOptions) => {
      console.log(await measure(options));
    });
};
