import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** URN of the parent; empty for resources directly under the stack. */
  readonly parent: string;
}

/** Starts Pulumi's mocks and returns the list that every registered resource is added to. */
export async function recordResources(): Promise<Registered[]> {
  const registered: Registered[] = [];
  const parents = new Map<string, string>();
  // The mocks' own callback is not told the parent; the URN that the monitor makes afterwards is.
  const monitor = MockMonitor.prototype as unknown as {
    newUrn: (parent: string, type: string, name: string) => string;
    plain?: unknown;
  };
  const original = (monitor.plain ?? monitor.newUrn) as typeof monitor.newUrn;
  monitor.plain = original;
  monitor.newUrn = function (parent, type, name) {
    parents.set(`${type} ${name}`, parent);
    return original.call(this, parent, type, name);
  };
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        registered.push({
          type: args.type,
          name: args.name,
          inputs: args.inputs as Record<string, unknown>,
          get parent() {
            return parents.get(`${args.type} ${args.name}`) ?? "";
          },
        });
        return { id: `${args.name}-id`, state: args.inputs as Record<string, unknown> };
      },
      call: (args) => args.inputs as Record<string, unknown>,
    },
    "trustfoundry",
    "test",
    false,
  );
  return registered;
}

/** The value of an output under mocks. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value)));
}

/** Waits until everything that was constructed has been registered. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
