import { resolve } from "node:path";

/**
 * The directory with Pulumi.yaml and catalog.lock. Paths in a configuration are relative to it: the engine may run a
 * program from another directory, as the Automation API does.
 */
export const projectRoot = resolve(__dirname, "..");
