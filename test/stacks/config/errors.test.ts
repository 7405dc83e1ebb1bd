import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeIssues } from "../../../stacks/config/errors";

const schema = z.strictObject({
  key: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("kms") }),
      z.strictObject({ kind: z.literal("own") }),
    ])
    .describe("key of the disks"),
  id: z.uuid().describe("the subscription"),
  size: z.enum(["big", "small"]).describe("how big it is"),
  version: z.string().describe("its version"),
  on: z.boolean().optional(),
  count: z.int().min(1).max(9).optional(),
  cluster: z
    .union([
      z.strictObject({ existing: z.string(), subnet: z.string() }),
      z.strictObject({ name: z.string().optional(), groups: z.string() }),
    ])
    .optional()
    .describe("the cluster, as {existing: ..., subnet: ...} or {groups: ...}"),
  registers: z.strictObject({ "14": z.string().optional(), "04": z.string().optional() }).optional(),
  gpus: z.literal(1).optional(),
  mode: z.enum(["on", "off", "both"]).optional().describe("its mode"),
  encrypted: z.literal(true).optional().describe("true: the disk is encrypted"),
  fast: z
    .string()
    .regex(/^\d+$/, "digits")
    .refine((text) => Number(text) > 5, { error: "is too slow; write 6 or more" })
    .optional(),
  variables: z
    .record(
      z
        .string()
        .regex(/^[A-Z_]+$/, "capital letters")
        .refine((name) => !name.endsWith("_KEY"), { error: "sounds like a secret; name a Secret" }),
      z.string(),
    )
    .optional(),
  apiKey: z.strictObject({ secret: z.string() }).optional(),
  address: z
    .string()
    .regex(/^https:/, "an https:// address")
    .optional(),
  pools: z.array(z.string().min(1)).min(1).max(2).optional().describe("pools"),
  image: z
    .union([z.strictObject({ id: z.string() }), z.strictObject({ url: z.string() })])
    .optional()
    .describe("image, as {id: ...} or {url: ...}"),
});
const right = { size: "big", key: { kind: "kms" }, id: "00000000-0000-4000-8000-000000000001", version: "1.34" };

function said(change: Record<string, unknown>): string[] {
  const raw = { ...right, ...change };
  const { error } = schema.safeParse(raw);
  return error ? describeIssues(error, schema, raw) : [];
}

describe("what zod finds by itself is said as people write YAML", () => {
  it("says nothing of what is right", () => {
    expect(said({})).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "an unknown kind",
      { key: { kind: "kmss" } },
      'trustfoundry:key.kind: "kmss" is not known; write kms (of kms, own)',
    ],
    ["no word of a list", { size: undefined }, "trustfoundry:size: missing; add how big it is: one of big, small"],
    ["no kind", { key: {} }, "trustfoundry:key.kind: missing; add one of kms, own"],
    [
      "a word for a section",
      { key: "kms" },
      'trustfoundry:key: "kms" is not right; write settings by name (key of the disks)',
    ],
    [
      "a name for an id",
      { id: "acme" },
      'trustfoundry:id: "acme" is not right; write an id such as 01234567-89ab-4def-8123-456789abcdef (the subscription)',
    ],
    [
      "a number for a text",
      { version: 1.34 },
      "trustfoundry:version: 1.34 is not right; write a text, in quotes (its version)",
    ],
    ["a list for a text", { version: [] }, "trustfoundry:version: [] is not right; write a text (its version)"],
    [
      "a text for a boolean",
      { on: "true" },
      'trustfoundry:on: "true" is not right; write true or false, without quotes',
    ],
    ["a fraction", { count: 1.5 }, "trustfoundry:count: 1.5 is not right; write a whole number"],
    ["too few", { count: 0 }, "trustfoundry:count: 0 is not right; write at least 1"],
    ["too many", { count: 10 }, "trustfoundry:count: 10 is not right; write at most 9"],
    ["an empty list", { pools: [] }, "trustfoundry:pools: [] is not right; write at least 1 entry (pools)"],
    [
      "a long list",
      { pools: ["a", "b", "c"] },
      'trustfoundry:pools: ["a","b","c"] is not right; write at most 2 entries (pools)',
    ],
    ["an empty text", { pools: [""] }, 'trustfoundry:pools[0]: "" is not right; write at least 1 character'],
    ["a map for a list", { pools: { a: 1 } }, 'trustfoundry:pools: {"a":1} is not right; write a list (pools)'],
    [
      "two forms at once, shown without quotes around them",
      { image: { id: "a", url: "b", more: "and so on, until the line is too long to be shown" } },
      'trustfoundry:image: {"id":"a","url":"b","more":"and so on, until the line is too… fits none of the forms; write image, as {id: ...} or {url: ...}',
    ],
    [
      "settings of one form beside those of another",
      { cluster: { existing: "a", groups: "b" } },
      "trustfoundry:cluster.existing: belongs to another form than what stands beside it; remove it, or write the cluster, as {existing: ..., subnet: ...} or {groups: ...}",
    ],
    [
      "a setting that no form has",
      { cluster: { groups: "b", colour: "red" } },
      "trustfoundry:cluster.colour: no such setting; remove it; known here: existing, subnet, name, groups",
    ],
    [
      "a name that YAML took for a number",
      { registers: { 4: "a" } },
      'trustfoundry:registers.4: no such setting; write `"04"`, in quotes, instead',
    ],
    ["the only value there is", { gpus: 8 }, "trustfoundry:gpus: 8 is not known; write 1"],
    [
      "the only value there is, with what it says",
      { encrypted: false },
      "trustfoundry:encrypted: false is not known; write true (true: the disk is encrypted)",
    ],
    [
      "the same as a text",
      { encrypted: "true" },
      'trustfoundry:encrypted: "true" is not known; write true, without quotes (true: the disk is encrypted)',
    ],
    [
      "a word that YAML took for a boolean",
      { mode: true },
      'trustfoundry:mode: true is not known; write "on", in quotes (of on, off, both)',
    ],
    ["what has not even the right form, once", { fast: "4x" }, 'trustfoundry:fast: "4x" is not right; write digits'],
    ["what has the form alone", { fast: "4" }, 'trustfoundry:fast: "4" is too slow; write 6 or more'],
    [
      "a name that users give, without what stands under it",
      { variables: { pin: "1234" } },
      "trustfoundry:variables.pin: no name that may stand here; write capital letters",
    ],
    [
      "a name that tells of a secret",
      { variables: { THEIR_KEY: "1234" } },
      "trustfoundry:variables.THEIR_KEY: sounds like a secret; name a Secret",
    ],
    [
      "a secret in place of its Secret's name, which is not repeated",
      { apiKey: "hunter2" },
      "trustfoundry:apiKey: [not shown] is not right; write settings by name",
    ],
    [
      "an address with a password",
      { address: "http://root:hunter2@bmc.example.com" },
      "trustfoundry:address: [not shown] is not right; write an https:// address",
    ],
    [
      "a secret within settings",
      { image: { password: "hunter2" } },
      'trustfoundry:image: {"password":"[not shown]"} fits none of the forms; write image, as {id: ...} or {url: ...}',
    ],
    [
      "a long line, by both of its ends",
      { id: `europe-west4-docker.pkg.dev/${"made-up/".repeat(12)}llama-8b:latest` },
      'trustfoundry:id: "europe-west4-docker.pkg.dev/made-up/made-up/made-up/made-up/…ade-up/made-up/llama-8b:latest" is not right; write an id such as 01234567-89ab-4def-8123-456789abcdef (the subscription)',
    ],
    [
      "several lines, by the first one",
      { id: "-----BEGIN\nabcd" },
      'trustfoundry:id: "-----BEGIN…" is not right; write an id such as 01234567-89ab-4def-8123-456789abcdef (the subscription)',
    ],
  ])("%s", (_what, change, sentence) => {
    expect(said(change)).toEqual([sentence]);
  });
});
