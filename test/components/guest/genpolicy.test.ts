import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GenpolicyArgs } from "../../../components/guest/genpolicy";
import { genpolicyPolicy } from "../../../components/guest/genpolicy";
import { lockdownPolicy } from "../../../components/guest/agentPolicy";
import { genpolicyReleases } from "../../../components/guest/genpolicyReleases";
import { canonicalJson, sha256 } from "../../../components/names";

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
  common: Record<string, string>;
  cluster_config: Record<string, unknown>;
  sandbox: { storages: Record<string, string>[] };
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
  common: { root_path: "/run/kata-containers/$(bundle-id)/rootfs" },
  cluster_config: { emptydir_type: "block-encrypted", guest_pull: true },
  sandbox: {
    storages: [
      { driver: "ephemeral", fstype: "tmpfs", mount_point: "/run/kata-containers/sandbox/shm", source: "shm" },
    ],
  },
  request_defaults: {
    CopyFileRequest: ["$(sfprefix)"],
    CreateContainerRequest: { allow_env_regex: ["^TERM=xterm$"] },
    ExecProcessRequest: { allowed_commands: [], regex: [] },
    CloseStdinRequest: false,
    ReadStreamRequest: false,
    UpdateEphemeralMountsRequest: false,
    WriteStreamRequest: false,
  },
});
const written = (data: unknown = sampleData(), text = rules) =>
  `${text}\npolicy_data := ${JSON.stringify(data, null, 2)}`;
/** As if some release of genpolicy had the rules, and the sample's settings. */
const releaseWith = (text: string) => ({
  "9.9.9": {
    rules: sha256(text),
    settings: {
      common: sha256(canonicalJson(sampleData().common)),
      "request_defaults.CreateContainerRequest": sha256(
        canonicalJson(sampleData().request_defaults.CreateContainerRequest),
      ),
    },
  },
});
const args = (changes: Partial<GenpolicyArgs> = {}): GenpolicyArgs => ({
  releases: releaseWith(rules),
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
    // Even if they were genpolicy's own.
    const text = `${rules}${rule}\n`;
    expect(() => genpolicyPolicy(args({ rego: written(sampleData(), text), releases: releaseWith(text) }))).toThrow(
      /^agent policy: /,
    );
  });

  it.each([
    "ExecProcessRequest := false if { input.never } else := true",
    "ExecProcessRequest {\n\n 1 == 1\n}",
    "ExecProcessRequest { not false }",
    "ExecProcessRequest := 1 == 1",
    "ExecProcessRequest := (true)",
    "foo { true } ExecProcessRequest := true",
    "ExecProcessRequest { ok }\nok := true",
    'ReadStreamRequest := {"ops": [{}], "allowed": true}',
    'ReadStreamRequest := {"ops": [], "allowed": true} { true }',
    "# an innocent remark",
  ])("with rules that are not genpolicy's own, whatever they look like: %s", (rule) => {
    expect(() => genpolicyPolicy(args({ rego: written(sampleData(), `${rules}${rule}\n`) }))).toThrow(
      /are not the rules\.rego of genpolicy 9\.9\.9/,
    );
  });

  it("by default, where Kata's releases did not bring its rules along", () => {
    expect(() => genpolicyPolicy(args({ releases: undefined }))).toThrow(
      /are not the rules\.rego of genpolicy 4\.1\.0/,
    );
    expect(Object.keys(genpolicyReleases).filter((version) => version < "4.1.0")).toEqual([]);
  });

  it("where policy_data has a key twice, of which the guest could take the other", () => {
    const rego = written().replace('"WriteStreamRequest": false', '"WriteStreamRequest": true,\n    $&');
    expect(() => genpolicyPolicy(args({ rego }))).toThrow(/has a key twice/);
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
    [
      "a root from the host",
      (d) => (d.common.root_path = "/run/kata-containers/shared/x"),
      /policy_data\.common is not/,
    ],
    [
      "any environment",
      (d) => (d.request_defaults.CreateContainerRequest = { allow_env_regex: [".*"] }),
      /without a drop-in for request_defaults\.CreateContainerRequest/,
    ],
    ["images that the host pulls", (d) => (d.cluster_config.guest_pull = false), /the host pulls its images/],
    ["scratch on the host", (d) => (d.cluster_config.emptydir_type = "shared-fs"), /scratch is shared-fs/],
    [
      "a folder of the host",
      (d) =>
        d.sandbox.storages.push({ driver: "virtio-fs", fstype: "virtiofs", mount_point: "/", source: "kataShared" }),
      /the storage kataShared \(virtio-fs\)/,
    ],
    ["a second sandbox", (d) => d.containers.push(structuredClone(d.containers[0]!)), /has 2 sandbox containers/],
    [
      "a privileged sandbox",
      (d) =>
        ((d.containers[0] as { OCI: { Process: { Capabilities: unknown } } }).OCI.Process.Capabilities = {
          Bounding: ["CAP_SYS_ADMIN"],
        }),
      /drop all/,
    ],
    ["files anywhere by half", (d) => (d.request_defaults.CopyFileRequest = ["$(sfprefix)|^/"]), /copied to /],
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
