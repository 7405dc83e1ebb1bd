import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ambientEnvironment, requireReachable, serverOf } from "../../stacks/cluster";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function kubeconfig(server: string, context = "trust"): string {
  const file = join(directory, `${context}.yaml`);
  writeFileSync(
    file,
    `clusters: [{ name: c-${context}, cluster: { server: "${server}" } }]\ncontexts: [{ name: ${context}, context: { cluster: c-${context} } }]\n`,
  );
  return file;
}

describe("the cluster of a stack", () => {
  it("is looked up by context over several kubeconfig files, as kubectl does", () => {
    const files = [
      kubeconfig("https://a:1", "trust"),
      join(directory, "absent"),
      kubeconfig("https://b:2", "provider"),
    ];
    expect(serverOf("provider", files)).toEqual({ server: "https://b:2" });
    expect(ambientEnvironment({ KUBECONFIG: files.join(delimiter) }).kubeconfigs).toEqual(files);
  });

  it("is refused with the known contexts when there is no such one", async () => {
    const environment = { kubeconfigs: [kubeconfig("https://a:1")] };
    await expect(requireReachable("trsut", environment)).rejects.toThrow(
      /cluster\.context: "trsut": no such context; write one of trust/,
    );
    await expect(requireReachable("trust", { kubeconfigs: [] })).rejects.toThrow(
      /no kubeconfig was found; set KUBECONFIG/,
    );
  });

  it("is refused in one sentence when nobody listens, and accepted when somebody does", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const environment = { kubeconfigs: [kubeconfig(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)] };
    await requireReachable("trust", environment);
    await new Promise((resolve) => server.close(resolve));
    await expect(requireReachable("trust", environment)).rejects.toThrow(
      /API server https:\S+ does not answer \(ECONNREFUSED\); start the cluster/,
    );
  });
});
