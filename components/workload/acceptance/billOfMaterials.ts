import { z } from "zod";

export const billFormats = ["spdx", "cyclonedx"] as const;
export type BillFormat = (typeof billFormats)[number];

export interface BillDemand {
  /** Formats that the provider can read. */
  readonly formats: readonly BillFormat[];
}

interface Kind {
  readonly format: BillFormat;
  readonly type: RegExp;
  readonly schema: z.ZodType;
  /** What it has to be, for a message. */
  readonly what: string;
}

/** Predicate types of in-toto/attestation, spec/predicates/{spdx2,spdx3,cyclonedx}.md; cosign writes those without version. */
const kinds: readonly Kind[] = [
  {
    format: "spdx",
    type: /^https:\/\/spdx\.dev\/Document(\/v2\.\d+)?$/,
    schema: z.object({ spdxVersion: z.string().startsWith("SPDX-2."), packages: z.array(z.unknown()).min(1) }),
    what: "SPDX 2 in JSON with packages (`cosign attest --type spdxjson`)",
  },
  {
    format: "spdx",
    type: /^https:\/\/spdx\.dev\/Document\/v3(\.\d+)?$/,
    schema: z.object({
      "@context": z.string().startsWith("https://spdx.org/rdf/3."),
      "@graph": z.array(z.unknown()).min(1),
    }),
    what: "SPDX 3 in JSON-LD with elements",
  },
  {
    format: "cyclonedx",
    type: /^https:\/\/cyclonedx\.org\/bom(\/v?1\.\d+)?$/,
    schema: z.object({
      bomFormat: z.literal("CycloneDX"),
      specVersion: z.string().min(1),
      components: z.array(z.unknown()).min(1),
    }),
    what: "CycloneDX in JSON with components",
  },
];

export function isBillType(predicateType: string): boolean {
  return kinds.some(({ type }) => type.test(predicateType));
}

/**
 * What speaks against a bill of materials; undefined where nothing does. It has to be one, and not empty: whether it is
 * complete and true, its signer answers for.
 */
export function billProblem(predicateType: string, predicate: unknown, { formats }: BillDemand): string | undefined {
  const kind = kinds.find(({ type }) => type.test(predicateType));
  if (!kind) return `is of the type ${predicateType}, no bill of materials`;
  if (!formats.includes(kind.format)) return `is ${kind.format}, and accepted is ${formats.join(" or ")}`;
  return kind.schema.safeParse(predicate).success ? undefined : `is not ${kind.what}`;
}
