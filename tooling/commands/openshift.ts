import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { UserError, isInteractive } from "../ui";

interface ApproveOptions {
  readonly context: string;
  readonly yes?: true;
}

/** `openshift approve` and `openshift image-set`: what a person does beside the programs for OpenShift. */
export function addOpenshiftCommands(root: Command, signal: AbortSignal): void {
  const group = root.command("openshift").description("what a person does beside the programs for OpenShift");
  group
    .command("approve")
    .description(
      "approve the installation of operators in the versions that our Subscriptions name, and of nothing else",
    )
    .requiredOption("--context <context>", "kubeconfig context of the cluster")
    .option("--yes", "approve without asking, as a pipeline has to")
    .addHelpText("after", "\nEnds with 1 where a version is not installed and nothing may be approved.")
    .action(async ({ context, yes }: ApproveOptions) => {
      const { approvePlans } = await import("../openshift/approve.js");
      const { clusterOf } = await import("../openshift/cluster.js");
      await approvePlans(clusterOf(context, signal), {
        say: (line) => console.log(line),
        confirm: ({ length }) => (yes ? Promise.resolve(true) : asked(length, signal)),
      });
    });
  group
    .command("image-set")
    .description("print what oc-mirror v2 has to copy for a disconnected cluster: an ImageSetConfiguration")
    .argument("<file>", "the stack's Pulumi.<stack>.yaml")
    .action(async (path: string) => {
      const { imageSetOf } = await import("../openshift/imageSet.js");
      process.stdout.write(imageSetOf(path));
    });
}

async function asked(count: number, signal: AbortSignal): Promise<boolean> {
  if (!isInteractive())
    throw new UserError("Nobody is here to be asked; look at what stands above and run it again with --yes.");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await lines.question(`Approve ${count === 1 ? "this" : `these ${count}`}? [yes/no] `, { signal });
    return answer.trim().toLowerCase() === "yes";
  } finally {
    lines.close();
  }
}
