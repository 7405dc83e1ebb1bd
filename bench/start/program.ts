import { readFileSync, writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings";
import { main } from "../../stacks/program";
import type { Started, StartedStack } from "./stacks";

/**
 * One stack's program, as a process of its own: the same `main` that `pulumi up` runs, told by Pulumi's mocks instead of
 * an engine what became of its resources. Says when the first one was registered, and how much memory it took.
 */
async function start({ settings, secrets, kubeconfig, manifests }: StartedStack): Promise<Started> {
  let resources = 0;
  let first: Pick<Started, "firstResourceMs" | "firstResourceRss"> | undefined;
  const placed: string[] = [];
  const monitor = new MockMonitor({
    newResource: ({ type, name, id, inputs }) => {
      resources++;
      // Counted from the start of the process, so that loading node, tsx and the program is in it.
      first ??= { firstResourceMs: performance.now(), firstResourceRss: process.memoryUsage.rss() };
      if (manifests !== undefined && isObject(inputs)) placed.push(JSON.stringify(inputs));
      const released = type === "kubernetes:helm.sh/v3:Release" ? { status: { status: "deployed" } } : {};
      return { id: id || `${name}-id`, state: { ...(inputs as object), ...released } };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  });
  setMockOptions(monitor, "trustfoundry", "start", true);
  pulumi.runtime.setAllConfig({ ...settings, ...secrets }, Object.keys(secrets));
  await main({ kubeconfigs: [kubeconfig] });
  // Ends when everything that was asked of the engine has been answered.
  await pulumi.runtime.disconnect();
  if (!first) throw new Error("the program registered nothing");
  if (manifests !== undefined)
    writeFileSync(manifests, placed.map((object) => `${object}\n`).join(""), { mode: 0o600 });
  return { ...first, resources, allMs: performance.now(), peakRss: process.resourceUsage().maxRSS * 1024 };
}

/** The SDK's Kubernetes resources name their API themselves; Helm releases and components have none. */
function isObject(inputs: unknown): boolean {
  return typeof inputs === "object" && inputs !== null && "apiVersion" in inputs && "kind" in inputs;
}

const [file] = process.argv.slice(2);
if (!file) throw new Error("name the file with the stack");
void start(JSON.parse(readFileSync(file, "utf8")) as StartedStack).then(
  (started) => process.send?.(started, () => process.exit(0)),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
