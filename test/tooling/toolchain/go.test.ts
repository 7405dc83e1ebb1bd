import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { findGo, goEnvironment, isNewEnough, requireGo } from "../../../tooling/toolchain/go";
import { findOnPath } from "../../../tooling/toolchain/onPath";
import { fakeGo, useDirectory, write } from "./support";

vi.setConfig({ testTimeout: 60_000 });

const directory = useDirectory();

describe("Go", () => {
  it("is found on PATH, and says its version", async () => {
    const go = fakeGo(directory(), "", "go1.27.1");
    expect(await findGo(go.env)).toEqual({ executable: go.executable, version: "go1.27.1" });
    expect(go.calls()).toEqual(["env GOVERSION"]);
  });

  it("that does not work is refused, with what it says", async () => {
    const broken = write(
      join(directory(), "path/go"),
      "#!/bin/sh\necho 'go: cannot find GOROOT directory' >&2\nexit 2\n",
      0o755,
    );
    await expect(findGo({ PATH: join(directory(), "path") })).rejects.toThrow(
      `${broken} does not work: \`go env GOVERSION\` says "go: cannot find GOROOT directory".`,
    );
  });

  it("that says nothing is refused, too", async () => {
    write(join(directory(), "path/go"), "#!/bin/sh\n", 0o755);
    await expect(findGo({ PATH: join(directory(), "path") })).rejects.toThrow(/says "nothing"/);
  });

  it.each([
    ["go1.26", true],
    ["go1.26.0", true],
    ["go1.26.8", true],
    ["go1.27rc1", true],
    ["go1.100", true],
    ["go2.0", true],
    ["devel go1.28-abcdef", true],
    ["go1.26.8 X:nocoverageredesign", true],
    ["go1.25.9", false],
    ["go1.9", false],
    ["go0.30", false],
    ["", false],
    ["gccgo", false],
  ])("%j is new enough: %s", (version, newEnough) => {
    expect(isNewEnough(version)).toBe(newEnough);
  });

  it("is wanted in one sentence, with what to do", () => {
    const hint = "Install Go 1.26 or newer from https://go.dev/dl/ and put it first on PATH.";
    expect(() => requireGo(undefined, "etcd")).toThrow(
      expect.objectContaining({
        message: "Go is missing: etcd is built from source, and there is no `go` on PATH.",
        hint,
      }) as Error,
    );
    expect(() => requireGo({ executable: "/opt/go/bin/go", version: "go1.24.2" }, "etcd")).toThrow(
      expect.objectContaining({ message: "/opt/go/bin/go is go1.24.2; etcd needs Go 1.26 or newer.", hint }) as Error,
    );
    const go = { executable: "/opt/go/bin/go", version: "go1.26.8" };
    expect(requireGo(go, "etcd")).toBe(go);
  });
});

describe("a build's environment", () => {
  it("keeps where modules come from and how they are verified, and the folders", () => {
    const user = {
      PATH: "/bin",
      HOME: "/home/u",
      GOPROXY: "https://proxy.example",
      GOSUMDB: "sum.example",
      GONOSUMDB: "example.com",
      GOPRIVATE: "example.com",
      GOCACHE: "/disk/cache",
      GOMODCACHE: "/disk/modules",
      HTTPS_PROXY: "http://proxy:3128",
    };
    expect(goEnvironment(user)).toMatchObject(user);
  });

  it("takes nothing else from the user that changes the program", () => {
    const odd = {
      GOOS: "plan9",
      GOARCH: "mips",
      GOAMD64: "v4",
      GOARM64: "v9.0",
      GOROOT: "/nowhere",
      GOEXPERIMENT: "nocoverageredesign",
      GOFIPS140: "latest",
      GOFLAGS: "-mod=mod -insecure",
      GOWORK: "/home/u/go.work",
      GO111MODULE: "off",
      GOTOOLCHAIN: "go1.99.0",
      CGO_ENABLED: "1",
    };
    expect(goEnvironment(odd)).toEqual(goEnvironment({}));
    expect(goEnvironment({})).toMatchObject({ CGO_ENABLED: "0", GOWORK: "off", GOTOOLCHAIN: "local" });
    expect(goEnvironment({}, { GOTMPDIR: "/x" })).toEqual({ ...goEnvironment({}), GOTMPDIR: "/x" });
  });

  const real = findOnPath("go", process.env);
  it.skipIf(!real)(`holds against \`go env -w\`${real ? "" : " (skipped: there is no Go on PATH)"}`, () => {
    const file = write(
      join(directory(), "goenv"),
      "GOOS=plan9\nGOARCH=mips\nGOAMD64=v4\nGOFLAGS=-mod=mod\nCGO_ENABLED=1\nGOTOOLCHAIN=go1.99.0\n",
    );
    const names = ["GOOS", "GOARCH", "GOFLAGS", "CGO_ENABLED", "GOTOOLCHAIN"];
    const ask = (env: NodeJS.ProcessEnv) =>
      JSON.parse(execFileSync(real ?? "", ["env", "-json", ...names], { env, cwd: "/", encoding: "utf8" })) as unknown;
    const { PATH, HOME } = process.env;
    const own = goEnvironment({ PATH, HOME, GOENV: file });
    expect(ask(own)).toEqual(ask(goEnvironment({ PATH, HOME, GOENV: "off" })));
    expect(ask(own)).toMatchObject({ GOFLAGS: "-buildvcs=false", CGO_ENABLED: "0", GOTOOLCHAIN: "local" });
  });
});
