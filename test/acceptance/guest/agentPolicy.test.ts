import { describe, expect, it } from "vitest";
import { lockdownPolicy } from "../../../components/guest/agentPolicy";
import type { AgentPolicyArgs } from "../../../components/guest/agentPolicy";
import { containerAttacks, sandboxAttacks } from "./attacks";
import { copyFileDefaults, createSandbox, modelContainer, pauseContainer, podFile, releaseArgs } from "./kataRequests";
import type { CreateContainerRequest } from "./requestTypes";
import type { Question } from "./opa";
import { runOpa, usePolicies } from "./opa";

const { ask, file } = usePolicies();

function askContainer(request: CreateContainerRequest, changes?: Partial<AgentPolicyArgs>): Promise<boolean> {
  return ask("CreateContainerRequest", request, changes);
}

describe("the lockdown policy", () => {
  it.each([
    ["v0, which the guest's agent reads", "--v0-compatible"],
    ["v1, which tools read today", "--v1-compatible"],
  ])("compiles as Rego %s", async (_, dialect) => {
    await expect(runOpa(["check", "--strict", dialect, file()])).resolves.toBeDefined();
  });

  it("ends with its data as JSON, where the attestation service looks for it", () => {
    const { rego } = lockdownPolicy(releaseArgs);
    const data = JSON.parse(rego.slice(rego.lastIndexOf("policy_data := ") + "policy_data := ".length)) as {
      containers: { OCI: { Annotations: Record<string, string> } }[];
    };
    expect(data.containers[0]?.OCI.Annotations["io.kubernetes.cri.image-name"]).toBe(
      `${releaseArgs.image.repository}@${releaseArgs.image.digest}`,
    );
  });
});

describe("the lockdown policy lets through what a release's pod needs", () => {
  it.each<[string, Question]>([
    ["the sandbox", { kind: "CreateSandboxRequest", request: createSandbox() }],
    ["the pause container", { kind: "CreateContainerRequest", request: pauseContainer() }],
    ["the model's container", { kind: "CreateContainerRequest", request: modelContainer() }],
    ...["hostname", "hosts", "resolv.conf", "termination-log"].map((name): [string, Question] => [
      `kubelet's ${name}`,
      { kind: "CopyFileRequest", request: { ...copyFileDefaults, path: podFile(name) } },
    ]),
    ["its start", { kind: "StartContainerRequest", request: { container_id: "x" } }],
    ["its end", { kind: "RemoveContainerRequest", request: { container_id: "x", timeout: 0 } }],
  ])("%s", async (_, { kind, request }) => {
    expect(await ask(kind, request)).toBe(true);
  });

  it("a GPU that was there before the guest started, known by its annotation alone", async () => {
    const request = modelContainer();
    request.devices.shift();
    expect(await askContainer(request)).toBe(true);
  });

  it("the image's device by virtio-blk, a pod without scratch or fsGroup", async () => {
    const request = modelContainer();
    request.devices = request.devices.map((device) => ({ ...device, type_: device.type_.replace("scsi", "blk") }));
    request.storages.pop();
    request.OCI.Mounts.pop();
    expect(await askContainer(request)).toBe(true);
  });

  it("a board's GPUs and NVSwitches, as many as the release has and no more", async () => {
    const request = modelContainer();
    const [gpu] = request.devices;
    if (!gpu) throw new Error("the request has no GPU");
    for (let number = 2; number <= 12; number++)
      request.devices.push({ ...gpu, id: `vfio${number}`, container_path: `/dev/vfio/devices/vfio${number}` });
    expect(await askContainer(request, { passthroughDevices: 12 })).toBe(true);
    expect(await askContainer(request, { passthroughDevices: 11 })).toBe(false);
  });
});

describe("the lockdown policy refuses, asked for the model's container with", () => {
  it.each(Object.entries(containerAttacks))("%s", async (_, change) => {
    const request = modelContainer();
    change(request);
    expect(request).not.toEqual(modelContainer());
    expect(await askContainer(request)).toBe(false);
  });
});

describe("the lockdown policy refuses, asked for the pause container with", () => {
  it.each(Object.entries(sandboxAttacks))("%s", async (_, change) => {
    const request = pauseContainer();
    change(request);
    expect(request).not.toEqual(pauseContainer());
    expect(await askContainer(request)).toBe(false);
  });
});

describe("the lockdown policy refuses", () => {
  const copy = (changes: Partial<Record<keyof typeof copyFileDefaults, unknown>>): Question => ({
    kind: "CopyFileRequest",
    request: { ...copyFileDefaults, path: podFile("hosts"), ...changes },
  });
  const sandbox = (changes: object): Question => ({
    kind: "CreateSandboxRequest",
    request: { ...createSandbox(), ...changes },
  });
  const network = (changes: object): Question => ({
    kind: "UpdateInterfaceRequest",
    request: { interface: { name: "eth0", device: "eth0", hwAddr: "66:74:9f:6a:96:01", raw_flags: 0, ...changes } },
  });
  const route = (changes: object): Question => ({
    kind: "UpdateRoutesRequest",
    request: { routes: { Routes: [{ dest: "", device: "eth0", gateway: "10.244.0.1", source: "", ...changes }] } },
  });
  const toIPAddress = { family: 0, address: "10.0.0.1", mask: "" };
  const neighbour = (changes: object): Question => ({
    kind: "AddARPNeighborsRequest",
    request: { neighbors: { ARPNeighbors: [{ toIPAddress, device: "eth0", state: 128, flags: 0, ...changes }] } },
  });

  it("nothing of an unchanged network", async () => {
    for (const { kind, request } of [network({}), route({}), neighbour({})])
      expect(await ask(kind, request), kind).toBe(true);
  });

  it.each<[string, Question]>([
    [
      "a shell in the running container",
      {
        kind: "ExecProcessRequest",
        request: { container_id: "x", exec_id: "y", string_user: null, process: modelContainer().OCI.Process },
      },
    ],
    ["another policy", { kind: "SetPolicyRequest", request: { policy: "package agent_policy" } }],
    ["reading the output", { kind: "ReadStreamRequest", request: { container_id: "x", exec_id: "x", len: 1 } }],
    ["standard input", { kind: "WriteStreamRequest", request: { container_id: "x", exec_id: "x", data: "" } }],
    ["diagnostic data", { kind: "GetDiagnosticDataRequest", request: { log_path: "/tmp/x" } }],
    ["another clock", { kind: "SetGuestDateTimeRequest", request: { Sec: 0, Usec: 0 } }],
    ["other randomness", { kind: "ReseedRandomDevRequest", request: { data: "" } }],
    ["swapping to a device of the host's", { kind: "AddSwapRequest", request: { PCIPath: [1] } }],
    ["swapping to a path", { kind: "AddSwapPathRequest", request: { path: "/dev/sda" } }],
    ["other resources for the container", { kind: "UpdateContainerRequest", request: { container_id: "x" } }],
    ["new ephemeral mounts", { kind: "UpdateEphemeralMountsRequest", request: { storages: [] } }],
    ["a paused container", { kind: "PauseContainerRequest", request: { container_id: "x" } }],
    ["other firewall rules", { kind: "SetIPTablesRequest", request: { is_ipv6: false, data: "" } }],
    ["a pull by the former interface", { kind: "PullImageRequest", request: { image: "docker.io/evil/shell:1" } }],
    ["a file of the guest's", copy({ path: "/etc/ssl/cert.pem" })],
    ["a file of the image's", copy({ path: "/run/kata-containers/x/rootfs/bin/sh" })],
    ["a file under another name", copy({ path: podFile("start.sh") })],
    ["a file below a pod's file", copy({ path: `${podFile("hosts")}/bin` })],
    ["a file beside the shared folder", copy({ path: podFile("hosts").replace("containers/8", "containers/../8") })],
    ["a directory", copy({ file_type: "Directory", file_mode: 0o040755 })],
    ["a link", copy({ file_type: "Symlink", file_mode: 0o120777, symlink_target: "/etc/shadow" })],
    ["a program as a pod's file", copy({ file_mode: 0o100755 })],
    ["a setuid file", copy({ file_mode: 0o104644 })],
    ["a sandbox with hooks", sandbox({ guest_hook_path: "/usr/share/hooks" })],
    ["a sandbox with kernel modules", sandbox({ kernel_modules: [{ name: "evil.ko", parameters: [] }] })],
    ["a sandbox with shared processes", sandbox({ sandbox_pidns: true })],
    ...Object.entries({
      driver: "virtio-fs",
      fstype: "virtiofs",
      source: "kataShared",
      mount_point: "/run/kata-containers",
      driver_options: ["encryption_key=ephemeral"],
    }).map(([property, value]): [string, Question] => [
      `a sandbox whose memory has another ${property}`,
      sandbox({ storages: [{ ...createSandbox().storages[0], [property]: value }] }),
    ]),
    ["another loopback interface", network({ name: "lo" })],
    ["an interface without an address", network({ hwAddr: "00:00:00:00:00:00" })],
    ["a promiscuous interface", network({ raw_flags: 256 })],
    ["routes over loopback", route({ device: "lo" })],
    ...["127.0.0.1", "::1", "0:0:0:0:0:0:0:1"].map((source): [string, Question] => [
      `a route from ${source}`,
      route({ source }),
    ]),
    ["a neighbour on loopback", neighbour({ device: "lo" })],
    ["a neighbour with loopback's address", neighbour({ toIPAddress: { family: 0, address: "127.1.2.3", mask: "" } })],
    ["a whole network as neighbour", neighbour({ toIPAddress: { family: 0, address: "10.0.0.0", mask: "8" } })],
    ["a neighbour of another state", neighbour({ state: 0 })],
    ["a neighbour with other flags", neighbour({ flags: 5 })],
    ["requests that fail the policy", { kind: "AllowRequestsFailingPolicy", request: {} }],
  ])("%s", async (_, { kind, request }) => {
    expect(await ask(kind, request)).toBe(false);
  });
});

describe("what a release leaves open or binds", () => {
  it("any program, where it names no command; the words say so", async () => {
    const request = modelContainer();
    request.OCI.Process.Args = ["/bin/sh", "-c", "env"];
    expect(await askContainer(request)).toBe(false);
    expect(await askContainer(request, { command: [] })).toBe(true);
    expect(lockdownPolicy({ ...releaseArgs, command: [] }).notBound.join()).toMatch(/may run any program/);
  });

  it("every variable, where it lists them", async () => {
    const request = modelContainer();
    const environment = request.OCI.Process.Env.slice(0, 2);
    expect(await askContainer(request, { environment })).toBe(true);
    request.OCI.Process.Env.push("LOG_LEVEL=debug");
    expect(await askContainer(request, { environment })).toBe(false);
    expect(await askContainer(request)).toBe(true);
  });

  it("scratch where it says, and nowhere else", async () => {
    const request = modelContainer();
    expect(await askContainer(request, { scratchMounts: ["/cache"] })).toBe(false);
    const scratch = request.OCI.Mounts.at(-1);
    if (scratch) scratch.destination = "/cache";
    expect(await askContainer(request, { scratchMounts: ["/cache"] })).toBe(true);
  });
});
