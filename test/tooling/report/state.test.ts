import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { tokens } from "../../../components/tokens";
import { deriveStacks } from "../../../stacks/rehearsal";
import { readCheckpoint } from "../../../tooling/report/sources/checkpoint";
import { readState } from "../../../tooling/report/sources/state";
import { placeholderCa } from "../../../tooling/review/placeholders";
import { sampleFactory } from "../../support/factory";
import { sampleRelease } from "../../support/release";
import { brokerOf } from "../../support/reportReading";
import { bothSign, signedText } from "../../support/signing";

const stackName = "acme-trust";
const urn = (type: string, name: string) => `urn:pulumi:${stackName}::trustfoundry::${type}::${name}`;
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:canary" };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "report-state-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function deployment(): Promise<object> {
  const release = sampleRelease();
  const own = brokerOf([release]).map(({ type, name, inputs }) => ({ urn: urn(type, name), type, inputs }));
  return {
    manifest: { time: "2026-11-27T03:59:05.476390763Z" },
    resources: [
      {
        urn: urn("pulumi:pulumi:Stack", stackName),
        type: "pulumi:pulumi:Stack",
        outputs: { releases: { "llama-8b": { file: await signedText(release), providers: [] } }, token: secret },
      },
      ...own,
      { urn: urn("kubernetes:core/v1:Secret", "keys"), type: "kubernetes:core/v1:Secret", inputs: { data: secret } },
      { urn: urn("kubernetes:core/v1:Secret", "former"), type: "kubernetes:core/v1:Secret", inputs: {}, delete: true },
    ],
  };
}

function writeSettings(folder: string): void {
  const material = { keyBrokerCa: placeholderCa, signers: bothSign, releases: "releases" };
  const { trust } = deriveStacks(sampleFactory(), material);
  const config = Object.fromEntries(Object.entries(trust).map(([key, value]) => [`trustfoundry:${key}`, value]));
  // As the engine writes it back, and with what it encrypts.
  const written = { ...config, "trustfoundry:simulated": "true", "trustfoundry:trustSecrets": { secure: "v1:canary" } };
  writeFileSync(
    join(folder, `Pulumi.${stackName}.yaml`),
    stringify({ config: written }, { lineWidth: 0, version: "1.1" }),
  );
}

describe("a factory read from states", () => {
  it("reads an exported state beside its settings, and whose signatures its releases have", async () => {
    writeSettings(directory);
    const file = join(directory, "export.json");
    writeFileSync(file, JSON.stringify({ version: 3, deployment: await deployment() }));
    const { stacks, today } = await readState({ paths: [file], pack: "baseline" });
    expect(today).toBe("2026-11-27");
    expect(stacks).toMatchObject([
      { name: stackName, origin: "state", asOf: "2026-11-27T03:59:05Z", config: { role: "trust" } },
    ]);
    expect(stacks[0]?.unseen).toEqual(["trustfoundry:trustSecrets"]);
    expect(stacks[0]?.resources.map(({ type }) => type)).toContain(tokens.trustee);
    expect(stacks[0]?.resources.some(({ name }) => name === "former")).toBe(false);
    expect(stacks[0]?.releases[0]?.signatures?.map(({ status }) => status)).toEqual(["counts", "counts"]);
    expect(JSON.stringify(stacks)).not.toContain("canary");
  });

  it.each<[string, string, (deployment: object) => object]>([
    [
      "a backend of files",
      `.pulumi/stacks/trustfoundry/${stackName}.json`,
      (latest) => ({ version: 3, checkpoint: { latest } }),
    ],
    [
      "a journalled state",
      `stacks/trustfoundry/${stackName}/checkpoint.json`,
      (deployment) => ({ update: "1", version: 3, deployment }),
    ],
  ])("reads %s in a stack's folder, and settings from elsewhere", async (_, path, state) => {
    const file = join(directory, "stack/state", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(state(await deployment())));
    await expect(readState({ paths: [join(directory, "stack")], pack: "baseline" })).rejects.toThrow(
      /state of stack acme-trust, and no Pulumi.acme-trust.yaml lies beside it/,
    );
    writeSettings(directory);
    const { stacks } = await readState({ paths: [join(directory, "stack")], settings: directory, pack: "baseline" });
    expect(stacks.map(({ name }) => name)).toEqual([stackName]);
  });

  it("gives the day that it is told to compare with, and else the newest state's", async () => {
    writeSettings(directory);
    writeFileSync(join(directory, "export.json"), JSON.stringify({ deployment: await deployment() }));
    expect((await readState({ paths: [directory], pack: "baseline", today: "2027-01-01" })).today).toBe("2027-01-01");
  });

  it.each([
    ["no JSON", "{", /is not JSON; name what `pulumi stack export --file <stack>\.json` wrote/],
    ["a state without resources", JSON.stringify({ deployment: { resources: [] } }), /without resources/],
    ["other JSON", JSON.stringify({ deployment: 1 }), /holds no state of a stack/],
  ])("refuses %s with one sentence", async (_, text, message) => {
    writeFileSync(join(directory, "export.json"), text);
    await expect(readState({ paths: [join(directory, "export.json")], pack: "baseline" })).rejects.toThrow(message);
  });

  it("refuses a path that is not there", async () => {
    await expect(readState({ paths: [join(directory, "nowhere")], pack: "baseline" })).rejects.toThrow(/There is no/);
  });

  it("never keeps a secret's ciphertext, wherever it stands", () => {
    const checkpoint = readCheckpoint(
      JSON.stringify({
        deployment: { resources: [{ urn: urn("a:b:C", "c"), type: "a:b:C", inputs: { deep: [{ er: secret }] } }] },
      }),
      "x.json",
    );
    expect(checkpoint?.resources[0]?.inputs).toEqual({ deep: [{ er: "(sealed)" }] });
  });
});
