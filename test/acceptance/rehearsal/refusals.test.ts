import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { processesNaming } from "../../support/processes";
import type { CliResult } from "../../support/rehearsalCli";
import { RehearsalCli } from "../../support/rehearsalCli";

const rehearsal = new RehearsalCli("refusals");
afterAll(() => rehearsal.remove());

/** One clear message, exit code 1, no trace, nothing left running. */
function expectRefusal({ exitCode, all }: CliResult, ...says: readonly (string | RegExp)[]): void {
  expect(exitCode, all).toBe(1);
  for (const part of says) expect(all).toMatch(part);
  expect(all.match(/✗ /g)).toHaveLength(1);
  expect(all).not.toMatch(/\n\s+at \S+ \(|node:internal|This is a defect/);
  expect(processesNaming(rehearsal.root)).toEqual([]);
}

type Sections = Record<string, unknown>;
const first = (list: unknown) => (list as Record<string, unknown>[])[0] ?? {};

describe("a description that cannot be right", () => {
  it.each<[string, (sections: Sections) => void, readonly RegExp[]]>([
    [
      "a misspelt key",
      (sections) => {
        sections.modles = sections.models;
        delete sections.models;
      },
      [/trustfoundry:modles: no such setting; write `models` instead/, /trustfoundry:models: missing/],
    ],
    [
      "one name for two parties",
      (sections) => Object.assign(first(sections.providers), { name: "acme-models" }),
      [/trustfoundry:providers\[0\]\.name: "acme-models" is another party's name/],
    ],
  ])("%s", async (_what, change, says) => {
    expectRefusal(await rehearsal.run("up", "--file", rehearsal.describe(change)), ...says);
    expect(existsSync(rehearsal.root)).toBe(false);
  });

  it("names every error at once", async () => {
    const file = rehearsal.describe((sections) => {
      Object.assign(first(sections.models), { tee: "sev", cpus: 0 });
      Object.assign(first(sections.providers), { kubernetesVersion: "1.20" });
    });
    expectRefusal(await rehearsal.run("up", "--file", file), /3 things in the configuration/, /cpus: 0/, /1\.20/);
  });

  it("a file that is not there, and one that is no YAML", async () => {
    expectRefusal(await rehearsal.run("up", "--file", join(rehearsal.home, "none.yaml")), /There is no file/);
    const broken = join(rehearsal.home, "broken.yaml");
    writeFileSync(broken, "config: [unclosed\n");
    expectRefusal(await rehearsal.run("up", "--file", broken), /broken\.yaml is not valid YAML/);
  });
});

describe("a factory that violates a rule", () => {
  it("is refused at preview with the rule's name, the resource and the remedy; nothing is applied", async () => {
    const file = rehearsal.describe((sections) => {
      const { keyBroker } = sections.attestation as { keyBroker: Record<string, unknown> };
      keyBroker.clientCidrs = ["0.0.0.0/0"];
    });
    const { exitCode, all } = await rehearsal.run("up", "--file", file);
    expect(exitCode, all).toBe(1);
    expect(all).toContain("preview of stack acme-models-trust was refused by 1 policy rule; nothing was applied");
    expect(all).toMatch(/key-broker-clients-known · kubernetes:networking\.k8s\.io\/v1:NetworkPolicy \S+kbs/);
    expect(all).toMatch(/Name the ranges that guests come from \(attestation\.keyBroker\.clientCidrs\)/);
    for (const party of ["trust", "provider"] as const) {
      const namespaces = await rehearsal.get<{ metadata: { name: string } }>(party, "namespaces");
      const names = namespaces.map(({ metadata }) => metadata.name).sort();
      expect(names).toEqual(["default", "kube-node-lease", "kube-public", "kube-system"]);
    }
    expect((await rehearsal.run("destroy")).exitCode).toBe(0);
  });
});

describe("a command line that cannot be right", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["an unknown command", ["upp"], /unknown command 'upp'[\s\S]*Did you mean up\?/],
    ["an unknown option", ["up", "--fil", "x"], /unknown option '--fil'/],
    ["a port that is none", ["up", "--api-port", "trust=99999"], /Write <cluster>=<port>/],
    ["a port of an unknown cluster", ["up", "--api-port", "nobody=6443"], /there is no control plane "nobody"/i],
  ])("%s", async (_what, args, says) => {
    const { exitCode, all } = await rehearsal.start(args);
    expect(exitCode, all).toBe(1);
    expect(all).toMatch(says);
    expect(all).not.toMatch(/node:internal|at \S+ \(/);
  });

  it("a name that is none", async () => {
    const { exitCode, all } = await rehearsal.start(["status", "--name", "../etc"]);
    expect(exitCode).toBe(1);
    expect(all).toMatch(/"\.\.\/etc" is no name for an instance/);
  });
});

describe("a machine that cannot do it now", () => {
  it("a port that is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const result = await rehearsal.run("up", "--file", rehearsal.describe(), "--api-port", `trust=${port}`);
      expectRefusal(result, new RegExp(`Port ${port}, which was asked for as the API server's of trust, is taken`));
    } finally {
      server.close();
    }
  });

  const canMount = process.platform === "linux" && process.getuid?.() === 0 && mounts();
  describe.skipIf(!canMount)(
    `a full disk${canMount ? "" : " (skipped: only root may mount a small file system)"}`,
    () => {
      const small = new RehearsalCli("small", join(rehearsal.home, "small-disk"));
      afterEach(() => execFileSync("umount", [small.home]));

      it("says so in one sentence, and leaves nothing running", async () => {
        mkdirSync(small.home, { recursive: true });
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", small.home]);
        const file = rehearsal.describe();
        const { exitCode, all } = await small.run("up", "--file", file);
        expect(exitCode, all).toBe(1);
        expect(all).toMatch(/The disk that holds .* is full/);
        expect(all).toMatch(/TRUSTFOUNDRY_HOME moves rehearsals to another disk/);
        expect(all).not.toMatch(/node:internal|This is a defect/);
        expect(processesNaming(small.root)).toEqual([]);
      });
    },
  );
});

function mounts(): boolean {
  try {
    const probe = "/tmp/trustfoundry-mount-probe";
    mkdirSync(probe, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", [probe]);
    return true;
  } catch {
    return false;
  }
}
