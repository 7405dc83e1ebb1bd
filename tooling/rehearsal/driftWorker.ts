import { KubeApi } from "../controlplane/api";
import { kubeconfigCredentials } from "../doctor/collect/kubeconfig";
import type { DriftOutcome, JudgedStack } from "../drift/run";
import { drift } from "../drift/run";
import { readStack } from "../drift/state";
import { readCheckpoint } from "../report/sources/checkpoint";
import { ensureToolchain } from "../toolchain/ensure";
import { UserError } from "../ui";
import type { DriftAnswer, DriftRequest } from "./driftProcess";
import { withStack } from "./stackRunner";

/** One party's process: opens the states of its stacks, which nobody else may, and looks at its clusters. */
process.on("disconnect", () => process.exit(1));

async function run(request: DriftRequest): Promise<DriftOutcome> {
  const stacks = await Promise.all(request.stacks.map((each) => judgedStack(each, request)));
  try {
    return await drift({ stacks, heal: request.heal, known: request.known, helm, now: new Date() });
  } finally {
    for (const { api } of stacks) api.close();
  }
}

async function judgedStack(
  { role, place }: DriftRequest["stacks"][number],
  request: DriftRequest,
): Promise<JudgedStack> {
  const { engine, party, tenant, unit, exceptions } = request;
  const program = () => Promise.resolve();
  // The Automation API asks for secrets in plain text; they stay in this process.
  const exported: unknown = await withStack({ place, engine, program, config: {}, policyPacks: [] }, (selected) =>
    selected.exportStack(),
  );
  const stack = readStack(exported);
  const checkpoint = stack && readCheckpoint(JSON.stringify(exported), place.stackName);
  if (!stack || !checkpoint)
    throw new UserError(`The state of ${place.stackName} holds nothing yet.`, "`npm run rehearse` deploys it.");
  return {
    stack,
    role,
    party,
    api: new KubeApi(await kubeconfigCredentials(place.kubeconfig, undefined)),
    ...(role === "infrastructure" && { tenant }),
    resources: checkpoint.resources,
    unit,
    exceptions,
  };
}

async function helm(): Promise<string> {
  const { tools } = await ensureToolchain({ groups: ["test"] });
  const found = tools.find(({ name }) => name === "helm");
  if (!found) throw new Error("the toolchain has no helm");
  return found.path;
}

process.on("message", (request: DriftRequest) => {
  void run(request)
    .then((outcome): DriftAnswer => ({ kind: "outcome", outcome }))
    .catch((error: unknown): DriftAnswer => {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      if (error instanceof UserError)
        return { kind: "failure", message, details: error.details, ...(error.hint && { hint: error.hint }) };
      return { kind: "failure", message, defect: stack ?? message };
    })
    .then((answer) => process.send?.(answer));
});
