import { describe, expect, it } from "vitest";
import { lockdownPolicy } from "../../../components/guest/agentPolicy";
import type { AgentPolicyArgs } from "../../../components/guest/agentPolicy";

const args: AgentPolicyArgs = {
  image: { repository: "nvcr.io/nim/meta/llama", digest: `sha256:${"a".repeat(64)}` },
  user: { uid: 1000, gid: 2000 },
  command: ["/opt/nim/start", "--name", 'quoted "and" back\\slashed'],
  environment: ["PATH=/usr/bin", "EMPTY=", "A_NAME=x=y"],
  scratchMounts: ["/tmp", "/cache"],
  passthroughDevices: 12,
};

interface PolicyData {
  readonly containers: readonly Record<string, unknown>[];
}

/** What stands behind `policy_data :=`, as the attestation service reads it. */
function dataOf(rego: string): PolicyData {
  const mark = "\npolicy_data := ";
  expect(rego.split(mark)).toHaveLength(2);
  return JSON.parse(rego.slice(rego.indexOf(mark) + mark.length)) as PolicyData;
}

// What the rules decide is asked of OPA in the acceptance tests.
describe("the lockdown policy", () => {
  it("binds what the release says, in data that the attestation service reads", () => {
    const { containers } = dataOf(lockdownPolicy(args).rego);
    expect(containers).toEqual([
      {
        OCI: {
          Annotations: { "io.kubernetes.cri.image-name": `nvcr.io/nim/meta/llama@sha256:${"a".repeat(64)}` },
          Process: { User: { UID: 1000, GID: 2000 } },
        },
        arguments: args.command,
        environment: ["A_NAME=x=y", "EMPTY=", "PATH=/usr/bin"],
        groups: [2000],
        image: `nvcr.io/nim/meta/llama@sha256:${"a".repeat(64)}`,
        passthrough_devices: 12,
        scratch_mounts: ["/cache", "/tmp"],
      },
    ]);
  });

  it("is the same whatever the order of variables and mounts", () => {
    const reordered = {
      ...args,
      environment: [...(args.environment ?? [])].reverse(),
      scratchMounts: ["/cache", "/tmp"],
    };
    expect(lockdownPolicy(reordered)).toEqual(lockdownPolicy(args));
  });

  it("names what it does not bind", () => {
    const bound = lockdownPolicy(args).notBound;
    expect(bound.join("\n")).toMatch(/host name.*number of containers.*working directory/s);
    expect(bound.join("\n")).not.toMatch(/program|environment/);
    const open = lockdownPolicy({ ...args, command: [], environment: undefined }).notBound;
    expect(open).toHaveLength(bound.length + 2);
    expect(open.join("\n")).toMatch(/may run any program of the image, a shell included/);
    expect(open.join("\n")).toMatch(/environment variables, since the release lists none/);
  });

  it.each<[string, Partial<AgentPolicyArgs>, RegExp]>([
    ["a tag for a digest", { image: { repository: "x", digest: "latest" } }, /"latest" is no digest/],
    ["root", { user: { uid: 0, gid: 1 } }, /would run as root/],
    ["root's group", { user: { uid: 1, gid: 0 } }, /would run as root/],
    ["a negative user", { user: { uid: -1, gid: 1 } }, /would run as root/],
    ["no number as user", { user: { uid: NaN, gid: 1 } }, /would run as root/],
    ["half a user", { user: { uid: 1.5, gid: 1 } }, /would run as root/],
    ["a variable without a value", { environment: ["PATH"] }, /"PATH" is no variable; write NAME=value/],
    ["a variable without a name", { environment: ["=x"] }, /is no variable/],
    ...["tmp", "/", "/usr/lib", "/etc", "/proc", "/dev/shm", "/lib64/x", "/a/../etc", "/./etc", "/a b", "/tmp/"].map(
      (path): [string, Partial<AgentPolicyArgs>, RegExp] => [
        `scratch at ${path}`,
        { scratchMounts: [path] },
        /would cover system files; write a path such as \/tmp/,
      ],
    ),
    ["half a device", { passthroughDevices: 0.5 }, /0.5 is no number of devices/],
    ["fewer than no devices", { passthroughDevices: -1 }, /-1 is no number of devices/],
  ])("refuses %s", (_, change, message) => {
    expect(() => lockdownPolicy({ ...args, ...change })).toThrow(message);
  });

  it("shows no variable's value in a message", () => {
    expect(() => lockdownPolicy({ ...args, environment: ["a b=canary"] })).toThrow(/^(?!.*canary)/);
  });
});
