import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { automation } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { root } from "../factory";

export const pluginDirectory = join(root, "languages/bin");

/** Where a program runs and which engine runs it, for programs of any language. */
export interface Workplace {
  readonly directory: string;
  readonly stackName: string;
  readonly pulumiRoot: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface Tools {
  readonly binDir: string;
  readonly pulumiRoot: string;
}

/** A project whose state and plugins are its own. */
export function workplace(directory: string, { binDir, pulumiRoot }: Tools, kubeconfig: string): Workplace {
  const state = join(directory, "state");
  mkdirSync(state, { recursive: true });
  const settings = {
    name: "consumer",
    runtime: "nodejs",
    backend: { url: `file://${state}` },
    plugins: {
      providers: [
        { name: "kubernetes", path: binDir },
        { name: "trustfoundry", path: pluginDirectory },
      ],
      analyzers: [{ name: "policy", path: binDir }],
    },
  };
  writeFileSync(join(directory, "Pulumi.yaml"), stringify(settings));
  return {
    directory,
    stackName: "s",
    pulumiRoot,
    environment: {
      PATH: `${binDir}:${process.env.PATH ?? ""}`,
      KUBECONFIG: kubeconfig,
      PULUMI_HOME: join(directory, "home"),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_DEBUG_PROVIDERS: "",
      PULUMI_CONFIG_PASSPHRASE: "rehearsed",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
  };
}

export interface Outcome {
  readonly changes: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly secret: boolean }>>;
  /** What the engine said is wrong, in its own words. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** Findings of policy packs: rule, resource, message. */
  readonly findings: readonly string[];
  /** Everything that was printed. */
  readonly printed: string;
  readonly failed: boolean;
}

export async function stackOf(place: Workplace, program: automation.PulumiFn): Promise<automation.Stack> {
  return await automation.LocalWorkspace.createOrSelectStack(
    { projectName: "consumer", stackName: place.stackName, program },
    {
      workDir: place.directory,
      pulumiHome: place.environment.PULUMI_HOME,
      pulumiCommand: await automation.PulumiCommand.get({ root: place.pulumiRoot, skipVersionCheck: true }),
      secretsProvider: "passphrase",
      envVars: { ...place.environment },
    },
  );
}

/** Runs a program of this process. What fails is an outcome, too. */
export async function runHere(
  operation: "preview" | "up" | "destroy",
  place: Workplace,
  program: automation.PulumiFn,
  policyPacks: readonly string[] = [],
): Promise<Outcome> {
  const stack = await stackOf(place, program);
  const said: Record<"error" | "warning", string[]> = { error: [], warning: [] };
  const printed: string[] = [];
  const findings: string[] = [];
  let changes: Record<string, number> = {};
  const options = {
    color: "never" as const,
    onOutput: (text: string) => void printed.push(text),
    onEvent: ({ diagnosticEvent, policyEvent, summaryEvent }: automation.EngineEvent) => {
      const { severity, message, ephemeral } = diagnosticEvent ?? {};
      if ((severity === "error" || severity === "warning") && !ephemeral)
        said[severity].push((message ?? "").replace(/<\{%[^%]*%\}>/g, "").trim());
      if (policyEvent) findings.push(`${policyEvent.policyName} ${policyEvent.resourceUrn} ${policyEvent.message}`);
      if (summaryEvent) changes = summaryEvent.resourceChanges as Record<string, number>;
    },
  };
  let failed = false;
  try {
    if (operation === "destroy") await stack.destroy(options);
    else await stack[operation]({ ...options, policyPacks: [...policyPacks] });
  } catch (error) {
    failed = true;
    printed.push(error instanceof Error ? error.message : String(error));
  }
  const outputs = operation === "up" && !failed ? await stack.outputs() : {};
  return {
    changes,
    outputs,
    errors: said.error,
    warnings: said.warning,
    findings: findings.sort(),
    printed: printed.join("\n"),
    failed,
  };
}
