import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings";

/** One resource as the engine was told of it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URN of the parent; empty for resources directly under the stack. */
  readonly parent: string;
  /** Names of the resources that have to be there before this one. */
  readonly dependencies: readonly string[];
  /** URN of the provider, with its id. */
  readonly provider: string;
  /** Whether it stays in its cloud when it is no longer managed, and whether nobody may destroy it at all. */
  readonly retained: boolean;
  readonly protected: boolean;
  /** Inputs whose changes are somebody else's, and inputs that replace the resource when they change. */
  readonly ignored: readonly string[];
  readonly replacedOn: readonly string[];
  /** True of a resource that was only looked up. */
  readonly read: boolean;
}

export interface Recording {
  readonly resources: Registration[];
  /** URNs of the components that have registered their outputs. */
  readonly finished: Set<string>;
}

/** What the engine's gRPC requests offer and its typings leave out. */
interface ResourceRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getDependenciesList?(): string[];
  getRetainondelete?(): boolean;
  getProtect?(): boolean;
  getIgnorechangesList?(): string[];
  getReplaceonchangesList?(): string[];
}
type Answer = (error: unknown, response?: { getUrn(): string }) => void;

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

/**
 * Starts Pulumi's mocks, which here also tell parents, dependencies and registered outputs. `outputs` makes what a
 * provider would add to a resource's inputs.
 */
export function recordRegistrations(
  outputs: (
    type: string,
    name: string,
    inputs: Readonly<Record<string, unknown>>,
  ) => Record<string, unknown> = () => ({}),
): Recording {
  const recording: Recording = { resources: [], finished: new Set() };
  const inputs = new Map<string, Record<string, unknown>>();
  const monitor = new MockMonitor({
    newResource: (args) => {
      const given = args.inputs as Record<string, unknown>;
      inputs.set(`${args.type} ${args.name}`, given);
      const release = args.type === "kubernetes:helm.sh/v3:Release" ? { status: { status: "deployed" } } : {};
      const found = args.id ? { metadata: { name: args.id } } : {};
      const made = outputs(args.type, args.name, given);
      return { id: args.id || `${args.name}-id`, state: { ...given, ...release, ...found, ...made } };
    },
    call: (args) => args.inputs as Record<string, unknown>,
  });
  const methods = monitor as unknown as Record<string, (request: ResourceRequest, answer: Answer) => Promise<void>>;
  for (const method of ["registerResource", "readResource"] as const) {
    const original = methods[method]?.bind(monitor);
    methods[method] = (request, answer) =>
      original!(request, (error, response) => {
        const [type, name] = [request.getType(), request.getName()];
        if (response)
          recording.resources.push({
            type,
            name,
            urn: response.getUrn(),
            inputs: inputs.get(`${type} ${name}`) ?? {},
            parent: request.getParent(),
            dependencies: (request.getDependenciesList?.() ?? []).map(nameOf).sort(),
            provider: request.getProvider(),
            retained: request.getRetainondelete?.() ?? false,
            protected: request.getProtect?.() ?? false,
            ignored: request.getIgnorechangesList?.() ?? [],
            replacedOn: request.getReplaceonchangesList?.() ?? [],
            read: method === "readResource",
          });
        answer(error, response);
      });
  }
  const finish = monitor.registerResourceOutputs.bind(monitor) as (
    request: { getUrn(): string },
    answer: Answer,
  ) => void;
  Object.assign(monitor, {
    registerResourceOutputs: (request: { getUrn(): string }, answer: Answer) => {
      recording.finished.add(request.getUrn());
      finish(request, answer);
    },
  });
  setMockOptions(monitor, "trustfoundry", "test", false);
  return recording;
}

/** Everything below a component, looked up by the parents' URNs. */
export function childrenOf(recording: Recording, component: string): Registration[] {
  return recording.resources.filter(({ parent }) => nameOf(parent) === component);
}

export function named(recording: Recording, name: string): Registration {
  const found = recording.resources.find((resource) => resource.name === name);
  if (!found) throw new Error(`no resource ${name}; there are ${recording.resources.map((r) => r.name).join(", ")}`);
  return found;
}

/** What a component's constructor throws, as a user reads it. */
export function refusal(construct: () => pulumi.ComponentResource): string {
  try {
    construct();
  } catch (error) {
    if (pulumi.ResourceError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}
