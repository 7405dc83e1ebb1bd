import { Command } from "commander";
import { runMain } from "../ui";
import { addAdmissionCommand } from "./admission";
import { addAcceptanceCommands } from "./acceptance";
import { addBundleCommands } from "./bundle";
import { addCollateralCommands } from "./collateral";
import { addConnectCommand } from "./connect";
import { addDoctorCommand } from "./doctor";
import { addDriftCommand } from "./drift";
import { addFirmwareCommands } from "./firmware";
import { addGuestCommands } from "./guest";
import { addMeasureCommand } from "./measure";
import { addModelCommands } from "./model";
import { addOpenshiftCommands } from "./openshift";
import { addPlanCommand } from "./plan";
import { addReleaseCommands } from "./release";
import { addRepairCommand } from "./repair";
import { addReportCommand } from "./report";
import { addReviewCommand } from "./review";
import { addSecretCommands } from "./secret";
import { addServingKeyCommands } from "./servingKey";
import { addStateCommands } from "./state";
import { addUpgradeCommand } from "./upgrade";
import { addVerifyCommand } from "./verify";
import { addVerifyAzureCommand, addVerifySpaceCommand } from "./verifyMachine";

/** Adds its commands to the root command. */
export type AddCommands = (root: Command, signal: AbortSignal) => void;

const commands: readonly AddCommands[] = [
  addReleaseCommands,
  addAcceptanceCommands,
  addModelCommands,
  addSecretCommands,
  addServingKeyCommands,
  addGuestCommands,
  addMeasureCommand,
  addAdmissionCommand,
  addReviewCommand,
  addReportCommand,
  addRepairCommand,
  addPlanCommand,
  addOpenshiftCommands,
  addFirmwareCommands,
  addDoctorCommand,
  addDriftCommand,
  addStateCommands,
  addUpgradeCommand,
  addVerifyCommand,
  addVerifyAzureCommand,
  addVerifySpaceCommand,
  addConnectCommand,
  addCollateralCommands,
  addBundleCommands,
];

/** `npm run trustfoundry -- <command>`: what is done offline, by a person, and leaves files that the programs consume. */
function program(signal: AbortSignal): Command {
  const root = new Command("npm run trustfoundry --")
    .description("Releases, measurements and sealed models: commands whose artefacts the Pulumi programs consume.")
    .showSuggestionAfterError();
  for (const add of commands) add(root, signal);
  return root;
}

void runMain(async (signal) => {
  await program(signal).parseAsync(process.argv.slice(2), { from: "user" });
});
