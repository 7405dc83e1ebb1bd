import { readFileSync } from "node:fs";
import type { AgentPolicyArgs } from "../../../components/guest/agentPolicy";
import { lockdownPolicy } from "../../../components/guest/agentPolicy";
import { containerAttacks, sandboxAttacks } from "../../acceptance/guest/attacks";
import {
  copyFileDefaults,
  createSandbox,
  createSandboxDefaults,
  modelContainer,
  pauseContainer,
  podFile,
  releaseArgs,
} from "../../acceptance/guest/kataRequests";
import { upstream } from "../upstream";

/** One request to the guest's agent, under one agent policy. */
export interface AgentCase {
  readonly title: string;
  readonly policy: keyof typeof agentPolicies;
  /** Name of the request, which is the rule's. */
  readonly kind: string;
  readonly request: unknown;
}

const environment = modelContainer().OCI.Process.Env;

const policies = {
  sample: {},
  "without command": { command: [] },
  "with environment": { environment },
  "with scratch": { scratchMounts: ["/scratch", "/tmp"] },
} satisfies Record<string, Partial<AgentPolicyArgs>>;

/** Agent policies of the built-in kind, one for each of its switches. */
export const agentPolicies = Object.fromEntries(
  Object.entries(policies).map(([name, changes]) => [name, lockdownPolicy({ ...releaseArgs, ...changes }).rego]),
) as Record<keyof typeof policies, string>;

/** Requests that a hostile host makes, and the good ones that they differ from in one thing. */
function madeRequests(): Omit<AgentCase, "policy">[] {
  const container = (title: string, request: unknown) => ({ title, kind: "CreateContainerRequest", request });
  const changed = <T>(request: T, change: (request: T) => unknown): T => {
    change(request);
    return request;
  };
  return [
    container("the model's container", modelContainer()),
    container("the pause container", pauseContainer()),
    ...Object.entries(containerAttacks).map(([what, change]) => container(what, changed(modelContainer(), change))),
    ...Object.entries(sandboxAttacks).map(([what, change]) => container(what, changed(pauseContainer(), change))),
    { title: "the sandbox", kind: "CreateSandboxRequest", request: createSandbox() },
    { title: "hosts", kind: "CopyFileRequest", request: { ...copyFileDefaults, path: podFile("hosts") } },
    { title: "a file elsewhere", kind: "CopyFileRequest", request: { ...copyFileDefaults, path: "/etc/passwd" } },
    ...[
      "ExecProcessRequest",
      "ReadStreamRequest",
      "SetPolicyRequest",
      "WriteStreamRequest",
      "StartContainerRequest",
    ].map((kind) => ({ title: kind, kind, request: {} })),
  ];
}

const recordings = [
  "addarpneighbors",
  "copyfile",
  "createcontainer/cgroup_mount_extras",
  "createcontainer/env_vars",
  "createcontainer/generate_name",
  "createcontainer/gid",
  "createcontainer/gpu_vfio_cdi",
  "createcontainer/ignored_fields",
  "createcontainer/network_namespace",
  "createcontainer/security_context/fsgroup",
  "createcontainer/security_context/runas",
  "createcontainer/security_context/supplemental_groups",
  "createcontainer/sysctls",
  "createcontainer/volumes/config_map",
  "createcontainer/volumes/container_image",
  "createcontainer/volumes/emptydir",
  "createsandbox",
  "state/createcontainer",
  "state/execprocess",
  "state/execprocessdeployment",
  "updateinterface",
  "updateroutes",
];

/** Requests that Kata recorded for its own policies, as they are and with what the agent fills in. */
function recordedRequests(): Omit<AgentCase, "policy">[] {
  return recordings.flatMap((name) => {
    const file = upstream(`genpolicy-cases/${name}/testcases.json`);
    if (!file) return [];
    const cases = JSON.parse(readFileSync(file, "utf8")) as { description: string; kind: string; request: object }[];
    return cases.flatMap(({ description, kind, request }) => {
      const title = `${name}: ${description}`;
      const defaults = { CopyFileRequest: copyFileDefaults, CreateSandboxRequest: createSandboxDefaults }[kind];
      return [
        { title, kind, request },
        ...(defaults ? [{ title: `${title}, filled in`, kind, request: { ...defaults, ...request } }] : []),
      ];
    });
  });
}

/** Whether Kata's recorded requests are there to ask about. */
export const hasRecordings = upstream("genpolicy-cases/copyfile/testcases.json") !== undefined;

export function agentCases(): AgentCase[] {
  const requests = [...madeRequests(), ...recordedRequests()];
  return (Object.keys(policies) as (keyof typeof policies)[]).flatMap((policy) =>
    requests.map((request) => ({ ...request, title: `${policy}: ${request.title}`, policy })),
  );
}
