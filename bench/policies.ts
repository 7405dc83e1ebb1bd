import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { automation } from "@pulumi/pulumi";
import { confidentialDeployment } from "../policies/examples/confidentialDeployment";
import { rules } from "../policies/rules";
import { instanceDestroy, instanceUp } from "../tooling/controlplane/instance";
import { ensureToolchain } from "../tooling/toolchain/ensure";
import { runMain } from "../tooling/ui";
import { publish, ratio, roundsOf, spread } from "./report";

const rounds = roundsOf(5);
const resourceCount = 1000;
const packs = resolve(__dirname, "../policies/packs");

/** A thousand objects as clusters have them: a tenth confidential workloads, each with init-data; the rest beside them. */
function place(provider: k8s.Provider): void {
  const opts = { provider };
  const spec = (confidentialDeployment.props as { spec: k8s.types.input.apps.v1.DeploymentSpec }).spec;
  for (let index = 0; index < resourceCount / 10; index++) {
    const name = (kind: string) => `${kind}-${index}`;
    const metadata = { namespace: "default", labels: { app: name("app") } };
    new k8s.apps.v1.Deployment(name("model"), { metadata, spec }, opts);
    new k8s.apps.v1.Deployment(
      name("web"),
      {
        metadata,
        spec: {
          selector: { matchLabels: metadata.labels },
          template: { metadata, spec: { containers: [{ name: "web", image: "registry.acme.example/web:1.4" }] } },
        },
      },
      opts,
    );
    for (const kind of ["settings", "texts", "assets"])
      new k8s.core.v1.ConfigMap(
        name(kind),
        { metadata, data: { "app.yaml": `name: ${name(kind)}\n`.repeat(20) } },
        opts,
      );
    new k8s.core.v1.Secret(name("token"), { metadata, stringData: { token: name("token") } }, opts);
    new k8s.core.v1.Service(
      name("service"),
      { metadata, spec: { selector: metadata.labels, ports: [{ port: 80 }] } },
      opts,
    );
    new k8s.core.v1.ServiceAccount(name("account"), { metadata }, opts);
    new k8s.networking.v1.NetworkPolicy(
      name("network"),
      { metadata, spec: { podSelector: { matchLabels: metadata.labels }, policyTypes: ["Ingress"] } },
      opts,
    );
    new k8s.rbac.v1.Role(
      name("role"),
      { metadata, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }] },
      opts,
    );
  }
}

/**
 * `npm run bench -- policies`: what the full pack costs a preview of 1,000 resources against a real API server. With and
 * without take turns, so that a machine that slows down slows down both.
 */
void runMain(async (signal) => {
  const { binDir, pulumiRoot } = await ensureToolchain({ groups: ["engine", "controlPlane"], signal });
  const home = mkdtempSync(join(tmpdir(), "trustfoundry-bench-"));
  const directory = join(home, "control-planes");
  try {
    const clusters = [{ name: "bench", nodes: [] }];
    const [cluster] = await instanceUp({ directory, bin: (tool) => join(binDir, tool), clusters, signal });
    if (!cluster) throw new Error("no control plane came up");
    const stack = await automation.LocalWorkspace.createStack(
      {
        projectName: "bench",
        stackName: "policies",
        program: async () => place(new k8s.Provider("cluster", { kubeconfig: cluster.kubeconfig("bench") })),
      },
      {
        workDir: home,
        pulumiHome: join(home, "home"),
        pulumiCommand: await automation.PulumiCommand.get({ root: pulumiRoot, skipVersionCheck: true }),
        secretsProvider: "passphrase",
        projectSettings: { name: "bench", runtime: "nodejs", backend: { url: `file://${home}` } },
        envVars: {
          PATH: `${binDir}:${process.env.PATH ?? ""}`,
          PULUMI_CONFIG_PASSPHRASE: "bench",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      },
    );
    const timed = async (policyPacks: string[]) => {
      signal.throwIfAborted();
      const started = performance.now();
      const { changeSummary } = await stack.preview({ policyPacks, parallel: 16, color: "never" });
      if ((changeSummary.create ?? 0) < resourceCount) throw new Error("the preview was not whole");
      return (performance.now() - started) / 1000;
    };
    await timed([]);
    const without: number[] = [];
    const empty: number[] = [];
    const withPack: number[] = [];
    const emptyPack = writeEmptyPack(join(home, "empty-pack"));
    for (let round = 0; round < rounds; round++) {
      without.push(await timed([]));
      empty.push(await timed([emptyPack]));
      withPack.push(await timed([join(packs, "audit")]));
      console.log(
        `round ${round + 1}: ${without.at(-1)?.toFixed(1)} s without, ${empty.at(-1)?.toFixed(1)} s with an empty one, ${withPack.at(-1)?.toFixed(1)} s with`,
      );
    }
    publish({
      part: "policies",
      tables: [
        {
          columns: [`preview of ${resourceCount.toLocaleString("en")} resources`, "s"],
          rows: [
            ["without a pack", spread(without)],
            ["with a pack without any rules", spread(empty)],
            [`with all ${rules.length} rules`, spread(withPack)],
          ],
        },
      ],
      ratios: [
        ratio("all rules / no rules", withPack, empty, 1.25),
        ratio("all rules / no pack", withPack, without),
        ratio("a pack without rules / no pack", empty, without),
      ],
    });
  } finally {
    await instanceDestroy({ directory });
    rmSync(home, { recursive: true, force: true });
  }
});

/** A pack is a process of its own, which costs something whatever is in it. */
function writeEmptyPack(directory: string): string {
  mkdirSync(directory);
  writeFileSync(join(directory, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "empty", version: "0.0.0" }));
  const sdk = JSON.stringify(require.resolve("@pulumi/policy"));
  writeFileSync(
    join(directory, "index.js"),
    `const { PolicyPack } = require(${sdk});\nnew PolicyPack("empty", { policies: [] });\n`,
  );
  return directory;
}
