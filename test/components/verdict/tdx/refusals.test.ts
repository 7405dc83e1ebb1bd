import { beforeAll, describe, expect, it } from "vitest";
import type { Change } from "../../../support/tdx/changes";
import { enclave, file, moduleOfLine, quote, revoking } from "../../../support/tdx/changes";
import { refusalCases } from "../../../support/tdx/refusalCases";
import type { Scene } from "../../../support/tdx/scene";
import { answer, findingOf, goodScene, questionOf, quoteOf, shortcomings } from "../../../support/tdx/scene";

let good: Scene;
let stranger: Scene;
beforeAll(async () => {
  [good, stranger] = await Promise.all([goodScene(), goodScene()]);
});

describe("the good case", () => {
  it.each([4, "TDX 1.0", "TDX 1.5", "TDX 1.5, extended"] as const)("is verified throughout: %s", async (format) => {
    expect(shortcomings(answer(await questionOf({ ...good, format })))).toEqual([]);
  });

  it("is verified with a TDX module of a line of its own", async () => {
    const body = { ...good.body, tcb_svn: moduleOfLine, tee_tcb_svn2: moduleOfLine };
    expect(shortcomings(answer(await questionOf({ ...good, body, format: "TDX 1.5" })))).toEqual([]);
  });
});

describe("is refused:", () => {
  it.each(refusalCases)("$name ($check)", async ({ check, change, grade }) => {
    const finding = findingOf(answer(await change(good, stranger)), check);
    expect(finding.grade).toBe(grade);
    expect(finding.says).toMatch(/\S/);
  });

  it("in at least thirty-five ways, each of another name", () => {
    expect(new Set(refusalCases.map(({ name }) => name)).size).toBe(refusalCases.length);
    expect(refusalCases.length).toBeGreaterThanOrEqual(35);
  });
});

describe("what a quote says counts for nothing", () => {
  const fields = ["tdx-mrtd", "tdx-rtmr1", "tdx-mrconfigid", "tdx-report-data", "tdx-debug"] as const;

  it.each<[string, Change]>([
    ["under a stranger's root", async (scene) => ({ ...(await questionOf(scene)), quote: quoteOf(stranger) })],
    ["of a platform that was revoked", (scene) => revoking(scene, { platforms: [scene.enclave.pck.serial], root: [] })],
    ["by an enclave of the host's own", enclave({ mrSigner: "ab".repeat(32) })],
    ["by an enclave that nobody looked at", file("intel-qe-identity", () => undefined)],
    ["when its signature does not hold", quote((bytes) => (bytes.writeUInt8(1, 60), bytes))],
  ])("%s", async (_, change) => {
    const examination = answer(await change(good, stranger));
    for (const check of fields) expect(findingOf(examination, check).grade).toBe("notChecked");
  });
});
