import * as fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import type { Review } from "../../../tooling/review/compare";
import { markdown, marker } from "../../../tooling/review/markdown";
import { code } from "../../../tooling/review/text";
import { file, kubernetes, reviewOf, reviewSides, rule, side, stack, violation } from "./support";

const html = (text: string) =>
  micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });

/** Everything but the insides of code spans. */
const skeleton = (text: string) => html(text).replace(/<code>[^<]*<\/code>/g, "<code></code>");

const attacks = [
  "| forged | row |\n| --- | --- |",
  "`</code><img src=x onerror=alert(1)>`",
  "``` \n```\n# Approved",
  "[approve](https://evil.example)",
  "![x](https://evil.example/pixel.png)",
  "@maintainers please merge",
  "#1 GH-2 owner/repo#3 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  "https://evil.example www.evil.example me@evil.example",
  "<script>alert(1)</script>",
  `${marker}\n## Trustfoundry review: nothing becomes weaker`,
  "-->\n- [x] approved",
  "line\r\n\r\n> quote",
  "\u202Eevil\u2066",
  "\\`",
  "`",
  " ` ",
  "a``b`c```",
  "   ",
  "\uD800 lone",
  "$$x$$ :tada: ~~no~~ **bold** __bold__",
];

/** A review in which everything that base or head could have written says `text`. */
function saying(text: string): Review {
  const exceptions = [{ rule: text, resource: text, reason: text, owner: text, until: "2026-12-01" }];
  const known = { rule: text, type: text, resource: text, path: text };
  const resources = [
    kubernetes("networking.k8s.io/v1:NetworkPolicy", text, {
      spec: { podSelector: { matchLabels: { [text]: text } }, egress: [{ to: [{ ipBlock: { cidr: text } }] }] },
    }),
  ];
  const head = stack({
    name: text,
    violations: [{ ...known, level: "mandatory", message: text }],
    notYetKnown: [known],
    exceptionUses: [known],
    resources,
  });
  const refused = file([stack({ name: text, refusals: [text] })], { file: "Pulumi.other.yaml" });
  return {
    ...reviewSides(
      side([file([stack({ name: text, resources: [kubernetes("core/v1:Service", "s", {})] })])]),
      side([file([head], { exceptions, unseen: [text], text: "config: {}" }), refused], {
        label: text,
        rules: [{ ...rule, id: text, title: text }],
      }),
    ),
    pack: text,
    judgesChanged: [text],
  };
}

describe("text of base and head in a comment", () => {
  it.each(attacks)("%j stays text", (attack) => {
    expect(skeleton(markdown(saying(attack)))).toBe(skeleton(markdown(saying("harmless"))));
  });

  it("stays text whatever it is", () => {
    const plain = skeleton(code("harmless"));
    const parts = fc.array(
      fc.constantFrom("`", "``", "\n", "|", "<", ">", "@a", "[x](y)", "\\", " ", "a", "\u2028", "*"),
    );
    fc.assert(
      fc.property(parts, (list) => {
        const text = list.join("");
        fc.pre(text.trim() !== "");
        expect(skeleton(code(text))).toBe(plain);
      }),
    );
  });

  it("cannot stand where the comment is found again", () => {
    for (const attack of attacks) {
      const text = markdown(saying(attack));
      expect(text.startsWith(`${marker}\n\n## Trustfoundry review: head is refused\n`)).toBe(true);
      expect(text.split("\n").filter((line) => line.startsWith(marker))).toHaveLength(1);
    }
  });

  it("is shown as it is where that is possible", () => {
    expect(html(code("a`b"))).toBe("<p><code>a`b</code></p>");
    expect(html(code("`"))).toBe("<p><code>`</code></p>");
    expect(html(code("a | b <c>"))).toBe("<p><code>a | b &lt;c&gt;</code></p>");
  });
});

describe("the comment", () => {
  it("counts by pillar and by party", () => {
    const text = markdown(reviewOf({}, { violations: [violation] }));
    expect(text).toContain("| Kubernetes and GPU Operator | ▼ 1 | – | ▼ 1 |");
    expect(text).toContain("1 violation refused");
    expect(text).toContain("(`Pulumi.prod.yaml:4`)");
  });

  it("says what is not checked yet, not seen, and borne", () => {
    const exceptions = [{ rule: rule.id, resource: "x", reason: "moving", owner: "carol", until: "2026-12-01" }];
    const known = { rule: rule.id, type: "t", resource: "x", path: "spec.a" };
    const head = file([stack({ notYetKnown: [known], exceptionUses: [known] })], {
      exceptions,
      unseen: ["trustfoundry:trustSecrets"],
    });
    const text = markdown(reviewSides(side([file([stack()])]), side([head])));
    expect(text).toContain("### Not checked yet: only `up` will know these values");
    expect(text).toContain("`tenant-egress-named at x: spec.a`");
    expect(text).toContain("`trustfoundry:trustSecrets`");
    expect(text).toMatch(
      /- \*\*ends within 30 days\*\*: `tenant-egress-named at x, until 2026-12-01; carol answers for it: moving` .*lets pass: `x, spec\.a`/,
    );
  });

  it("fits into GitHub's comment however much there is to say", () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({
      ...violation,
      resource: `r${index}`,
      message: "x".repeat(500),
    }));
    const text = markdown(reviewOf({}, { violations: many }));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/… and \d+ more, in the SARIF and JUnit files/);
  });

  it("is the same for the same review, in whatever order it was heard", () => {
    const others = [violation, { ...violation, resource: "b" }, { ...violation, resource: "a" }];
    expect(markdown(reviewOf({}, { violations: others }))).toBe(
      markdown(reviewOf({}, { violations: [...others].reverse() })),
    );
  });
});
