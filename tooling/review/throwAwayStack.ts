import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { automation } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { ownBackend } from "../ownBackend";
import type { StackEngine } from "../rehearsal/stackRunner";

const projectName = "trustfoundry";

export interface ThrowAwayArgs {
  /** The Automation API of the project that is looked at: its program uses the same copy. */
  readonly automation: typeof automation;
  /** Empty folder for settings, state and home of this one stack. */
  readonly directory: string;
  readonly engine: StackEngine;
  readonly stackName: string;
  /** Settings without the project's prefix, without secrets. */
  readonly sections: Readonly<Record<string, unknown>>;
  readonly program: (kubeconfig: string) => Promise<Record<string, unknown>>;
  /** Folders of providers' plugins, beside the toolchain's own. */
  readonly plugins?: Readonly<Record<string, string>>;
  /** Where the kubeconfig leads; default: to nobody. */
  readonly server?: string;
  /** Environment of engine and plugins, beside this process's own. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * A stack with a state of its own that nobody keeps, for the real engine, and a kubeconfig that leads to a cluster which
 * nobody can reach: the Kubernetes provider then hands on what the program declared, and asks nobody.
 */
export async function throwAwayStack(args: ThrowAwayArgs): Promise<automation.Stack> {
  const { automation, directory, engine, stackName, sections, program } = args;
  const [home, state] = [join(directory, "home"), join(directory, "state")];
  for (const each of [directory, home, state]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const kubeconfig = join(directory, "kubeconfig");
  writeFileSync(kubeconfig, stringify(nowhere(contextOf(sections), args.server)));
  writeFileSync(join(directory, "Pulumi.yaml"), stringify(projectSettings(state, engine.binDir, args.plugins)));
  const stack = await automation.LocalWorkspace.createOrSelectStack(
    { projectName, stackName, program: () => program(kubeconfig) },
    {
      workDir: directory,
      pulumiHome: home,
      pulumiCommand: await automation.PulumiCommand.get({ root: engine.pulumiRoot, skipVersionCheck: true }),
      secretsProvider: "passphrase",
      envVars: {
        ...args.variables,
        PATH: `${engine.binDir}:${process.env.PATH ?? ""}`,
        KUBECONFIG: kubeconfig,
        ...ownBackend(state),
        // The state is thrown away; it never holds anything secret.
        PULUMI_CONFIG_PASSPHRASE: stackName,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Nobody goes on with its state: it need not be written whole after each resource.
        PULUMI_EXPERIMENTAL: "true",
        PULUMI_SKIP_CHECKPOINTS: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
  const settings = await stack.workspace.stackSettings(stackName);
  const config = Object.fromEntries(Object.entries(sections).map(([key, value]) => [`${projectName}:${key}`, value]));
  // The engine reads YAML 1.1, where a bare 2028-01-01T00:00:00Z is a point in time and no text.
  writeFileSync(
    join(directory, `Pulumi.${stackName}.yaml`),
    stringify({ encryptionsalt: settings.encryptionSalt, config }, { lineWidth: 0, version: "1.1" }),
  );
  return stack;
}

function contextOf({ cluster }: Readonly<Record<string, unknown>>): string {
  const context = typeof cluster === "object" && cluster !== null ? (cluster as { context?: unknown }).context : "";
  return typeof context === "string" ? context : "";
}

/** Port 9 discards what it is sent, where anybody listens at all. */
function nowhere(context: string, server = "https://127.0.0.1:9"): object {
  const name = "nowhere";
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server } }],
    contexts: [{ name: context, context: { cluster: name, user: name } }],
    // Without credentials, the provider would wait for somebody to type some.
    users: [{ name, user: { token: name } }],
  };
}

function projectSettings(state: string, binDir: string, plugins: ThrowAwayArgs["plugins"] = {}): object {
  return {
    name: projectName,
    runtime: "nodejs",
    backend: { url: `file://${state}` },
    plugins: {
      providers: Object.entries({ kubernetes: binDir, ...plugins }).map(([name, path]) => ({ name, path })),
      analyzers: [{ name: "policy", path: binDir }],
    },
  };
}
