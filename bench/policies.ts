import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { automation } from "@pulumi/pulumi";
import { confidentialDeployment } from "../policies/examples/confidentialDeployment";
import { rules } from "../policies/rules";
import { instanceDestroy, instanceUp } from "../tooling/controlplane/instance";
import { ensureToolchain } from "../tooling/toolchain/ensure";
import { runMain } from "../tooling/ui";

const rounds = 5;
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
 * `npm run bench:policies`: what the full pack costs a preview of 1,000 resources against a real API server. With and
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
    const withPack: number[] = [];
    for (let round = 0; round < rounds; round++) {
      without.push(await timed([]));
      withPack.push(await timed([join(packs, "audit")]));
      console.log(`round ${round + 1}: ${without.at(-1)?.toFixed(1)} s without, ${withPack.at(-1)?.toFixed(1)} s with`);
    }
    const spread = (values: readonly number[]) => {
      const sorted = [...values].sort((a, b) => a - b);
      return `${middle(sorted).toFixed(1)} (${sorted[0]?.toFixed(1)}–${sorted.at(-1)?.toFixed(1)})`;
    };
    const overhead = middle(withPack) / middle(without) - 1;
    console.log(
      `\n${cpus().length} CPUs (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
    );
    console.log(`| preview of ${resourceCount} resources | s |\n| --- | --- |`);
    console.log(`| without a pack | ${spread(without)} |`);
    console.log(`| with ${rules.length} rules | ${spread(withPack)} |`);
    console.log(`| more by | ${(overhead * 100).toFixed(0)} % |`);
  } finally {
    await instanceDestroy({ directory });
    rmSync(home, { recursive: true, force: true });
  }
});

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
