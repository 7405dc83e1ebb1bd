import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { intersightKey } from "../../../../tooling/firmware/intersight/credentials";
import { keyId, secretKey } from "../../../support/intersight/rig";

let directory: string;
let file: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "trustfoundry-intersight-key-"));
  file = join(directory, "secret.pem");
  writeFileSync(file, secretKey(), { mode: 0o600 });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const pemOf = async (...given: Parameters<typeof intersightKey>) => {
  const { id, key } = await intersightKey(...given);
  return { id, pem: key.export({ format: "pem", type: "pkcs8" }) };
};
const expected = () => ({ id: keyId, pem: secretKey() });

describe("the API key of Intersight", () => {
  it("comes from the environment, as an id and the path of a file", async () => {
    const environment = { INTERSIGHT_API_KEY_ID: keyId, INTERSIGHT_API_PRIVATE_KEY_FILE: file };
    expect(await pemOf(undefined, { environment })).toEqual(expected());
  });

  it("comes from a command, which prints the key or its file", async () => {
    const printed = join(directory, "answer.json");
    writeFileSync(printed, JSON.stringify({ user: keyId, password: secretKey() }));
    expect(await pemOf(`cat '${printed}'`, { environment: {} })).toEqual(expected());
    writeFileSync(printed, JSON.stringify({ user: keyId, password: file }));
    expect(await pemOf(`cat '${printed}'`, { environment: {} })).toEqual(expected());
  });

  it("is refused in the environment itself, and not shown", async () => {
    const environment = { INTERSIGHT_API_KEY_ID: keyId, INTERSIGHT_API_PRIVATE_KEY_FILE: secretKey() };
    const error = await intersightKey(undefined, { environment }).catch((reason: unknown) => reason);
    expect(String(error)).toContain("INTERSIGHT_API_PRIVATE_KEY_FILE holds a key");
    expect(String(error)).not.toContain(secretKey().split("\n")[1]);
  });

  it("says which variable is missing", async () => {
    await expect(intersightKey(undefined, { environment: { INTERSIGHT_API_KEY_ID: keyId } })).rejects.toThrow(
      /INTERSIGHT_API_PRIVATE_KEY_FILE is not set/,
    );
  });

  it.skipIf(process.platform === "win32")("is refused where others may read its file", async () => {
    chmodSync(file, 0o644);
    const environment = { INTERSIGHT_API_KEY_ID: keyId, INTERSIGHT_API_PRIVATE_KEY_FILE: file };
    await expect(intersightKey(undefined, { environment })).rejects.toThrow(/may be read by others/);
    chmodSync(file, 0o600);
  });
});
