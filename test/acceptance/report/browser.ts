import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, BrowserContextOptions, LaunchOptions } from "playwright-core";
import { chromium } from "playwright-core";

/**
 * A headless Chromium out of a registry's package, the same for everybody. TRUSTFOUNDRY_CHROMIUM names another one. Neither
 * is ever downloaded by the browser's own tools.
 */
export async function launchChromium(): Promise<Browser> {
  const scratch = mkdtempSync(join(tmpdir(), "trustfoundry-chromium-"));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  try {
    const browser = await launch(scratch);
    browser.on("disconnected", remove);
    return browser;
  } catch (error) {
    remove();
    throw error;
  }
}

async function launch(scratch: string): Promise<Browser> {
  const { default: packaged, inflate } = await import("@sparticuz/chromium");
  const executablePath =
    process.env.TRUSTFOUNDRY_CHROMIUM ?? (await unpackedIn(scratch, () => packaged.executablePath()));
  const options: LaunchOptions = {
    executablePath,
    headless: true,
    // Of the package's own arguments, those that loosen the browser's rules about content are left out. Its sandbox needs
    // rights that containers do not have; what it opens here is a file of this test's own making.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  };
  try {
    return await chromium.launch(options);
  } catch (error) {
    if (!/error while loading shared libraries/.test(String(error))) throw error;
    // A machine without the libraries of a desktop (NSS, NSPR): the package has them, too.
    const archive = join(dirname(require.resolve("@sparticuz/chromium")), "../bin/al2023.tar.br");
    const libraries = join(await unpackedIn(scratch, () => inflate(archive)), "lib");
    return chromium.launch({ ...options, env: { ...process.env, LD_LIBRARY_PATH: libraries } });
  }
}

/** The package unpacks into the system's folder for temporary files, and takes whatever is there under its names. */
async function unpackedIn<T>(scratch: string, unpack: () => Promise<T>): Promise<T> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = scratch;
  try {
    return await unpack();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

export interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly string[];
}

/** How a page was met, and what it did. */
export interface Visit {
  readonly errors: readonly string[];
  /** Everything that it asked for, but for itself. */
  readonly requests: readonly string[];
  readonly violations: readonly Violation[];
  /** Pixels that the page is wider than its window. */
  readonly overflow: number;
  /** Headings of the second level, in their order. */
  readonly sections: readonly string[];
}

const axe = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");

/** Opens a file as a reader with these settings would, and lets axe-core look at it. */
export async function visit(browser: Browser, file: string, options: BrowserContextOptions): Promise<Visit> {
  // Scripts of the test itself are let in; the page's own policy is looked at by `refusesScripts`.
  const context = await browser.newContext({ ...options, bypassCSP: true });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(`file://${file}`);
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const { axe: run } = globalThis as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      return (await run.run()).violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        nodes: nodes.map(({ html }) => html.slice(0, 120)),
      }));
    });
    const { overflow, sections } = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      sections: [...document.querySelectorAll("main > section > h2")].map(({ textContent }) => textContent ?? ""),
    }));
    return { errors, requests: requests.filter((url) => url !== `file://${file}`), violations, overflow, sections };
  } finally {
    await context.close();
  }
}
