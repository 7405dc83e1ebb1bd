import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isCached, toolDirectory, toolFile } from "../../../tooling/toolchain/cache";
import { downloadTool, isReachable, officialSource, publishedSha256 } from "../../../tooling/toolchain/download";
import type { DownloadArgs, Source } from "../../../tooling/toolchain/download";
import { pins } from "../../../tooling/toolchain/pins";
import { eventually, samplePin, useDirectory, write } from "./support";

vi.setConfig({ testTimeout: 60_000 });

const directory = useDirectory();
const key = "sample-1.2.3-0123456789ab";
const content = "#!/bin/sh\necho sample\n";

function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A publisher on loopback; what it does not know is 404. Returns its address. */
async function publish(files: Readonly<Record<string, string | Buffer | RequestListener>>): Promise<string> {
  const server = createServer((request, response) => {
    const file = files[request.url ?? ""];
    if (typeof file === "function") file(request, response);
    else if (file === undefined) response.writeHead(404).end();
    else response.end(file);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function argsFor(server: string, changes: Partial<DownloadArgs> = {}): DownloadArgs {
  const source: Source = { url: `${server}/sample`, sha256Url: `${server}/sample.sha256` };
  return { pin: samplePin, source, cache: join(directory(), "cache"), key, ...changes };
}

function finished(): string {
  return toolFile(join(directory(), "cache"), key, "sample");
}

function expectNothingLeft(): void {
  expect(isCached(finished())).toBe(false);
  const work = join(toolDirectory(join(directory(), "cache"), key), "work");
  expect(existsSync(work) ? readdirSync(work) : []).toEqual([]);
}

describe("a download", () => {
  it("that is what its publisher says becomes the tool", async () => {
    const server = await publish({ "/sample": content, "/sample.sha256": `${sha256(content)}\n` });
    expect(await downloadTool(argsFor(server))).toBe(finished());
    expect(readFileSync(finished(), "utf8")).toBe(content);
    expect(statSync(finished()).mode & 0o777).toBe(0o755);
    expect(execFileSync(finished(), { encoding: "utf8" })).toBe("sample\n");
    expect(readdirSync(join(toolDirectory(join(directory(), "cache"), key), "work"))).toEqual([]);
  });

  it("of an archive gives the program inside it", async () => {
    write(join(directory(), "pack/sample-1.2.3/sample"), content, 0o644);
    write(join(directory(), "pack/sample-1.2.3/LICENSE"), "text");
    execFileSync("tar", ["-czf", join(directory(), "sample.tar.gz"), "-C", join(directory(), "pack"), "."]);
    const archive = readFileSync(join(directory(), "sample.tar.gz"));
    const server = await publish({
      "/sample.tar.gz": archive,
      "/sums": `${sha256("other")}  other.tar.gz\n${sha256(archive)}  sample.tar.gz\n`,
    });
    const source = { url: `${server}/sample.tar.gz`, sha256Url: `${server}/sums`, inside: "./sample-1.2.3/sample" };
    expect(await downloadTool(argsFor(server, { source }))).toBe(finished());
    expect(execFileSync(finished(), { encoding: "utf8" })).toBe("sample\n");
    const elsewhere = { ...source, inside: "./sample-1.2.4/sample" };
    expect(await downloadTool(argsFor(server, { source: elsewhere, key: `${key}0` }))).toBeUndefined();
  });

  it("that was altered is thrown away, and the user told by whom it is vouched for", async () => {
    const server = await publish({ "/sample": "altered", "/sample.sha256": sha256(content) });
    await expect(downloadTool(argsFor(server))).rejects.toThrow(
      expect.objectContaining({
        name: "ToolchainError",
        message: `The download of sample 1.2.3 has SHA-256 ${sha256("altered")}, but its publisher says ${sha256(content)}; it was thrown away.`,
        hint: expect.stringMatching(/127\.0\.0\.1:\d+ altered it\. TRUSTFOUNDRY_TOOLCHAIN=build builds it/) as string,
      }) as Error,
    );
    expectNothingLeft();
  });

  it.each<[string, Readonly<Record<string, string | Buffer | RequestListener>>]>([
    ["has no published checksum", { "/sample": content }],
    ["is missing in the published list", { "/sample": content, "/sample.sha256": `${sha256(content)}  other\n` }],
    ["has a page in place of a checksum", { "/sample": content, "/sample.sha256": "<html>Sign in</html>" }],
    ["is not there", { "/sample.sha256": sha256(content) }],
    ["is refused", { "/sample.sha256": sha256(content), "/sample": (_, response) => response.writeHead(403).end() }],
    [
      "breaks off",
      {
        "/sample.sha256": sha256(content),
        "/sample": (_, response) => {
          response.writeHead(200, { "content-length": "100000" });
          response.write(content, () => response.destroy());
        },
      },
    ],
    [
      "breaks off in its checksum",
      {
        "/sample": content,
        "/sample.sha256": (_, response) => {
          response.writeHead(200, { "content-length": "64" });
          response.write("ab", () => response.destroy());
        },
      },
    ],
  ])("that %s is not used; the tool is built then", async (_, files) => {
    expect(await downloadTool(argsFor(await publish(files)))).toBeUndefined();
    expectNothingLeft();
  });

  it("from a publisher that is not there is not used", async () => {
    const server = await publish({});
    for (const each of servers.splice(0)) await new Promise((resolve) => each.close(resolve));
    expect(await downloadTool(argsFor(server))).toBeUndefined();
    expectNothingLeft();
  });

  it.each(["/sample", "/sample.sha256"])("that stands still at %s is given up", async (stuck) => {
    const asked = vi.fn();
    const server = await publish({
      "/sample": content,
      "/sample.sha256": sha256(content),
      [stuck]: (_, response) => {
        asked();
        response.writeHead(200);
        response.write("a");
      },
    });
    expect(await downloadTool(argsFor(server, { stallMilliseconds: 200 }))).toBeUndefined();
    expect(asked).toHaveBeenCalledOnce();
    expectNothingLeft();
  });

  it("that is slow but moves on is waited for", async () => {
    const server = await publish({
      "/sample.sha256": sha256(content),
      "/sample": (_, response) => {
        response.writeHead(200);
        // Each pause is shorter than the limit, all together are longer.
        const bytes = [...content];
        const timer = setInterval(() => {
          const byte = bytes.shift();
          if (byte !== undefined) return response.write(byte);
          clearInterval(timer);
          response.end();
        }, 100);
        response.once("close", () => clearInterval(timer));
      },
    });
    expect(await downloadTool(argsFor(server, { stallMilliseconds: 2_000 }))).toBe(finished());
  });

  it("ends when it is interrupted", async () => {
    const asked = vi.fn();
    const server = await publish({
      "/sample.sha256": sha256(content),
      "/sample": (_, response) => {
        response.writeHead(200);
        response.write("a");
        asked();
      },
    });
    const controller = new AbortController();
    const loading = downloadTool(argsFor(server, { signal: controller.signal }));
    const failure = expect(loading).rejects.toThrow("Interrupted while making the tools.");
    await eventually(() => expect(asked).toHaveBeenCalled());
    controller.abort();
    await failure;
    expectNothingLeft();
  });
});

describe("a publisher", () => {
  it("is asked with one short question", async () => {
    const methods: (string | undefined)[] = [];
    const server = await publish({
      "/sample": (request, response) => {
        methods.push(request.method);
        response.end();
      },
    });
    const { source } = argsFor(server);
    expect(await isReachable(source)).toBe(true);
    expect(await isReachable({ ...source, url: `${server}/absent` })).toBe(false);
    expect(await isReachable(source, AbortSignal.abort())).toBe(false);
    expect(methods).toEqual(["HEAD"]);
  });
});

describe("a published checksum", () => {
  const [one, two] = [sha256("one"), sha256("two")];

  it.each([
    ["alone", one, one],
    ["alone, with a line end", `${one}\n`, one],
    ["with its name", `${one}  tool.tar.gz\n`, one],
    ["in binary mode", `${one} *tool.tar.gz\n`, one],
    ["in capitals", `${one.toUpperCase()}  tool.tar.gz\n`, one],
    ["with a folder", `${one}  ./bin/tool.tar.gz\n`, one],
    ["in a list", `${two}  other\n${one}  tool.tar.gz\n`, one],
    ["in a list with DOS lines", `${two}  other\r\n${one}  tool.tar.gz\r\n`, one],
    ["of another file", `${two}  other\n`, undefined],
    ["of one of several without names", `${one}\n${two}\n`, undefined],
    ["of another length", one.slice(1), undefined],
    ["that is text", "<html></html>", undefined],
    ["that is nothing", "", undefined],
  ])("%s", (_, list, expected) => {
    expect(publishedSha256(list, "tool.tar.gz")).toBe(expected);
  });
});

describe("official downloads", () => {
  it.each(pins.filter(({ official }) => official).map((pin) => [pin.name, pin] as const))(
    "of %s have addresses by HTTPS for the usual machines, with nothing left to fill in",
    (_, pin) => {
      for (const arch of ["x64", "arm64"]) {
        const source = officialSource(pin, { system: "linux", arch });
        for (const url of [source?.url, source?.sha256Url]) {
          expect(url).toMatch(/^https:\/\/[^{}]+$/);
          expect(new URL(url ?? "").pathname).toContain(pin.version);
        }
        expect(source?.inside ?? "").not.toMatch(/[{}]|^\/|\.\./);
      }
    },
  );

  it("are none for other machines", () => {
    const [pin] = pins.filter(({ official }) => official);
    expect(pin && officialSource(pin, { system: "win32", arch: "x64" })).toBeUndefined();
    expect(pin && officialSource(pin, { system: "linux", arch: "s390x" })).toBeUndefined();
    expect(officialSource(samplePin, { system: "linux", arch: "x64" })).toBeUndefined();
  });
});
