import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Environment variable by which plugins learn whose account they pretend to be in, as JSON. */
export const accountVariable = "TRUSTFOUNDRY_SIMULATED_ACCOUNT";

/** SIMULATED: takes the inputs of any provider as they are. */
export const standInScript = join(__dirname, "..", "attack", "standIn", "provider.cjs");

/** Providers that a plan without a network has stand-ins for. */
export const simulatedClouds = ["azure-native", "gcp"] as const;

/** A folder with programs that the engine takes for plugins of providers, each a command of Node's. */
export function pluginFolder(directory: string, commands: Readonly<Record<string, readonly string[]>>): string {
  mkdirSync(directory, { recursive: true });
  for (const [name, command] of Object.entries(commands)) {
    const file = join(directory, `pulumi-resource-${name}`);
    writeFileSync(file, `#!/bin/sh\nexec ${[process.execPath, ...command].map(quote).join(" ")} "$@"\n`);
    chmodSync(file, 0o755);
  }
  return directory;
}

/** The stand-ins that check inputs by the SDKs' types: folders by provider, as a project's settings name them. */
export function cloudPlugins(directory: string): Record<string, string> {
  const plugin = join(__dirname, "plugin.ts");
  const command = (name: string) => ["--import", require.resolve("tsx"), plugin, name];
  pluginFolder(directory, Object.fromEntries(simulatedClouds.map((name) => [name, command(name)])));
  return Object.fromEntries(simulatedClouds.map((name) => [name, directory]));
}

/** One that takes Kubernetes objects as they are: the real one would fetch charts from their registries. */
export function kubernetesStandIn(directory: string): Record<string, string> {
  return { kubernetes: pluginFolder(directory, { kubernetes: [standInScript] }) };
}

function quote(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
