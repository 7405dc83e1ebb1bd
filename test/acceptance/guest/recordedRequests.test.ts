import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { absence, upstream } from "../../support/upstream";
import { copyFileDefaults, createSandboxDefaults, modelContainer, pauseContainer } from "./kataRequests";
import type { CreateContainerRequest } from "./requestTypes";
import { usePolicies } from "./opa";

const { ask } = usePolicies();

interface RecordedCase {
  readonly description: string;
  readonly allowed: boolean;
  readonly kind: string;
  readonly request: Record<string, unknown>;
}

function recorded(name: string): RecordedCase[] {
  const file = upstream(`genpolicy-cases/${name}/testcases.json`);
  return file ? (JSON.parse(readFileSync(file, "utf8")) as RecordedCase[]) : [];
}

/** A recorded request with what its recording leaves out and the agent's deserialiser fills in. */
function filledIn(request: Record<string, unknown>): CreateContainerRequest {
  const { storages, ...rest } = request as unknown as CreateContainerRequest;
  return { ...structuredClone(rest), storages: storages.map((storage) => ({ ...storage, shared: false })) };
}

/** Every path of a structure, lists without their numbers. */
function shape(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => shape(item, `${path}[]`));
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, item]) => shape(item, `${path}.${key}`));
}

const cases = "genpolicy-cases/copyfile/testcases.json";

describe.skipIf(!upstream(cases))(`Kata's recorded requests${absence(cases)}`, () => {
  // Files and folders beyond the four of each pod are genpolicy's to allow, since it knows the pod's volumes.
  it("copies: what Kata's own rules refuse is refused, and of the rest only a pod's files pass", async () => {
    for (const { description, request, allowed } of recorded("copyfile")) {
      const isPodFile = request.file_type === "Regular" && String(request.path).endsWith("-resolv.conf");
      expect(await ask("CopyFileRequest", { ...copyFileDefaults, ...request }), description).toBe(allowed && isPodFile);
    }
  });

  it.each(["updateinterface", "updateroutes", "addarpneighbors"])("%s: the same answers as Kata's", async (name) => {
    expect(recorded(name).length).toBeGreaterThan(0);
    for (const { description, kind, request, allowed } of recorded(name))
      expect(await ask(kind, request), description).toBe(allowed);
  });

  it("sandboxes: the same answers as Kata's", async () => {
    expect(recorded("createsandbox").length).toBeGreaterThan(0);
    for (const { description, kind, request, allowed } of recorded("createsandbox"))
      expect(await ask(kind, { ...createSandboxDefaults, ...request }), description).toBe(allowed);
  });

  it.each(["state/createcontainer", "createcontainer/ignored_fields"])("the pause container of %s", async (name) => {
    const pauses = recorded(name).filter(({ kind, allowed }) => kind === "CreateContainerRequest" && allowed);
    expect(pauses.length).toBeGreaterThan(0);
    for (const { request, kind } of pauses) expect(await ask(kind, filledIn(request))).toBe(true);
  });

  it("a pod's own sysctls are refused, though Kata's rules allow what the pod asks for", async () => {
    const [pause] = recorded("createcontainer/sysctls").filter(({ allowed }) => allowed);
    const request = filledIn(pause?.request ?? {});
    expect(request.OCI.Linux.Sysctl).toHaveProperty(["net.ipv4.ip_forward"]);
    expect(await ask("CreateContainerRequest", request)).toBe(false);
    delete request.OCI.Linux.Sysctl["net.ipv4.ip_forward"];
    expect(await ask("CreateContainerRequest", request)).toBe(true);
  });

  it("commands in a running container are refused, whatever Kata's own rules say", async () => {
    const commands = recorded("state/execprocess").filter(({ kind }) => kind === "ExecProcessRequest");
    expect(commands.length).toBeGreaterThan(0);
    for (const { description, kind, request } of commands) expect(await ask(kind, request), description).toBe(false);
  });

  it("have every field that the requests of these tests have", () => {
    const known = new Set(
      [
        "state/execprocess",
        "state/createcontainer",
        "createcontainer/gpu_vfio_cdi",
        "createcontainer/volumes/emptydir",
        "createcontainer/security_context/fsgroup",
      ]
        .flatMap((name) => recorded(name))
        .filter(({ kind }) => kind === "CreateContainerRequest")
        .flatMap(({ request }) => shape(request)),
    );
    // No recorded container has a device node or system controls; kata's oci.proto has their fields.
    const own = [...shape(modelContainer()), ...shape(pauseContainer())]
      .filter((path) => !/^\.OCI\.(Linux\.(Devices|Sysctl)|Annotations)/.test(path))
      .filter((path) => !path.endsWith("[]"));
    expect(own.filter((path) => !known.has(path))).toEqual([]);
  });
});
