/*
 * The page's only style sheet. System fonts, two themes, print, small screens. Colours are pairs of text and ground with a
 * contrast of 4.5 or more in either theme; what a colour says, a word says as well.
 */
const light = `
--ground:#ffffff;--raised:#f6f7f9;--line:#cdd3dc;--ink:#1b2130;--soft:#4a5365;--link:#0b4f9e;
--good-ink:#0d5c2f;--good:#e0f3e7;--partly-ink:#704500;--partly:#fdf0d2;--bad-ink:#8f1d1d;--bad:#fce4e2;
--unknown-ink:#4b3a86;--unknown:#ebe6fa;--quiet-ink:#454e5f;--quiet:#e9ecf1;
--releases:#59636f;--keys:#8a3ffc;--weights:#00707a;--images:#9a5b00;--prompts:#0f62c8;--evidence:#177a3f;--control:#737b87;
--tee:#e6f5ec;--tee-line:#177a3f;--trusted:#eef3fb;--trusted-line:#5f7fb2;--untrusted:#fbf0ef;--untrusted-line:#b0605a;
--neutral:#f6f7f9;--neutral-line:#8a93a1;`;
const dark = `
--ground:#12151c;--raised:#1a1f29;--line:#3a4250;--ink:#e8ebf1;--soft:#aeb7c6;--link:#8fbcff;
--good-ink:#8fe0ae;--good:#123523;--partly-ink:#f4cc7c;--partly:#3b2c0b;--bad-ink:#ffb0a8;--bad:#451a19;
--unknown-ink:#cabcff;--unknown:#2c2450;--quiet-ink:#c3cad6;--quiet:#2a303c;
--releases:#b3bdca;--keys:#c49bff;--weights:#5cd3dc;--images:#e9ad4f;--prompts:#86b7ff;--evidence:#74d79b;--control:#9aa3b1;
--tee:#12291c;--tee-line:#58b97f;--trusted:#182234;--trusted-line:#7f9fd4;--untrusted:#2b1a1a;--untrusted-line:#cf8079;
--neutral:#1a1f29;--neutral-line:#7d8695;`;

const flows = ["releases", "keys", "weights", "images", "prompts", "evidence", "control"];
const tones = ["good", "partly", "bad", "unknown", "quiet"];
const regions = ["trusted", "untrusted", "neutral", "tee"];
const dashes: Readonly<Record<string, string>> = { releases: "7 4", evidence: "2 3", control: "9 3 2 3" };

const flowStyles = flows
  .map(
    (kind) =>
      `.flow.${kind}{stroke:var(--${kind})${dashes[kind] ? `;stroke-dasharray:${dashes[kind]}` : ""}}` +
      `.tip.${kind} path{fill:var(--${kind})}.label.${kind} text{fill:var(--${kind})}`,
  )
  .join("\n");
const toneStyles = tones
  .map((tone) => `.badge.${tone},.notice.${tone}{color:var(--${tone}-ink);background:var(--${tone})}`)
  .join("\n");
const regionStyles = regions
  .map(
    (kind) =>
      `.region.${kind} rect{fill:var(--${kind});stroke:var(--${kind}-line)}.title.${kind} text{stroke:var(--${kind})}`,
  )
  .join("\n");

export const style = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:76rem;padding:0 1.5rem 4rem;background:var(--ground);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
h1,h2,h3{line-height:1.2;text-wrap:balance}
h1{font-size:2rem;margin:2.5rem 0 .25rem;letter-spacing:-.01em}
h2{font-size:1.4rem;margin:0 0 1rem;padding-top:2.5rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:2rem 0 .75rem}
p,li{max-width:46rem}
p{margin:0 0 1rem}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-100rem}
.skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.5rem 1rem;z-index:1}
.banner{max-width:none;margin:1.5rem 0 0;padding:.75rem 1rem;border-radius:6px;font-weight:700;color:var(--bad-ink);background:var(--bad)}
.subtitle{color:var(--soft);margin:0 0 1.5rem}
nav{margin:0 0 2rem}
nav ol{display:flex;flex-wrap:wrap;gap:.35rem 1.25rem;list-style:none;margin:0;padding:0}
nav a{display:inline-block;padding:.2rem 0}
section{margin-top:2.5rem}
ul{margin:0 0 1rem;padding-left:1.25rem}
li{margin:.15rem 0}
code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.badge{display:inline-block;padding:.05rem .5rem;border-radius:999px;font-size:.875em;font-weight:600;white-space:nowrap}
.notice{padding:.75rem 1rem;border-radius:6px}
${toneStyles}
dl{display:grid;gap:0;margin:0 0 1.5rem;border-top:1px solid var(--line)}
dl>div{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:1rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--soft)}
dd{margin:0}
.line{display:block}
.line+.line{margin-top:.25rem}
.scroll{overflow-x:auto;margin:0 0 1.75rem;border:1px solid var(--line);border-radius:8px;background:var(--ground)}
table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.45}
caption{text-align:left;padding:.6rem .9rem;color:var(--soft);font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.55rem .9rem;border-top:1px solid var(--line)}
thead th{background:var(--raised);color:var(--soft);font-weight:600}
tbody th{font-weight:600}
th .line+.line{font-weight:400}
.picture{padding:0}
figure{margin:0;padding:1rem;width:max-content}
figure svg{display:block}
figcaption{padding-top:.75rem;color:var(--soft);font-size:.875rem}
svg text{fill:var(--ink);font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
svg .head{font-size:14px;font-weight:600}
svg .small{font-size:12px;fill:var(--soft)}
.title text{paint-order:stroke;stroke:var(--untrusted);stroke-width:5px;stroke-linejoin:round}
.region rect{stroke-width:1.5;fill:none}
.region.untrusted rect{stroke-dasharray:6 4}
.region.tee rect{stroke-width:3}
.region.namespace rect{stroke:var(--neutral-line);stroke-dasharray:2 3}
${regionStyles}
.card rect{fill:var(--ground);stroke:var(--line);stroke-width:1.25}
.flow{fill:none;stroke-width:1.75}
.label rect{fill:none}
.label text{font-size:12px;font-weight:600;text-anchor:middle}
${flowStyles}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;font-size:.875rem;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:.5rem}
.swatch .flow{stroke-width:2.5}
footer{margin-top:4rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
@media (max-width:48rem){
body{padding:0 1rem 3rem}
h1{font-size:1.6rem}
dl>div{grid-template-columns:minmax(0,1fr);gap:.1rem}
.c3 table{min-width:38rem}.c4 table{min-width:46rem}.c5 table{min-width:56rem}.c6 table{min-width:64rem}.c7 table{min-width:70rem}
}
@media print{
@page{size:A4;margin:14mm 12mm}
:root{color-scheme:light;${light}}
body{max-width:none;padding:0;font-size:9.5pt}
nav,.skip{display:none}
h1{margin-top:0}
h2{padding-top:0;border-top:0;break-after:avoid}
h3,caption{break-after:avoid}
section{margin-top:8mm}
.scroll{overflow:visible;border:0;border-radius:0}
table{min-width:0!important;font-size:7.5pt;table-layout:fixed}
caption{font-size:8.5pt;padding:1mm 1.5mm}
th,td{padding:1mm 1.5mm;overflow-wrap:anywhere}
.badge{white-space:normal;padding:0 1.5mm;border:.25mm solid}
tr,figure,dl>div{break-inside:avoid}
figure{width:100%;padding:0}
figure svg{width:100%;height:auto}
a{color:inherit}
td a[href^="https:"]::after,p a[href^="https:"]::after{content:" (" attr(href) ")";font-size:6.5pt;overflow-wrap:anywhere}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
