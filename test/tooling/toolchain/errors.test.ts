import { describe, expect, it } from "vitest";
import {
  explainCacheTrouble,
  explainGoFailure,
  interrupted,
  lastLines,
  ToolchainError,
} from "../../../tooling/toolchain/errors";
import { describeError } from "../../../tooling/ui";

function explain(output: string, code: number | null = 1, signal: NodeJS.Signals | null = null): ToolchainError {
  return explainGoFailure({ tool: "etcd", output: output.split("\n"), code, signal });
}

// What Go 1.26 printed when each of these happened to it.
describe("a failure of Go in one sentence", () => {
  it.each([
    [
      "a full disk",
      `# internal/bytealg
compile: writing output: write $WORK/b006/_pkg_.a: no space left on device
internal/byteorder: write /tmp/go-build4211596934/b008/importcfg: no space left on device`,
      /^The disk is full: etcd could not be built\.$/,
      /Free about 6 GB/,
    ],
    [
      "a quota",
      "go: writing stat cache: write /home/u/go/pkg/mod/cache/x.tmp: disk quota exceeded",
      /^The disk is full/,
      /GOCACHE/,
    ],
    [
      "altered source",
      `verifying rsc.io/quote@v1.5.2: checksum mismatch
	downloaded: h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=
	go.sum:     h1:AAAAysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=

SECURITY ERROR
This download does NOT match an earlier download recorded in go.sum.
The bits may have been replaced on the origin server, or an attacker may
have intercepted the download attempt.

For more information, see 'go help module-auth'.`,
      /does not match the checksums in go\.sum; nothing of it was built/,
      /Do not switch the check off/,
    ],
    [
      "a pin without its checksum",
      "main.go:2:8: missing go.sum entry for module providing package rsc.io/quote (imported by x); to add:\n\tgo get x",
      /pins of etcd are incomplete/,
      /restore tooling\/toolchain\/modules/,
    ],
    [
      "a go.mod that wants changes",
      "go: updates to go.mod needed; to update it:\n\tgo mod tidy",
      /pins of etcd are incomplete/,
      /restore tooling\/toolchain\/modules/,
    ],
    [
      "no module server",
      `go: downloading rsc.io/quote v1.5.2
main.go:2:8: rsc.io/quote@v1.5.2: Get "https://proxy.invalid/rsc.io/quote/@v/v1.5.2.zip": dial tcp: lookup proxy.invalid on 127.0.0.53:53: no such host`,
      /^Source code of etcd cannot be fetched: main\.go:2:8: rsc\.io\/quote@v1\.5\.2: Get .*no such host$/,
      /let GOPROXY name a Go module proxy that this machine reaches/,
    ],
    [
      "a module server that is down",
      'main.go:2:8: rsc.io/quote@v1.5.2: Get "http://127.0.0.1:1/rsc.io/quote/@v/v1.5.2.zip": dial tcp 127.0.0.1:1: connect: connection refused',
      /cannot be fetched: .*connection refused$/,
      /GOPROXY/,
    ],
    [
      "no network by intention",
      "go: downloading rsc.io/quote v1.5.2\nmain.go:2:8: module lookup disabled by GOPROXY=off",
      /cannot be fetched: main\.go:2:8: module lookup disabled by GOPROXY=off$/,
      /GOPROXY/,
    ],
    [
      "a module server behind a company's CA",
      'go: rsc.io/quote@v1.5.2: Get "https://proxy.example/x": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      /cannot be fetched: rsc\.io\/quote@v1\.5\.2: Get/,
      /GOPROXY/,
    ],
    [
      "a module server that has a bad day",
      "go: rsc.io/quote@v1.5.2: reading https://proxy.example/rsc.io/quote/@v/v1.5.2.zip: 502 Bad Gateway",
      /cannot be fetched: .*502 Bad Gateway$/,
      /continues where it stopped/,
    ],
    [
      "a module that is not served",
      "main.go:2:8: rsc.io/quote@v1.5.2: reading http://proxy.example/rsc.io/quote/@v/v1.5.2.zip: 404 File not found",
      /^The module server does not serve source code of etcd: .*404 File not found$/,
      /proxy that serves all public modules/,
    ],
    [
      "a module that is not in a folder of modules",
      "main.go:2:8: rsc.io/quote@v1.5.2: reading file:///srv/modules/rsc.io/quote/@v/v1.5.2.zip: no such file or directory",
      /^The module server does not serve/,
      /proxy that serves all public modules/,
    ],
    [
      "an old Go",
      "go: go.mod requires go >= 1.27 (running go 1.26.8; GOTOOLCHAIN=local)",
      /^This Go is too old to build etcd: go\.mod requires go >= 1\.27/,
      /Install Go 1\.26 or newer/,
    ],
    [
      "no place for the build cache",
      "build cache is required, but could not be located: GOCACHE is not defined and neither $XDG_CACHE_HOME nor $HOME are defined",
      /^Go may not write its cache while building etcd: build cache is required/,
      /Let GOCACHE and GOMODCACHE name folders that you may write/,
    ],
    [
      "a module cache that cannot be made",
      "go: could not create module cache: mkdir /proc/x: no such file or directory",
      /^Go may not write its cache while building etcd: could not create module cache/,
      /GOMODCACHE/,
    ],
    [
      "a read-only cache",
      "go: writing go.sum: open /ro/go.sum123.tmp: read-only file system",
      /^Go may not write its cache/,
      /GOMODCACHE/,
    ],
    [
      "no memory",
      "k8s.io/kubernetes/pkg/apis/core: /usr/local/go/pkg/tool/linux_amd64/compile: signal: killed",
      /killed a compiler while it built etcd; most often memory had run out/,
      /4 GB/,
    ],
  ])("%s", (_, output, message, hint) => {
    const error = explain(output);
    expect(error).toBeInstanceOf(ToolchainError);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(error.message).not.toContain("\n");
    expect(error.details.length).toBeGreaterThan(0);
  });

  it("that is none of these shows its end and exit code", () => {
    const error = explain("# example.com/x\n./x.go:1:1: syntax error: unexpected EOF");
    expect(error.message).toBe("Building etcd failed with exit code 1.");
    expect(error.details).toEqual(["# example.com/x", "./x.go:1:1: syntax error: unexpected EOF"]);
    expect(explain("", null).message).toBe("Building etcd failed with exit code unknown.");
  });

  it("by a signal names it", () => {
    expect(explain("", null, "SIGTERM").message).toBe("The build of etcd was ended by SIGTERM.");
  });

  it("is told to a user without a stack trace", () => {
    expect(describeError(explain("go: module lookup disabled by GOPROXY=off"))).toBe(
      `Source code of etcd cannot be fetched: module lookup disabled by GOPROXY=off
  | go: module lookup disabled by GOPROXY=off
  → Check the network, or let GOPROXY name a Go module proxy that this machine reaches, and run the command again; it continues where it stopped.`,
    );
    expect(describeError(interrupted())).toMatch(/^Interrupted while making the tools\.\n {2}→ Run the command again/);
  });
});

describe("the last lines", () => {
  it("are fifteen, without Go's progress and empty lines", () => {
    const output = Array.from({ length: 40 }, (_, line) => [`line ${line}`, "go: downloading x v1", "", "  "]).flat();
    expect(lastLines(output)).toEqual(Array.from({ length: 15 }, (_, index) => `line ${25 + index}`));
  });

  it("are the progress where there is nothing else", () => {
    expect(lastLines(["go: downloading x v1"])).toEqual(["go: downloading x v1"]);
    expect(lastLines([])).toEqual([]);
  });
});

describe("trouble with the cache", () => {
  const failure = (code: string) => Object.assign(new Error(code), { code });

  it.each([
    ["ENOSPC", "The disk that holds /cache is full."],
    ["EDQUOT", "The disk that holds /cache is full."],
    ["EACCES", "The cache /cache cannot be written (EACCES)."],
    ["EROFS", "The cache /cache cannot be written (EROFS)."],
    ["EPERM", "The cache /cache cannot be written (EPERM)."],
  ])("%s is explained", (code, message) => {
    expect(explainCacheTrouble(failure(code), "/cache")).toMatchObject({ name: "ToolchainError", message });
  });

  it("of another kind stays what it is", () => {
    const other = failure("EINVAL");
    expect(explainCacheTrouble(other, "/cache")).toBe(other);
    expect(explainCacheTrouble(interrupted(), "/cache")).toEqual(interrupted());
  });
});
