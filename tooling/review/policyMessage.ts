/** What rules say, read back out of the engine's messages; policies/crossguard.ts writes them. */

const path = String.raw`(?:[A-Za-z_][\w-]*|\[\d+\]|\["[^"\n]*"\]|[.#])+`;
const value = String.raw`(?:"(?:[^"\\\n]|\\.)*"|true|false|-?[\d.]+(?:e[+-]?\d+)?)`;
const finding = new RegExp(`^(the resource|${path})(?: = (${value}))?: (.*)$`);

/** Title, finding, threat and remedy stand in lines of their own; the finding is what differs. */
export function findingOf(message: string): { readonly path: string; readonly message: string } {
  const line = message.split("\n").find((text) => finding.test(text));
  if (line === undefined) return { path: "", message: message.replaceAll("\n", " ") };
  const [, where = "", shown, text = ""] = finding.exec(line) ?? [];
  return {
    path: where === "the resource" ? "" : where,
    message: shown === undefined ? text : `${shown} ${text}`,
  };
}

/** The path of the value that a rule needs and only `up` will know; undefined for any other message. */
export function notYetKnownOf(message: string): string | undefined {
  const match = /can't run policy '[^']*'.* during preview: \w+ value at \.(\S*) can't be known during preview/.exec(
    message,
  );
  return match?.[1];
}

/** What an exception let pass; undefined where a message says that one was not used. */
export function useOf(message: string): { readonly rule: string; readonly path: string } | undefined {
  const line = message.split("\n").find((text) => / Borne until \d{4}-\d{2}-\d{2}; /.test(text));
  const match = line === undefined ? null : new RegExp(`^([a-z0-9-]+): (the resource|${path}): `).exec(line);
  if (!match) return undefined;
  const [, rule = "", where = ""] = match;
  return { rule, path: where === "the resource" ? "" : where };
}
