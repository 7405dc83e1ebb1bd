import { resolve } from "node:path";
import { execa } from "execa";
import { printable, runMain } from "../ui";
import type { Audit } from "./auditReport";
import { readAudit, readSignatures } from "./auditReport";

/** Where no registry answered: neither good nor bad, and for a pipeline no success. */
const unknownExitCode = 2;

/**
 * `npm run audit`: asks the registry for known vulnerabilities of all locked packages, and for its signatures. Ends with 0
 * where both are clean, 1 where one is not, 2 where nobody answered.
 */
async function main(signal: AbortSignal): Promise<void> {
  const root = resolve(__dirname, "../..");
  const npm = (args: readonly string[]) => execa("npm", args, { cwd: root, reject: false, signal });
  const audit = await npm(["audit", "--json"]);
  const signatures = await npm(["audit", "signatures", "--json"]);
  const found: readonly (readonly [string, Audit])[] = [
    ["known vulnerabilities", readAudit(audit.stdout, audit.stderr)],
    ["registry signatures", readSignatures(signatures.stdout, signatures.stderr)],
  ];
  for (const [what, said] of found) {
    if (said.kind === "clean") console.log(`✓ ${what}: asked, and nothing is wrong.`);
    if (said.kind === "vulnerable")
      console.log(`✗ ${what}:\n${said.lines.map((line) => `  ${printable(line)}`).join("\n")}`);
    if (said.kind === "unknown")
      console.log(`? ${what}: not audited, since the registry did not answer: ${printable(said.why)}`);
  }
  const kinds = found.map(([, { kind }]) => kind);
  process.exitCode = kinds.includes("vulnerable") ? 1 : kinds.includes("unknown") ? unknownExitCode : 0;
}

void runMain(main);
