import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, inject } from "vitest";
import { shortHash } from "../../../components/names";
import type { AgentPolicyArgs } from "../../../components/guest/agentPolicy";
import { lockdownPolicy } from "../../../components/guest/agentPolicy";
import { releaseArgs } from "./kataRequests";

/** A request as the agent's policy is asked about it: name of the rule, and the request as JSON. */
export interface Question {
  readonly kind: string;
  readonly request: unknown;
}

const opa = join(inject("toolchain").binDir, "opa");

/** Runs opa and returns what it printed; a failure says why. */
export function runOpa(args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(opa, [...args], { maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
      error ? reject(new Error(`opa ${args[0]}: ${stderr || stdout || error.message}`)) : resolve(stdout),
    );
    child.stdin?.end(input);
  });
}

/**
 * The agent's decision: only `true`, or an object that says `allowed`, lets a request through; a rule that is missing or
 * undefined refuses it (kata-containers, src/agent/policy).
 */
async function isAllowed(policyFile: string, { kind, request }: Question): Promise<boolean> {
  const text = await runOpa(
    ["eval", "--v0-compatible", "--format=json", "--data", policyFile, "--stdin-input", `data.agent_policy.${kind}`],
    JSON.stringify(request),
  );
  const { result } = JSON.parse(text) as { result?: { expressions: { value: unknown }[] }[] };
  const value = result?.[0]?.expressions[0]?.value;
  return (
    value === true || (typeof value === "object" && value !== null && "allowed" in value && value.allowed === true)
  );
}

export interface Policies {
  /** File with the policy of the sample release, with these changes. */
  file(changes?: Partial<AgentPolicyArgs>): string;
  /** What the agent would answer under that policy. */
  ask(kind: string, request: unknown, changes?: Partial<AgentPolicyArgs>): Promise<boolean>;
}

/** For the top of a test file: policies in a folder that goes when the file's tests have run. */
export function usePolicies(): Policies {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "trustfoundry-agent-policy-"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const file = (changes: Partial<AgentPolicyArgs> = {}) => {
    const { rego } = lockdownPolicy({ ...releaseArgs, ...changes });
    const path = join(directory, `${shortHash(rego)}.rego`);
    writeFileSync(path, rego);
    return path;
  };
  return { file, ask: (kind, request, changes) => isAllowed(file(changes), { kind, request }) };
}
