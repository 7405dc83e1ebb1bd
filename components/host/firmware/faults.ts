import type { z } from "zod";

/** What a schema found wrong with a file, in one line: where, and what to write instead. */
export function faults({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => {
      const at = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
      return `${at.replace(/^\./, "") || "the whole"}: ${message.replace(/^.*, received undefined$/, "missing")}`;
    })
    .join("; ");
}
