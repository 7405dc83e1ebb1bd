import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { automation } from "@pulumi/pulumi";
import type { Piece } from "../../attacks/change";
import type { IsolationUnit } from "../../policies/isolation";
import { ownBackend } from "../ownBackend";
import { UserError } from "../ui";
import { standIns } from "./scratch";

/** What previews are run with. */
export interface Bench {
  /** Programs of the toolchain. */
  readonly binDir: string;
  readonly pulumiRoot: string;
  /** Stand-ins for plugins, see `scratch.ts`. */
  readonly plugins: string;
  /** Folder for stacks and packs, removed afterwards. */
  readonly scratch: string;
  readonly signal?: AbortSignal;
}

/** What a pack reported. */
export interface Reported {
  readonly rule: string;
  readonly level: string;
  /** Pulumi name of the resource; empty for the stack. */
  readonly resource: string;
  readonly message: string;
}

export interface Preview {
  readonly bench: Bench;
  /** Absolute path of the pack. */
  readonly pack: string;
  /** Whether charts are among the resources: the real plugin would look into their registries. */
  readonly charts?: boolean;
  /** What the stack's settings say. Default nothing. */
  readonly isolationUnit?: IsolationUnit;
  /** Registers everything; given options with a provider that writes files instead of asking a cluster. */
  readonly program: (opts: pulumi.CustomResourceOptions) => void;
}

/** One preview by the real engine, with a pack in a process of its own. */
export async function preview({ bench, pack, charts = false, isolationUnit, program }: Preview): Promise<Reported[]> {
  const home = mkdtempSync(join(bench.scratch, "stack-"));
  const rendered = join(home, "out");
  mkdirSync(rendered);
  const stack = await automation.LocalWorkspace.createStack(
    {
      projectName: "attack",
      stackName: "attack",
      program: () => {
        program({ provider: new k8s.Provider("files", { renderYamlToDirectory: rendered }) });
        return Promise.resolve();
      },
    },
    {
      workDir: home,
      pulumiHome: join(home, "home"),
      pulumiCommand: await automation.PulumiCommand.get({ root: bench.pulumiRoot, skipVersionCheck: true }),
      secretsProvider: "passphrase",
      projectSettings: projectSettings(home, bench, charts),
      envVars: {
        PATH: `${bench.binDir}:${process.env.PATH ?? ""}`,
        ...ownBackend(home),
        // Nothing here is secret, and the folder is gone afterwards.
        PULUMI_CONFIG_PASSPHRASE: "attack",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
  if (isolationUnit) await stack.setConfig("trustfoundry:isolationUnit", { value: isolationUnit });
  const reported: Reported[] = [];
  const errors: string[] = [];
  const onEvent = ({ policyEvent, diagnosticEvent }: automation.EngineEvent) => {
    const text = diagnosticEvent?.severity === "error" ? plain(diagnosticEvent.message) : undefined;
    // Said once more of violations.
    if (text !== undefined && text !== "preview failed") errors.push(text);
    if (!policyEvent) return;
    const { policyName: rule, enforcementLevel: level, resourceUrn, message } = policyEvent;
    const urn = resourceUrn?.split("::") ?? [];
    reported.push({ rule, level, resource: urn.length > 3 ? urn.slice(3).join("::") : "", message: plain(message) });
  };
  try {
    await stack.preview({ policyPacks: [pack], onEvent, color: "never", signal: bench.signal });
  } catch (error) {
    if (!(error instanceof automation.CommandError) || bench.signal?.aborted) throw error;
    // Violations fail a preview; anything else means that not everything was looked at.
    if (reported.length === 0) errors.push(plain(error.message));
  }
  if (errors.length > 0) throw new UserError("A preview failed before every resource was judged.", undefined, errors);
  return reported;
}

/** A resource of any type, as its provider's SDK would register it. */
class Declared extends pulumi.CustomResource {}

/** Registers pieces of a base under the names that they have, or behind a prefix. */
export function register(pieces: readonly Piece[], opts: pulumi.CustomResourceOptions, prefix = ""): void {
  const made = new Map<string, pulumi.CustomResource>();
  const make = (piece: Piece): pulumi.CustomResource => {
    const known = made.get(piece.ref);
    if (known) return known;
    const dependsOn = pieces.filter(({ ref }) => piece.dependsOn.includes(ref)).map(make);
    const own = piece.type.startsWith("kubernetes:") ? { ...opts, dependsOn } : { dependsOn };
    const resource = new Declared(piece.type, `${prefix}${piece.name}`, structuredClone(piece.props), own);
    made.set(piece.ref, resource);
    return resource;
  };
  pieces.forEach(make);
}

function projectSettings(home: string, bench: Bench, charts: boolean): automation.ProjectSettings {
  const settings = {
    name: "attack",
    runtime: "nodejs" as const,
    backend: { url: `file://${home}` },
    plugins: {
      providers: standIns.map((name) => ({
        name,
        path: name === "kubernetes" && !charts ? bench.binDir : bench.plugins,
      })),
      analyzers: [{ name: "policy", path: bench.binDir }],
    },
  };
  // The typings leave plugins out.
  return settings;
}

/** Engine messages carry colour marks such as <{%reset%}>. */
function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}
