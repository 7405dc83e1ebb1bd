import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GenpolicyArgs } from "../../../components/guest/genpolicy";
import { genpolicyPolicy } from "../../../components/guest/genpolicy";
import { lockdownPolicy } from "../../../components/guest/agentPolicy";

// Constructed after the shape of genpolicy's output; Kata's own rules are not part of this project.

const image = { repository: "nvcr.io/nim/meta/llama-3.1-8b-instruct", digest: `sha256:${"a".repeat(64)}` };
const closed = ["CopyFile", "CreateContainer", "CreateSandbox", "ExecProcess", "ReadStream", "SetPolicy"]
  .concat(["UpdateEphemeralMounts", "WriteStream"])
  .map((name) => `default ${name}Request := false`);
const open = ["StartContainer", "WaitProcess"].map((name) => `default ${name}Request := true`);
const rules = [
  "package agent_policy",
  "",
  "import future.keywords.in",
  "",
  ...closed,
  ...open,
  "# AllowRequestsFailingPolicy := true would let failing requests through.",
  "default AllowRequestsFailingPolicy := false",
  "",
  'CreateContainerRequest := {"ops": [], "allowed": true} {',
  "  some container in policy_data.containers",
  "  input.OCI.Process.Args == container.OCI.Process.Args",
  "}",
  "",
].join("\n");

interface Data {
  containers: Record<string, unknown>[];
  request_defaults: Record<string, unknown>;
}
const container = (type: string, more: object) => ({
  OCI: {
    Annotations: { "io.kubernetes.cri.container-type": type },
    Process: { Args: ["/pause"], Terminal: false, User: { UID: 65535, GID: 65535 }, Capabilities: { Bounding: [] } },
    ...more,
  },
  exec_commands: [],
});
const sampleData = (): Data => ({
  containers: [
    container("sandbox", {}),
    container("container", {
      Annotations: {
        "io.kubernetes.cri.container-type": "container",
        "io.kubernetes.cri.image-name": `${image.repository}@${image.digest}`,
      },
      Process: {
        Args: ["serve", "--model", "/models/llama-8b"],
        Terminal: false,
        User: { UID: 1000, GID: 1000 },
        Capabilities: { Bounding: [], Effective: [] },
      },
    }),
  ],
  request_defaults: {
    CopyFileRequest: ["$(sfprefix)"],
    ExecProcessRequest: { allowed_commands: [], regex: [] },
    CloseStdinRequest: false,
    ReadStreamRequest: false,
    UpdateEphemeralMountsRequest: false,
    WriteStreamRequest: false,
  },
});
const written = (data: unknown = sampleData(), text = rules) => `${text}\npolicy_data := ${JSON.stringify(data)}\n`;
const args = (changes: Partial<GenpolicyArgs> = {}): GenpolicyArgs => ({
  rego: written(),
  image,
  user: { uid: 1000, gid: 1000 },
  command: ["serve", "--model", "/models/llama-8b"],
  openings: [],
  ...changes,
});

describe("a policy that genpolicy made for the release", () => {
  it("is taken to the letter, and says whose it is", () => {
    const { rego, notBound } = genpolicyPolicy(args());
    expect(rego).toBe(written());
    expect(notBound[0]).toMatch(/made by genpolicy/);
  });

  it("may run the image's own program, where the release names none", () => {
    expect(genpolicyPolicy(args({ command: [] })).rego).toBe(written());
  });

  it.each([
    ["exec", { ExecProcessRequest: { allowed_commands: [["/bin/health"]], regex: [] } }],
    ["exec", { ExecProcessRequest: { allowed_commands: [], regex: ["^/bin/health$"] } }],
    ["logs", { ReadStreamRequest: true }],
    ["stdin", { WriteStreamRequest: true }],
    ["stdin", { CloseStdinRequest: true }],
  ] as const)("opens %s where, and only where, the model names it: %j", (opening, defaults) => {
    const data = sampleData();
    const rego = written({ ...data, request_defaults: { ...data.request_defaults, ...defaults } });
    expect(() => genpolicyPolicy(args({ rego }))).toThrow(
      new RegExp(`opens ${opening}, which the model does not name`),
    );
    expect(genpolicyPolicy(args({ rego, openings: [opening] })).notBound.join()).toMatch(/as the release names/);
    expect(() => genpolicyPolicy(args({ openings: [opening] }))).toThrow(/which it does not open/);
  });
});

describe("a policy is refused", () => {
  it.each([
    "default ExecProcessRequest := true",
    "default AllowRequestsFailingPolicy := true # for now",
    "  default WriteStreamRequest:=true",
    'default CopyFileRequest := {"allowed": true}',
    "SetPolicyRequest := true",
    "ExecProcessRequest = true",
    "ExecProcessRequest { true }",
    "ExecProcessRequest if true",
    "ExecProcessRequest := true if { true }",
    'ReadStreamRequest := {"ops": [], "allowed": true}',
    'x := "#"; default SetPolicyRequest := true',
    "policy_data := {}",
  ])("with %s among its rules", (rule) => {
    expect(() => genpolicyPolicy(args({ rego: written(sampleData(), `${rules}${rule}\n`) }))).toThrow(
      /^agent policy: /,
    );
  });

  it.each(closed)("without %s", (line) => {
    expect(() => genpolicyPolicy(args({ rego: written(sampleData(), rules.replace(line, "")) }))).toThrow(
      /has no default/,
    );
  });

  const serving = (data: Data) => data.containers[1] as { OCI: Record<string, never>; exec_commands: unknown[] };
  const oci = (data: Data) =>
    serving(data).OCI as unknown as { Annotations: Record<string, string>; Process: Record<string, unknown> };
  it.each<[string, (data: Data) => unknown, RegExp]>([
    ["another image", (d) => (oci(d).Annotations["io.kubernetes.cri.image-name"] = "x@sha256:0"), /for the image x@/],
    ["an image by tag", (d) => (oci(d).Annotations["io.kubernetes.cri.image-name"] = "x:1"), /for the image x:1/],
    ["no image", (d) => delete oci(d).Annotations["io.kubernetes.cri.image-name"], /for the image \(none\)/],
    ["root", (d) => (oci(d).Process.User = { UID: 0, GID: 0 }), /runs as 0:0, not as 1000:1000/],
    ["no user", (d) => delete oci(d).Process.User, /runs as \?:\?/],
    ["another program", (d) => (oci(d).Process.Args = ["/bin/sh"]), /runs \["\/bin\/sh"\]/],
    ["a terminal", (d) => (oci(d).Process.Terminal = true), /a terminal/],
    ["all capabilities", (d) => (oci(d).Process.Capabilities = { Bounding: ["$(privileged_caps)"] }), /drop all/],
    ["CAP_SYS_ADMIN", (d) => (oci(d).Process.Capabilities = { Effective: ["CAP_SYS_ADMIN"] }), /drop all/],
    ["a container more", (d) => d.containers.push(structuredClone(serving(d)) as never), /for 2 containers/],
    ["no container", (d) => d.containers.pop(), /for 0 containers/],
    ["a probe's command", (d) => serving(d).exec_commands.push("cat /key"), /opens exec/],
    ["files anywhere", (d) => (d.request_defaults.CopyFileRequest = ["^/etc/"]), /copied to "\^\/etc\/"/],
    ["diagnostics", (d) => (d.request_defaults.GetDiagnosticDataRequest = true), /which nothing needs/],
    ["no defaults", (d) => delete (d as Partial<Data>).request_defaults, /request_defaults is not what genpolicy/],
  ])("for %s", (_, change, says) => {
    const data = sampleData();
    change(data);
    expect(() => genpolicyPolicy(args({ rego: written(data) }))).toThrow(says);
  });

  it("that is no policy of genpolicy's at all", () => {
    expect(() => genpolicyPolicy(args({ rego: "package policy\n" }))).toThrow(/not what genpolicy writes/);
    expect(() => genpolicyPolicy(args({ rego: `${written()}more := 1\n` }))).toThrow(/not JSON up to the end/);
    const own = lockdownPolicy({ image, user: { uid: 1000, gid: 1000 }, command: ["serve"], passthroughDevices: 1 });
    expect(() => genpolicyPolicy(args({ rego: own.rego }))).toThrow(/^agent policy: /);
  });

  it("by a sentence, whatever text it is", () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), (text, json) => {
        expect(() => genpolicyPolicy(args({ rego: `${rules}${text}\npolicy_data := ${json}` }))).toThrow(
          /^agent policy: /,
        );
      }),
    );
  });
});
