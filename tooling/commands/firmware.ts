import { Option } from "commander";
import type { Command } from "commander";
import { confirmed, requireIntent, requireMachine } from "../firmware/confirm";
import type { Intent } from "../firmware/confirm";
import { journalHome, readJournal, withJournal } from "../firmware/journal";
import { openTarget } from "../firmware/open";
import type { OpenOptions } from "../firmware/open";
import { wantedPlan, wantedPlans } from "../firmware/request";
import type { PlanOptions, Wanted } from "../firmware/request";
import { checkPlan, runPlan } from "../firmware/run";
import type { Checked, Ran } from "../firmware/run";
import { checkJson, checkScreen, planFormats, plansScreen } from "../firmware/screen";
import type { PlanFormat } from "../firmware/screen";
import { FirmwareError } from "../firmware/target";
import type { FirmwareTarget } from "../firmware/target";
import { runSteps } from "../progress";
import { isInteractive } from "../ui";
import type { AddCommands } from "./cli";

interface LookOptions extends PlanOptions, OpenOptions {
  readonly journal?: string;
  readonly json?: true;
  readonly happened?: readonly string[];
}

interface ApplyOptions extends LookOptions, Intent {
  readonly didNotHappen?: readonly string[];
  readonly withPending?: readonly string[];
}

/** `firmware plan | check | apply`: what a host's firmware has to be set to, how it is set, and setting it. */
export const addFirmwareCommands: AddCommands = (root, signal) => {
  const firmware = root
    .command("firmware")
    .description("what hosts' firmware has to be set to for SEV-SNP or TDX, by vendor")
    .showSuggestionAfterError();
  planOptions(firmware.command("plan"))
    .description("show what has to be set, in which order; no machine is asked")
    .addOption(new Option("--format <format>", "how").choices(planFormats).default("text"))
    .action((file: string | undefined, { format, ...options }: PlanOptions & { format: PlanFormat }) =>
      console.log(
        plansScreen(
          wantedPlans(file, options).map(({ plan }) => plan),
          format,
        ),
      ),
    );
  lookOptions(firmware.command("check"))
    .description("compare one machine with its plan; changes nothing")
    .addHelpText("after", "\nEnds with 0: all of the plan is in force; 1: not all of it, or bad input.")
    .action((file: string | undefined, options: LookOptions) => check(file, options, signal));
  lookOptions(firmware.command("apply"))
    .description("set one machine's firmware, after a question; RESTARTS THE HOST. Goes on where an earlier run ended")
    .option("--yes", "ask nobody; needs --machine")
    .option("--machine <serial number>", "the machine that is meant; any other is left alone")
    .option("--did-not-happen <id...>", "one-time actions of unknown fate of which you know that they did not happen")
    .option("--with-pending <attribute...>", "somebody else's pending changes that may be applied along")
    .addHelpText(
      "after",
      "\nDrain the host first. Ends with 0: all of the plan is in force; 1: it is not, or bad input.",
    )
    .action((file: string | undefined, options: ApplyOptions) => apply(file, options, signal));
};

function planOptions(command: Command): Command {
  return command
    .argument("[file]", "the stack's Pulumi.<stack>.yaml, whose hosts say firmware: { vendor: … }")
    .option("--host <name>", "one of its hosts")
    .option("--vendor <name>", "without a file: whose machine, e.g. dell")
    .option("--vendor-folder <folder>", "without a file: folder with data of further vendors")
    .option("--tee <tee>", "without a file: snp or tdx")
    .option("--cpu <model>", "without a file: CPU generation")
    .option("--registration <way>", "without a file, for TDX: in-band or direct");
}

function lookOptions(command: Command): Command {
  return planOptions(command)
    .option("--address <host>", "management controller, in place of firmware.managementAddress")
    .option("--ca <file>", "PEM of the authority that the controller's certificate is trusted by")
    .option("--fingerprint <sha256>", "SHA-256 of the controller's own certificate, in place of an authority")
    .option(
      "--credentials-command <command>",
      'prints {"user": …, "password": …}; default: TRUSTFOUNDRY_BMC_USER and _PASSWORD',
    )
    .option("--system <id>", "which of the controller's systems is the host, where that is not clear")
    .option("--profile <name>", "Intersight: server profile of the host; default its name")
    .option("--organization <name>", "Intersight: organization of the profile")
    .option("--journal <folder>", "where is written what was done; default the user's data directory")
    .option("--happened <id...>", "one-time actions of which you know that they were done")
    .option("--json", "print JSON, and no progress");
}

async function check(file: string | undefined, options: LookOptions, signal: AbortSignal): Promise<void> {
  const wanted = wantedPlan(file, options);
  requireIds(wanted, options.happened);
  const checked = await withTarget(wanted, options, signal, (target) => look(wanted, options, target, signal));
  console.log(options.json ? checkJson(wanted.plan, checked) : checkScreen(wanted.plan, checked));
  if (checked.departs) process.exitCode = 1;
}

async function apply(file: string | undefined, options: ApplyOptions, signal: AbortSignal): Promise<void> {
  const wanted = wantedPlan(file, options);
  requireIds(wanted, [...(options.happened ?? []), ...(options.didNotHappen ?? [])]);
  requireIntent(options, isInteractive() && Boolean(process.stdin.isTTY));
  const ran = await withTarget(wanted, options, signal, async (target) => {
    const before = await look(wanted, options, target, signal);
    requireMachine(options, before.identity);
    if (!options.json) console.log(`${checkScreen(wanted.plan, before)}\n`);
    if (!options.yes && before.departs && !(await confirmed(before.identity, warning(wanted), signal)))
      throw new FirmwareError("Nothing was changed.");
    return withJournal(homeOf(options), before.identity.serial, signal, (journal, locked) => {
      const { plan, vendor } = wanted;
      const { happened, didNotHappen, withPending } = options;
      const findings = { ...(happened && { happened }), ...(didNotHappen && { didNotHappen }) };
      const args = { plan, target, journal, manufacturers: vendor.manufacturers, findings, signal: locked };
      return shown(options, wanted, (show) => runPlan({ ...args, show, ...(withPending && { withPending }) }));
    });
  });
  const { restarts } = ran;
  console.log(options.json ? checkJson(wanted.plan, ran, { restarts }) : afterwards(wanted, ran));
}

const homeOf = ({ journal }: LookOptions): string => journal ?? journalHome();

async function withTarget<T>(
  wanted: Wanted,
  options: LookOptions,
  signal: AbortSignal,
  work: (target: FirmwareTarget) => Promise<T>,
): Promise<T> {
  const target = await openTarget(wanted, options, homeOf(options), signal);
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

function look(wanted: Wanted, options: LookOptions, target: FirmwareTarget, signal: AbortSignal): Promise<Checked> {
  return checkPlan({
    plan: wanted.plan,
    target,
    manufacturers: wanted.vendor.manufacturers,
    journal: ({ serial }) => readJournal(homeOf(options), serial),
    findings: options.happened ? { happened: options.happened } : {},
    signal,
  });
}

/** Ids of one-time actions alone: a wrong one would be believed silently. */
function requireIds({ plan }: Wanted, ids: readonly string[] = []): void {
  const known = plan.stages.flatMap(({ settings }) => settings.flatMap(({ id, once }) => (once ? [id] : [])));
  const wrong = ids.find((id) => !known.includes(id));
  if (wrong !== undefined)
    throw new FirmwareError(
      `"${wrong}" is no one-time action of ${plan.host}'s plan; ${known.length > 0 ? `write ${known.join(", ")}` : "it has none"}.`,
    );
}

const warning = ({ plan: { protocol } }: Wanted) =>
  protocol === "intersight"
    ? "The profile will be deployed, which may restart the host after each stage. Drain it first."
    : "The host will be restarted after each stage. Drain it first.";

async function shown(
  { json }: LookOptions,
  { plan }: Wanted,
  work: (show: (line: string) => void) => Promise<Ran>,
): Promise<Ran> {
  if (json) return work(() => undefined);
  let ran: Ran | undefined;
  const step = async (show: (line: string) => void) => {
    ran = await work(show);
    return `${ran.restarts} ${ran.restarts === 1 ? "restart" : "restarts"}`;
  };
  await runSteps([{ title: `Firmware of ${plan.host}`, run: step }]);
  if (!ran) throw new FirmwareError("Nothing was changed.");
  return ran;
}

const afterwards = ({ plan }: Wanted, ran: Ran) =>
  [
    `\n${checkScreen(plan, ran)}`,
    ...(plan.checks.length > 0 ? ["Now, on the host:", ...plan.checks.map((line) => `   ${line}`)] : []),
  ].join("\n");
