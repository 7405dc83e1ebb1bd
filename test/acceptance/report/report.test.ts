import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { readPreview } from "../../../tooling/report/sources/preview";
import { reportText } from "../../../tooling/report/write";
import { root } from "../../support/factory";
import { launchChromium } from "./browser";
import { reportSections, expectGoodPage } from "./goodPage";

let directory: string;
let browser: Browser;
let page: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "report-"));
  const { binDir, pulumiRoot } = inject("toolchain");
  const reading = await readPreview({
    root,
    files: [join(root, "Pulumi.rehearsal.yaml")],
    pack: "baseline",
    engine: { binDir, pulumiRoot },
  });
  page = join(directory, "report.html");
  writeFileSync(page, await reportText(reading, "html"));
  writeFileSync(join(directory, "report.md"), await reportText(reading, "markdown"));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("the report of a previewed factory, in a real browser", () => {
  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
  ] as const)("is whole, accessible and quiet: %s theme, %i pixels wide", async (colorScheme, width) => {
    await expectGoodPage(browser, page, colorScheme, width);
  });

  it("is as whole without JavaScript", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
    const tab = await context.newPage();
    await tab.goto(`file://${page}`);
    expect(await tab.locator("main > section > h2").allTextContents()).toEqual(reportSections);
    expect(await tab.locator("svg[role=img] .card").count()).toBeGreaterThan(3);
    expect(await tab.locator("nav a").count()).toBe(reportSections.length);
    await context.close();
  });

  it("prints on A4, with nothing cut off", async () => {
    const context = await browser.newContext({ viewport: { width: 703, height: 1018 } });
    const tab = await context.newPage();
    await tab.goto(`file://${page}`);
    await tab.emulateMedia({ media: "print" });
    const cut = await tab.evaluate(
      () => [...document.querySelectorAll(".scroll")].filter((each) => each.scrollWidth > each.clientWidth + 1).length,
    );
    expect(cut).toBe(0);
    const pdf = (await tab.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
    expect((pdf.match(/\/Type\s*\/Page\b/g) ?? []).length).toBeGreaterThan(5);
    await context.close();
  });

  it("runs no script, whoever writes one into it", async () => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    const refused: string[] = [];
    tab.on("console", (message) => refused.push(message.text()));
    const attacked = join(directory, "attacked.html");
    const evil = `<script>document.title="taken"</script><img src="https://evil.example/x"><p style="color:red" onclick="1">`;
    writeFileSync(attacked, readFileSync(page, "utf8").replace("</main>", `${evil}</main>`));
    await tab.goto(`file://${attacked}`);
    expect(await tab.title()).toMatch(/^Trust report: /);
    expect(refused.filter((text) => /Content Security Policy/.test(text)).length).toBeGreaterThanOrEqual(3);
    await context.close();
  });

  it("draws labels and cards that do not lie on each other", async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const tab = await context.newPage();
    await tab.goto(`file://${page}`);
    const boxes = await tab.evaluate(() =>
      [...document.querySelectorAll("figure svg .label text, figure svg .card")].map((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return { x, y, width, height, of: each.textContent ?? "" };
      }),
    );
    expect(boxes.length).toBeGreaterThan(8);
    const over = boxes.flatMap((a, index) =>
      boxes
        .slice(index + 1)
        .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
        .map((b) => `${a.of} / ${b.of}`),
    );
    expect(over).toEqual([]);
    await context.close();
  });
});
