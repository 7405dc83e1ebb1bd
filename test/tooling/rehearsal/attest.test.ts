import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { attest, handedOver } from "../../../tooling/rehearsal/attest";
import { InstancePaths } from "../../../tooling/rehearsal/paths";
import { UserError } from "../../../tooling/ui";
import { signedText } from "../../support/signing";
import { siblingRelease, snpRelease } from "../attestation/support";

const home = mkdtempSync(join(tmpdir(), "attest-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it("takes the releases that were handed over, each once, by name", async () => {
  const [a, b] = [join(home, "a"), join(home, "b")].map((folder) => mkdtempSync(folder)) as [string, string];
  for (const inbox of [a, b]) writeFileSync(join(inbox, "llama-8b.release.json"), await signedText(snpRelease));
  writeFileSync(join(b, "llama-70b.release.json"), await signedText(siblingRelease));
  expect(handedOver([a, b, join(home, "absent")])).toEqual([siblingRelease, snpRelease]);
});

it("says which file is no release", () => {
  const inbox = mkdtempSync(join(home, "c"));
  writeFileSync(join(inbox, "x.release.json"), "{}\n");
  expect(() => handedOver([inbox])).toThrow(/x\.release\.json .*signed release/);
});

it("says that there is no rehearsal", async () => {
  vi.stubEnv("TRUSTFOUNDRY_HOME", home);
  const paths = new InstancePaths("absent");
  vi.unstubAllEnvs();
  const refused = attest({ paths, attacks: [], signal: new AbortController().signal });
  await expect(refused).rejects.toThrow("There is no rehearsal absent.");
  await expect(refused).rejects.toBeInstanceOf(UserError);
});
