import { regoStatements } from "./documents";

/**
 * Rules of a Rego module as text, for guard rails that judge them one by one. No parser: what a policy really allows is
 * tested by evaluating it.
 */

const strings = /"(?:[^"\\]|\\.)*"|`[^`]*`/g;
/** The same length, with nothing in strings that could be taken for Rego. */
const blanked = (text: string) => text.replace(strings, (string) => `"${"_".repeat(string.length - 2)}"`);

/** Asked again and again about one module, which may be a megabyte long. */
let latest: { readonly rego: string; readonly statements: readonly string[] } | undefined;

/** Statements of a module, each with all lines of its bodies. */
function statements(rego: string): readonly string[] {
  if (latest?.rego !== rego) latest = { rego, statements: statementsOf(rego) };
  return latest.statements;
}

function statementsOf(rego: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let continued = false;
  for (const line of regoStatements(rego)) {
    const plain = blanked(line);
    if (depth > 0 || continued || /^(\{|else\b)/.test(line)) found.push(`${found.pop() ?? ""}\n${line}`);
    else found.push(line);
    depth += (plain.match(/[[({]/g)?.length ?? 0) - (plain.match(/[\])}]/g)?.length ?? 0);
    continued = /(=|\bif)$/.test(plain);
  }
  return found;
}

const definitions = (rego: string, name: string) =>
  statements(rego).filter((statement) => new RegExp(`^${name}(?![\\w.])`).test(statement));

/** What must hold for a rule to be true, each way by itself; a value other than true or false counts as a condition. */
export function bodiesOf(rego: string, name: string): string[] {
  return definitions(rego, name).flatMap((statement) => {
    const rest = statement.slice(name.length);
    // `else` is one more way; `else := false` is none.
    const cuts = cutsAtTop(rest, /\belse\b/y);
    return cuts.flatMap(waysOf);
  });
}

function waysOf(way: string): string[] {
  const [head = "", ...after] = cutsAtTop(way, /\bif\b/y);
  const value = /^\s*:?=\s*(?!=)/.exec(head);
  if (value && /^\s*:?=\s*false\b/.test(head)) return [];
  if (after.length > 0) return [after.join("if")];
  const groups = groupsAtTop(head.replace(/^\s*:?=\s*true\b/, ""));
  if (groups.length > 0 && !/^\s*:?=\s*\{/.test(head)) return groups;
  return [head.replace(/^\s*:?=\s*(true\b)?/, "")];
}

/** Cuts where the pattern, which has to be sticky, fits outside of strings and brackets. */
function cutsAtTop(text: string, pattern: RegExp): string[] {
  const plain = blanked(text);
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < plain.length; at++) {
    const character = plain.charAt(at);
    if ("[({".includes(character)) depth++;
    if ("])}".includes(character)) depth--;
    pattern.lastIndex = at;
    const cut = depth === 0 && !/\w/.test(plain.charAt(at - 1)) ? pattern.exec(plain) : null;
    if (!cut) continue;
    parts.push(text.slice(start, at));
    start = at + cut[0].length;
    at = start - 1;
  }
  return [...parts, text.slice(start)];
}

/** `{ a } { b }`: in the older spelling, either is enough. */
function groupsAtTop(text: string): string[] {
  const plain = blanked(text);
  const groups: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < plain.length; at++) {
    if (plain.charAt(at) === "{" && depth++ === 0) start = at + 1;
    if (plain.charAt(at) === "}" && --depth === 0) groups.push(text.slice(start, at));
  }
  return groups;
}

/** The single conditions of a body, without the braces around them. */
export function conditions(body: string): string[] {
  const plain = blanked(body);
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at <= plain.length; at++) {
    if (at < plain.length && !"\n;{}".includes(plain.charAt(at))) continue;
    found.push(body.slice(start, at).trim());
    start = at + 1;
  }
  return found.filter((condition) => condition !== "");
}

/** A text with the rules that it names, and those that they name, three levels deep. */
export function withHelpers(rego: string, text: string): string {
  const all = statements(rego);
  const helpers = new Set<string>();
  let next = [text];
  for (let level = 0; level < 3; level++) {
    const words = new Set(next.flatMap((each) => blanked(each).match(/[A-Za-z_]\w*/g) ?? []));
    next = all.filter((each) => !helpers.has(each) && words.has(/^[A-Za-z_]\w*/.exec(each)?.[0] ?? ""));
    // Data of a policy is no condition, and may be long.
    next = next.filter((each) => !/^(default|package|import|policy_data)\b/.test(each));
    for (const each of next) helpers.add(each);
  }
  return [text, ...helpers].join("\n");
}

/** All rules that mention a text, with those that they name; another rule of the same name is another way. */
export function rulesAbout(rego: string, mentioned: string): string {
  return statements(rego)
    .filter((statement) => statement.includes(mentioned))
    .map((statement) => withHelpers(rego, statement.replace(/^[A-Za-z_]\w*/, "")))
    .join("\n");
}

/** Whether a way reads what the attestation service found: Trustee's own token, or Intel's. */
export const looksAtEvidence = (way: string): boolean => /\bsubmods\b/.test(way) || readsIntelToken(way);

/** Claims of Intel Trust Authority's tokens, which know no submods and no status. */
export const readsIntelToken = (way: string): boolean =>
  !/\bsubmods\b/.test(way) && /\binput\.(tdx|nvgpu|policy_ids_matched)\b/.test(way);

/**
 * Each way to a key by evidence, with the rules that it names: what one way compares does not hold who comes by another.
 * A way that looks at no evidence is a finding of `resource-policy-conditional`. The whole module where no way is found.
 */
export function waysToKeys(rego: string): string[] {
  const ways = bodiesOf(rego, "allow").map((body) => withHelpers(rego, body));
  const byEvidence = ways.filter((way) => looksAtEvidence(way));
  return byEvidence.length > 0 ? byEvidence : [rego];
}

/**
 * Whether a body compares something of the request with something fixed. That it is there, or counted, or equal to
 * itself, or true or false, nearly always holds.
 */
export function comparesInput(rego: string, body: string): boolean {
  const whole = withHelpers(rego, body);
  return /\binput\b/.test(blanked(whole)) && conditions(whole).some(isComparison);
}

function isComparison(condition: string): boolean {
  const plain = blanked(condition);
  if (/^(some|every|not|print)\b/.test(plain) || /\bcount\(/.test(plain)) return false;
  if (/\b(regex|glob)\.match\(|\b(startswith|endswith|contains)\(/.test(plain))
    return !/["`](\^?\.[*+]?\$?|\*+|)["`]/.test(condition);
  const sides = /^(.*?)\s*(?:==|\bin\b)\s*(.*)$/s.exec(condition.trim());
  if (!sides) return false;
  const [left, right] = [sides[1]?.trim() ?? "", sides[2]?.trim() ?? ""];
  const constant = /^(true|false|null|-?\d+|\[\]|""|``)$/;
  if (left === right || constant.test(left) || constant.test(right)) return false;
  return /[A-Za-z_]/.test(blanked(left).replace(/"_*"/g, "") + blanked(right).replace(/"_*"/g, ""));
}
