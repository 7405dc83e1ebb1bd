/*
 * Conditions in CEL, as workload identity federation takes them: enough of the language to tell what a condition cannot
 * hold without. Whatever is not understood demands nothing, so a rule errs on the safe side.
 */

interface Piece {
  readonly text: string;
  /** Whether it is a string literal: what stands in it is no operator. */
  readonly literal: boolean;
}

/** Strings, with quotes of either kind, between everything else. */
const pieces = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/;

/** The clauses that all have to hold. A condition with alternatives at its top has one clause: the whole. */
export function conjuncts(condition: string): string[] {
  const bare = unwrapped(condition.trim());
  if (splitAt(bare, "||").length > 1 || splitAt(bare, "?").length > 1) return [bare];
  const parts = splitAt(bare, "&&");
  return parts.length === 1 ? [bare] : parts.flatMap(conjuncts);
}

/** What a clause is satisfied by, one of them being enough. */
export function alternatives(clause: string): string[] {
  return splitAt(unwrapped(clause.trim()), "||").map((each) => each.trim());
}

/** A clause in one spelling: double quotes, no spaces outside of strings. */
export function normalised(clause: string): string {
  return piecesOf(clause)
    .map(({ text, literal }) => (literal ? `"${text.slice(1, -1)}"` : text.replace(/\s+/g, "")))
    .join("");
}

/** Whether a clause compares a claim with a value, either way around. */
export function equals(clause: string, claim: string, value: string): boolean {
  const text = normalised(clause);
  return text === `${claim}==${value}` || text === `${value}==${claim}`;
}

function piecesOf(text: string): Piece[] {
  return text.split(pieces).map((piece, index) => ({ text: piece, literal: index % 2 === 1 }));
}

/** Splits where an operator stands outside of strings and brackets. */
function splitAt(text: string, operator: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const { text: piece, literal } of piecesOf(text)) {
    if (literal) {
      parts.push((parts.pop() ?? "") + piece);
      continue;
    }
    for (let index = 0; index < piece.length; index++) {
      const character = piece.charAt(index);
      if ("([{".includes(character)) depth++;
      if (")]}".includes(character)) depth--;
      if (depth === 0 && piece.startsWith(operator, index)) {
        parts.push("");
        index += operator.length - 1;
      } else parts.push((parts.pop() ?? "") + character);
    }
  }
  return parts;
}

/** Without brackets around the whole. */
function unwrapped(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  const inner = text.slice(1, -1);
  let depth = 0;
  for (const { text: piece, literal } of piecesOf(inner)) {
    if (literal) continue;
    for (const character of piece) {
      if (character === "(") depth++;
      if (character === ")" && --depth < 0) return text;
    }
  }
  return unwrapped(inner.trim());
}
