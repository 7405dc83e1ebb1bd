import * as pulumi from "@pulumi/pulumi";
import { ambientEnvironment } from "./cluster";
import { parseConfig, sectionsOf } from "./config/load";
import { ConfigurationError } from "./config/errors";
import type { Sections } from "./config/presets";
import { infrastructure } from "./infrastructure";
import { spare } from "./sparing";
import { trust } from "./trust";
import { workloads } from "./workloads";

/**
 * What `pulumi up` runs: reads the role of the stack and runs its program. The rehearsal runs this same function through
 * the Automation API, once for each party's stack. A generated project completes what the stack says by its presets.
 */
export async function main(
  environment = ambientEnvironment(),
  complete: (own: Sections) => Sections | Promise<Sections> = (own) => own,
): Promise<Record<string, unknown>> {
  if (environment.review && !pulumi.runtime.isDryRun())
    throw toldAs("A review previews and changes nothing; run `pulumi up` for this stack instead.");
  try {
    const config = parseConfig(await complete(sectionsOf(pulumi.runtime.allConfig())));
    spare(config);
    switch (config.role) {
      case "trust":
        return await trust(config, environment);
      case "keys":
        // A cloud's SDK is loaded by those who use it.
        return await (await import("./ownerKeys.js")).ownerKeys(config);
      case "infrastructure":
        return await infrastructure(config, environment);
      case "workloads":
        return await workloads(config, environment);
      case "rehearsal":
        throw new ConfigurationError([
          "trustfoundry:role: rehearsal describes a whole factory for `npm run rehearse`; write trust, infrastructure or workloads",
        ]);
    }
  } catch (error) {
    if (error instanceof ConfigurationError) throw toldAs(error.message);
    throw error;
  }
}

/**
 * Shown by the engine as its message alone. It has no trace: the SDK's runner renders one in any case, through the source
 * maps of everything that is loaded, which took most of a minute and 3 GB (@pulumi/pulumi 3.248.0, cmd/run).
 */
function toldAs(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = message;
  return error;
}
