import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { contexts } from "../../stacks/rehearsal";
import { Layout } from "../controlplane/layout";
import { ensureToolchain } from "../toolchain/ensure";
import { UserError } from "../ui";
import { clustersOf, readRecord } from "./instance";
import type { InstancePaths } from "./paths";

/** Runs kubectl as one party: with its kubeconfig and no other. Returns kubectl's exit code. */
export async function kubectl(
  paths: InstancePaths,
  who: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const kubeconfig = kubeconfigOf(paths, who);
  const { tools } = await ensureToolchain({ groups: ["engine", "controlPlane"], signal });
  const program = tools.find(({ name }) => name === "kubectl");
  if (!program) throw new Error("the toolchain has no kubectl");
  const result = await execa(program.path, ["--kubeconfig", kubeconfig, ...args], {
    stdio: "inherit",
    reject: false,
    signal,
  });
  return result.exitCode ?? 1;
}

/** `provider` and `deployer` are enough where there is one provider. */
function kubeconfigOf(paths: InstancePaths, who: string): string {
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  const only = record.factory.providers.length === 1 ? record.factory.providers[0]?.name : undefined;
  const wanted =
    only && who === "provider" ? contexts.provider(only) : only && who === "deployer" ? contexts.deployer(only) : who;
  const files = clustersOf(record.factory).flatMap(({ name }) => {
    const directory = join(paths.controlPlanes, name, "credentials");
    const found = existsSync(directory) ? readdirSync(directory) : [];
    return found.map((file) => {
      const context = file.replace(/\.kubeconfig$/, "");
      return { context, path: new Layout(join(paths.controlPlanes, name)).kubeconfig(context) };
    });
  });
  const match = files.find(({ context }) => context === wanted);
  if (match) return match.path;
  throw new UserError(
    `There are no credentials of "${who}".`,
    `Write --as ${files.map(({ context }) => context).join(", ")}.`,
  );
}
