import { dirname } from "node:path";
import { main } from "@pulumi/pulumi/provider";
import { cacheRoot } from "../toolchain/cache";
import { azureRules } from "./azure/rules";
import type { Account } from "./cloud";
import { gcpRules } from "./gcp/rules";
import { accountVariable } from "./plugins";
import { SdkTypes } from "./sdk/types";
import { SimulatedProvider } from "./simulatedProvider";

// SIMULATED: what the engine starts as pulumi-resource-azure-native or pulumi-resource-gcp in a plan without a network.
const [cloud, ...args] = process.argv.slice(2);
const rules = [azureRules, gcpRules].find(({ plugin }) => plugin === cloud);
if (!rules) throw new Error(`${cloud ?? "nothing"} is no cloud that is simulated; write azure-native or gcp`);
const root = dirname(require.resolve(`@pulumi/${rules.plugin}/package.json`));
const account = JSON.parse(process.env[accountVariable] ?? "{}") as Account;
void main(new SimulatedProvider(new SdkTypes({ root, cache: cacheRoot() }), rules, account), args);
