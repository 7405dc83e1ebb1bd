import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { automation } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { main } from "../../stacks/program";
import { ownBackend } from "../../tooling/ownBackend";
import { ensurePassphrase } from "../../tooling/rehearsal/paths";
import { projectName } from "../../tooling/rehearsal/stackRunner";
import type { FileAnswer, FileRequest } from "./fileStack";

/** The same program and the same engine as in a rehearsal; only the state is a file that the engine writes itself. */
async function answer({ operation, run, variables }: FileRequest): Promise<FileAnswer> {
  const { place, engine, config, policyPacks } = run;
  const state = join(place.directory, "state");
  for (const directory of [place.directory, state]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  ensurePassphrase(place.passphraseFile);
  const project = {
    name: projectName,
    runtime: "nodejs",
    backend: { url: `file://${state}` },
    plugins: {
      providers: [{ name: "kubernetes", path: engine.binDir }],
      analyzers: [{ name: "policy", path: engine.binDir }],
    },
  };
  writeFileSync(join(place.directory, "Pulumi.yaml"), stringify(project));
  const stack = await automation.LocalWorkspace.createOrSelectStack(
    { projectName, stackName: place.stackName, program: () => main({ kubeconfigs: [place.kubeconfig] }) },
    {
      workDir: place.directory,
      pulumiHome: join(place.directory, "home"),
      pulumiCommand: await automation.PulumiCommand.get({ root: engine.pulumiRoot, skipVersionCheck: true }),
      secretsProvider: "passphrase",
      envVars: {
        PATH: `${engine.binDir}:${process.env.PATH ?? ""}`,
        KUBECONFIG: place.kubeconfig,
        ...ownBackend(state),
        PULUMI_CONFIG_PASSPHRASE_FILE: place.passphraseFile,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...variables,
      },
    },
  );
  if (operation === "resourceCount") {
    const { deployment } = await stack.exportStack();
    const { resources = [] } = (deployment ?? {}) as { resources?: { type: string }[] };
    return { resources: resources.filter(({ type }) => !type.startsWith("pulumi:")).length };
  }
  const settings = await stack.workspace.stackSettings(place.stackName);
  const sections = Object.entries(config).map(([key, value]) => [`${projectName}:${key}`, value]);
  writeFileSync(
    join(place.directory, `Pulumi.${place.stackName}.yaml`),
    stringify(
      { encryptionsalt: settings.encryptionSalt, config: Object.fromEntries(sections) as object },
      { lineWidth: 0, version: "1.1" },
    ),
    { mode: 0o600 },
  );
  const options = { color: "never" as const, onEvent: () => undefined };
  if (operation === "preview") await stack.preview({ ...options, policyPacks: [...policyPacks] });
  if (operation === "up") await stack.up({ ...options, policyPacks: [...policyPacks] });
  if (operation === "destroy") await stack.destroy(options);
  return { resources: 0 };
}

process.on(
  "message",
  (request: FileRequest) =>
    void answer(request)
      .catch((error: unknown): FileAnswer => ({ failure: String(error).slice(0, 4000) }))
      .then((result) => process.send?.(result)),
);
process.on("disconnect", () => process.exit(1));
