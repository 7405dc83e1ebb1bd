import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./factory";

/** A chart of test/support/partnerCharts packed into a project, as a partner's customer has it: by path and digest. */
export function packedChart(
  helm: string,
  project: string,
  name: "runtime" | "policy-manager",
  version: string,
): { readonly reference: string; readonly digest: string; readonly version: string } {
  const folder = join(project, "charts");
  mkdirSync(folder, { recursive: true });
  const source = join(root, "test", "support", "partnerCharts", name);
  execFileSync(helm, ["package", source, "--destination", folder], { stdio: "pipe" });
  const reference = join("charts", `${name}-${version}.tgz`);
  const digest = createHash("sha256")
    .update(readFileSync(join(project, reference)))
    .digest("hex");
  return { reference, digest: `sha256:${digest}`, version };
}
