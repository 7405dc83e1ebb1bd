import { gfm, gfmHtml } from "micromark-extension-gfm";
import { micromark } from "micromark";
import { describe, expect, it, vi } from "vitest";
import { html } from "../../../tooling/report/html/page";
import { markdown } from "../../../tooling/report/markdown";
import { modelOf } from "../../../tooling/report/model";
import { reportDocument } from "../../../tooling/report/reportDocument";
import type { FactoryReading } from "../../../tooling/report/reading";
import { reportText } from "../../../tooling/report/write";
import { sampleRelease, tdxParts } from "../../support/release";
import { sampleReading } from "../../support/reportReading";

const entities: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  "#x3C": "<",
  "#x26": "&",
};

/** The words that a reader sees, in their order. */
function words(text: string): string[] {
  return text
    .replace(/<style>.*?<\/style>|<title>.*?<\/title>|<svg.*?<\/svg>/gs, " ")
    .replace(/<\/?(?:code|strong|em|a|span class="badge[^"]*")(?:\s[^>]*)?>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole)
    .split(/\s+/)
    .map((word) => word.replace(/:$/, ""))
    .filter((word) => word !== "" && word !== "·");
}

const ofPage = (page: string) =>
  words(
    page
      .replace(/<nav.*?<\/nav>|<footer.*?<\/footer>|<a class="skip".*?<\/a>/gs, "")
      .replace(/<p class="banner".*?<\/p>/gs, "")
      .replace(/<figure.*?<\/figure>|<ul class="legend".*?<\/ul>/gs, ""),
  );
const ofMarkdown = (text: string) =>
  words(
    micromark(text.replace(/^\*\*SIMULATED: .*\*\*$/m, ""), {
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
      allowDangerousHtml: true,
    }),
  );

/** Names, reasons and messages by somebody who wants to be more than text. */
const hostile = `<script>alert(1)</script><img src=x onerror=alert(1)> "' | [a](javascript:alert(1)) ![b](https://evil.example/x) \`c\` **d** @team https://evil.example www.evil.example \u202Eabc &lt;`;

function hostileReading(): FactoryReading {
  const release = sampleRelease({ modelVersion: hostile, notMeasured: [hostile] });
  const reading = sampleReading({
    releases: [release],
    changes: {
      trust: {
        name: hostile,
        unseen: [hostile],
        policies: {
          applied: ["init-data-pinned"],
          findings: [{ rule: hostile, level: "mandatory", resource: hostile, path: hostile, message: hostile }],
          borne: [{ rule: hostile, resource: hostile, path: hostile, message: hostile }],
          undecided: [{ rule: hostile, resource: hostile, path: hostile }],
        },
      },
    },
  });
  const stacks = reading.stacks.map((stack) => ({
    ...stack,
    config: {
      ...stack.config,
      exceptions: [{ rule: hostile, resource: hostile, reason: hostile, owner: hostile, until: "2026-12-01" }],
    },
  }));
  return { ...reading, stacks };
}

const everySection = [
  ...["summary", "parties", "clusters", "picture", "matrix", "ways", "limits", "pillars", "releases", "policies"],
  ...["versions", "about"],
];

describe("a report", () => {
  it("is the same in HTML and in Markdown: every section, every word, in the same order", async () => {
    const document = await reportDocument(
      modelOf(
        sampleReading({
          releases: [
            sampleRelease(),
            sampleRelease({ ...tdxParts, name: "other", resources: ["acme/model-key/other"] }),
          ],
        }),
      ),
    );
    expect(document.sections.map(({ id }) => id)).toEqual(everySection);
    const [page, text] = [ofPage(html(document)), ofMarkdown(markdown(document))];
    expect(page.length).toBeGreaterThan(1500);
    expect(page).toEqual(text);
  });

  it("gives the same bytes for the same reading, and none of its own time", async () => {
    const reading = sampleReading();
    const at = async (day: string) => {
      vi.useFakeTimers({ now: new Date(day), toFake: ["Date"] });
      try {
        return [await reportText(reading, "html"), await reportText(structuredClone(reading), "markdown")];
      } finally {
        vi.useRealTimers();
      }
    };
    expect(await at("2031-05-06")).toEqual(await at("2029-01-02"));
  });

  it("lets no name, reason or message become more than text in the page", async () => {
    const page = await reportText(hostileReading(), "html");
    expect(page).not.toMatch(/<script|<img|onerror="|javascript:[^<]*"|href="(?!https:|#)|\u202E/i);
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, url = ""]) => url);
    expect(links.filter((url) => url.includes("evil"))).toEqual([]);
    // What is allowed in a tag: these elements and attributes, and no others.
    const tags = [...page.matchAll(/<([a-z0-9]+)([^>]*)>/gi)];
    const attributes = new Set(
      tags.flatMap(([, , rest = ""]) => [...rest.matchAll(/([a-z-]+)=/gi)].map(([, name]) => name)),
    );
    for (const name of attributes) expect(name).not.toMatch(/^on|^style$|^src$/);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  it("lets none of them become more than text in Markdown", async () => {
    const rendered = micromark(await reportText(hostileReading(), "markdown"), {
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
      allowDangerousHtml: true,
      allowDangerousProtocol: true,
    });
    expect(rendered).not.toMatch(/<script|<img|javascript:[^<]*"|<em>d|<strong>d/);
    expect(
      [...rendered.matchAll(/href="([^"]*)"/g)].map(([, url = ""]) => url).filter((url) => /evil|mailto/.test(url)),
    ).toEqual([]);
    const rows = rendered.match(/<tr>.*?<\/tr>/gs) ?? [];
    for (const table of rendered.match(/<table>.*?<\/table>/gs) ?? []) {
      const columns = (table.match(/<tr>.*?<\/tr>/gs) ?? []).map((row) => row.match(/<t[hd]/g)?.length);
      expect(new Set(columns).size).toBe(1);
    }
    expect(rows.length).toBeGreaterThan(50);
  });

  it("has one policy for its content, which lets in its own style sheet and nothing else", async () => {
    const page = await reportText(sampleReading(), "html");
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'"/,
    );
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).not.toContain("style=");
  });

  it("says SIMULATED first where anything is made up, and only there", async () => {
    const real = sampleRelease({ simulated: false, measuredBy: "computed" });
    const reading = sampleReading({ releases: [real] });
    const honest = {
      ...reading,
      stacks: reading.stacks.map((stack) => ({
        ...stack,
        config: { ...stack.config, simulated: false } as typeof stack.config,
      })),
    };
    expect(await reportText(honest, "markdown")).not.toContain("SIMULATED");
    const simulated = await reportText(sampleReading(), "markdown");
    expect(simulated.split("\n").slice(0, 4).join("\n")).toContain("SIMULATED");
  });

  it("refuses stacks of two factories, of two owners, and none at all", () => {
    const [trust, ...rest] = sampleReading().stacks;
    if (!trust) throw new Error("no stack");
    const other = { ...trust, config: { ...trust.config, factory: "other" } };
    expect(() => modelOf({ pack: "baseline", stacks: [other, ...rest] })).toThrow(
      /not of one factory.*acme-rehearsal in one and other in another/,
    );
    expect(() => modelOf({ pack: "baseline", stacks: [] })).toThrow(/No stack was read/);
  });
});
