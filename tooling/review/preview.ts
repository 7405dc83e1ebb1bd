import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { automation } from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { StackEngine } from "../rehearsal/stackRunner";
import type { EngineSays } from "./engineSays";
import { listenTo } from "./engineSays";

const projectName = "trustfoundry";
const stackName = "review";

export interface PreviewArgs {
  /** The Automation API of the side that is looked at: its program uses the same copy. */
  readonly automation: typeof automation;
  /** Empty folder for settings, state and home of this one preview. */
  readonly directory: string;
  readonly engine: StackEngine;
  readonly policyPack: string;
  /** Settings without the project's prefix, without secrets. */
  readonly sections: Readonly<Record<string, unknown>>;
  readonly program: (kubeconfig: string) => Promise<Record<string, unknown>>;
}

/**
 * Previews one stack by the real engine and the real Kubernetes provider, against an empty state and a cluster that
 * nobody can reach: the provider then hands on what the program declared, and asks nobody.
 */
export async function preview({ automation, directory, engine, policyPack, sections, program }: PreviewArgs) {
  const [home, state] = [join(directory, "home"), join(directory, "state")];
  for (const each of [directory, home, state]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const kubeconfig = join(directory, "kubeconfig");
  writeFileSync(kubeconfig, stringify(nowhere(contextOf(sections))));
  writeFileSync(join(directory, "Pulumi.yaml"), stringify(projectSettings(state, engine.binDir)));
  const stack = await automation.LocalWorkspace.createStack(
    { projectName, stackName, program: () => program(kubeconfig) },
    {
      workDir: directory,
      pulumiHome: home,
      pulumiCommand: await automation.PulumiCommand.get({ root: engine.pulumiRoot, skipVersionCheck: true }),
      secretsProvider: "passphrase",
      envVars: {
        PATH: `${engine.binDir}:${process.env.PATH ?? ""}`,
        KUBECONFIG: kubeconfig,
        // The state is made for this preview and thrown away with it; it never holds anything secret.
        PULUMI_CONFIG_PASSPHRASE: "review",
        PULUMI_SKIP_UPDATE_CHECK: "true",
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
  const heard = listenTo();
  try {
    await stack.preview({ onEvent: heard.onEvent, policyPacks: [policyPack], color: "never" });
    return heard.said();
  } catch (error) {
    return failed(heard.said(), error);
  }
}

/** A preview that stopped says why: violations, or refusals of the program. Anything else is no judgement. */
function failed(said: EngineSays, error: unknown): EngineSays {
  const refused = said.violations.some(({ level }) => level === "mandatory");
  if (refused || said.refusals.length > 0) return said;
  const message = error instanceof Error ? error.message : String(error);
  const sentences = [...message.matchAll(/^\s*error: (.+)$/gm)].map(([, sentence = ""]) => sentence);
  return { ...said, refusals: [...new Set(sentences.length > 0 ? sentences : [message])] };
}

function contextOf({ cluster }: Readonly<Record<string, unknown>>): string {
  const context = typeof cluster === "object" && cluster !== null ? (cluster as { context?: unknown }).context : "";
  return typeof context === "string" ? context : "";
}

/** Port 9 discards what it is sent, where anybody listens at all. */
function nowhere(context: string): object {
  const name = "nowhere";
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: "https://127.0.0.1:9" } }],
    contexts: [{ name: context, context: { cluster: name, user: name } }],
    // Without credentials, the provider would wait for somebody to type some.
    users: [{ name, user: { token: name } }],
  };
}

function projectSettings(state: string, binDir: string): object {
  return {
    name: projectName,
    runtime: "nodejs",
    backend: { url: `file://${state}` },
    plugins: {
      providers: [{ name: "kubernetes", path: binDir }],
      analyzers: [{ name: "policy", path: binDir }],
    },
  };
}
