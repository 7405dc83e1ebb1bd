import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { renderToml } from "../../components/toml";
import type { TomlTable, TomlValue } from "../../components/toml";

/** What a TOML parser has to give back: undefined is left out, a negative zero is zero. */
function expected(value: TomlValue | undefined): unknown {
  if (Array.isArray(value)) return (value as readonly TomlValue[]).map(expected);
  if (typeof value === "object")
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, expected(item as TomlValue)]),
    );
  return value === 0 ? 0 : value;
}

/** The parser's tables have no prototype; these have. */
function plain(value: unknown): unknown {
  return value instanceof Array
    ? value.map(plain)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
      : value;
}

function roundTrip(table: TomlTable): unknown {
  return plain(parse(renderToml(table)));
}

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  // What is hard to quote, in any order.
  fc
    .array(
      fc.constantFrom(
        "'",
        "''",
        "'''",
        '"',
        '"""',
        "\\",
        "\n",
        "\r\n",
        "\t",
        "\0",
        "\u007f",
        "\u0085",
        " ",
        "a",
        "ü",
        "😀",
      ),
    )
    .map((parts) => parts.join("")),
);
const plainValue: fc.Arbitrary<TomlValue> = fc.oneof(text, fc.boolean(), fc.maxSafeInteger());
const { table } = fc.letrec<{ table: TomlTable; value: TomlValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    plainValue,
    fc.array(plainValue, { maxLength: 4 }),
    fc.array(tie("table"), { minLength: 1, maxLength: 3 }),
    tie("table"),
  ),
  table: fc.dictionary(
    text.filter((key) => key !== "__proto__"),
    fc.option(tie("value"), { nil: undefined, freq: 8 }),
    { maxKeys: 5 },
  ) as fc.Arbitrary<TomlTable>,
}));

describe("TOML", () => {
  it("gives back every text: quotes, line ends, control characters, any script", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(roundTrip({ value, list: [value, value] })).toEqual({ value, list: [value, value] });
      }),
    );
  });

  it("gives back every table, however nested", () => {
    fc.assert(
      fc.property(table, (value) => {
        expect(roundTrip(value)).toEqual(expected(value));
      }),
      { numRuns: 300 },
    );
  });

  it("is the same for the same content, in whatever order it was put together", () => {
    fc.assert(
      fc.property(table, (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(renderToml(reversed)).toBe(renderToml(value));
      }),
    );
  });

  it("is what a person would write", () => {
    const rendered = renderToml({
      version: "0.1.0",
      listen: ["127.0.0.1:8080"],
      "strange key": true,
      nothing: undefined,
      data: { "policy.rego": 'package agent_policy\n\ndefault x := "y"\n', empty: {} },
      plugins: [{ name: "resource" }, { name: "pkcs11", slots: 1 }],
    });
    expect(rendered).toBe(`listen = ["127.0.0.1:8080"]
"strange key" = true
version = "0.1.0"

[data]
"policy.rego" = '''
package agent_policy

default x := "y"
'''

[data.empty]

[[plugins]]
name = "resource"

[[plugins]]
name = "pkcs11"
slots = 1
`);
  });

  it.each([
    ["0.5", { x: 0.5 }, /TOML: 0.5 is no whole number/],
    ["what a number cannot hold exactly", { x: 2 ** 53 }, /no whole number/],
    ["not a number", { x: NaN }, /no whole number/],
    ["half a character", { x: "\ud800" }, /half of a surrogate pair/],
    ["half a character in several lines", { x: "a\n\udc00" }, /half of a surrogate pair/],
    ["half a character as a key", { "\ud800": 1 }, /half of a surrogate pair/],
    ["tables among other values", { x: [1, { y: 2 }] }, /mixes tables with other values/],
  ])("refuses %s", (_, value, message) => {
    expect(() => renderToml(value)).toThrow(message);
  });
});
