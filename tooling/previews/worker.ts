import { createRequire } from "node:module";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { automation } from "@pulumi/pulumi";
import type * as Load from "../../stacks/config/load";
import type * as Program from "../../stacks/program";
import { accountOf } from "../clouds/account";
import { accountVariable, cloudPlugins, pluginFolder } from "../clouds/plugins";
import type { StackEngine } from "../rehearsal/stackRunner";
import { throwAwayStack } from "../review/throwAwayStack";
import { factoryStack } from "./factory";
import type { Change } from "./judge";
import type { Sections, Subject } from "./subjects";

/** What a process does: brings a stack up by one tree's programs, or previews it by another's from the same state. */
export interface Request {
  readonly tree: string;
  readonly subject: Subject;
  readonly operation: "up" | "preview";
  readonly engine: StackEngine;
  /** Of the stack: its state stays there between the two. */
  readonly directory: string;
  /** Description of the sample factory. */
  readonly description: string;
  /** Where an API server seems to listen. */
  readonly server: string;
}

export type Answer = { readonly changes: Change[]; readonly resources: number } | { readonly failure: string };

async function answer(request: Request): Promise<Answer> {
  const { tree, subject, directory, engine, server, operation } = request;
  const load = createRequire(join(tree, "package.json"));
  const { automation } = load("@pulumi/pulumi") as typeof pulumi;
  const { main } = load(join(tree, "stacks/program")) as typeof Program;
  const { parseConfig } = load(join(tree, "stacks/config/load")) as typeof Load;
  const { sections, secrets } = await given(request);
  const project = subject.kind === "template" ? subject.project : tree;
  const stack = await throwAwayStack({
    automation,
    directory: join(directory, "stack"),
    engine,
    stackName: "previews",
    sections,
    server,
    plugins: {
      ...cloudPlugins(join(directory, "clouds")),
      kubernetes: pluginFolder(join(directory, "kubernetes"), { kubernetes: [join(__dirname, "kubernetes.cjs")] }),
    },
    variables: { [accountVariable]: JSON.stringify(accountOf(parseConfig(sections))) },
    program: (kubeconfig) => main({ kubeconfigs: [kubeconfig], projectDirectory: project }),
  });
  if (secrets !== undefined)
    await stack.setConfig("trustfoundry:trustSecrets", { value: JSON.stringify(secrets), secret: true });
  const changes: Change[] = [];
  const onEvent = (event: automation.EngineEvent) => {
    const { metadata } = event.resourcePreEvent ?? {};
    if (metadata) changes.push(changeOf(subject.name, metadata));
  };
  if (operation === "up") await stack.up({ color: "never", onEvent });
  else await stack.preview({ color: "never", onEvent });
  return { changes: changes.filter(({ op }) => op !== "same" && op !== "read"), resources: changes.length };
}

async function given({ tree, subject, description }: Request): Promise<{ sections: Sections; secrets?: unknown }> {
  return subject.kind === "factory" ? factoryStack(tree, description, subject.stack) : { sections: subject.sections };
}

function changeOf(subject: string, { op, type, urn, keys }: automation.StepEventMetadata): Change {
  return { subject, op, type, name: urn.split("::").at(-1) ?? urn, ...(keys && keys.length > 0 && { replaces: keys }) };
}

process.on("message", (request: Request) => {
  answer(request)
    .catch((error: unknown): Answer => ({ failure: error instanceof Error ? error.message : String(error) }))
    .then((result) => process.send?.(result, () => process.exit(0)))
    .catch(() => process.exit(1));
});
process.on("disconnect", () => process.exit(1));
