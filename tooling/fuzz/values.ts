import type { Dice } from "../faults/dice";

/** Stands in each text that is written where a secret would be: no message may repeat it. */
export const secretMarker = "hunter2FuzzMarker";

const long = (unit: string, times: number) => unit.repeat(times);

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = "end";
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
}

const numbers = [
  ...[0, -0, 1, -1, 2, 0.1, 1.5, -1.5, 1e-320, 255, 256, 1023, 1024, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32],
  ...[Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 2, Number.MAX_VALUE, -Number.MAX_VALUE],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

/** Of the wrong type wherever they come. */
const types = [null, undefined, true, false, [], {}, [[]], [null], [{}], { a: 1 }, "", " ", [1, 2, 3], ["a"]];

const characters = [
  ...[
    "\u0000",
    "\u001b[2J\u001b[31mred",
    "a\nb",
    "a\r\nb",
    "\t",
    "\u007f",
    "\u0085",
    "\ufeff",
    "\u202egpj.exe",
    "\u200b",
  ],
  // Look like others: Cyrillic a and e, full-width digits, a long s, a Turkish i, combining marks, half of a pair.
  ...["аcme", "nоrthern-metal", "１２", "ſ", "İ", "a\u0301\u0301", "\ud800", "\udfff x", "💥", "ﷺ", "ꓲ"],
  ...[
    "../../../etc/passwd",
    "/dev/zero",
    "C:\\x",
    "${x}",
    "{{ .Values }}",
    "$(reboot)",
    "`x`",
    "%00",
    "%s%n",
    "'\"",
    "<!--",
  ],
  ...["constructor", "__proto__", "toString", "hasOwnProperty", "true", "on", "null", "~", "0x10", "1e3", "08", ".inf"],
];

/** For expressions with nested repetition: each begins right for long and ends wrong. */
const slow = [
  ...[
    long("a", 50_000),
    `${long("a", 50_000)}!`,
    `${long("a-", 20_000)}!`,
    `${long("-", 50_000)}a`,
    long("1.", 20_000),
  ],
  ...[
    `${long("0", 50_000)}x`,
    `${long("a.", 20_000)}!`,
    `${long("/", 50_000)}!`,
    `${long("a/", 20_000)}:`,
    long(" ", 50_000),
  ],
  ...[`https://${long("a@", 20_000)}`, `https://${long("a:", 20_000)}@`, `${long("a:", 20_000)}@`, long("\n", 50_000)],
  ...[
    `sha256:${long("f", 50_000)}`,
    `-----BEGIN ${long("A ", 20_000)}`,
    `-----BEGIN CERTIFICATE-----${long("\n", 20_000)}`,
  ],
  ...[
    long("🙂", 10_000),
    `${long("%25", 10_000)}`,
    `kbs://${long("/", 20_000)}`,
    `${long("[", 20_000)}`,
    long("(", 20_000),
  ],
  ...[`{"a":${long("[", 20_000)}`, `hf_${long("a", 20_000)}`, `${long("aA1_", 10_000)}TOKEN`, `${long("A_", 20_000)}!`],
];

/** Ranges, names and times at their borders. */
const borders = [
  ...["0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "10.0.0.0/7", "256.0.0.0/8", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1"],
  ...["010.0.0.0/8", "10.0.0.0/08", "1.2.3.4", "::/0", "fd00::/8", "::ffff:10.0.0.0/104", "10.0.0.0/8 ", "127.0.0.0/8"],
  ...["169.254.169.254/32", "224.0.0.0/4", "255.255.255.255/32"],
  ...[
    "localhost",
    "-a.example",
    "a-.example",
    "a..b",
    ".a",
    "a.",
    `${long("a", 63)}.example`,
    `${long("a", 64)}.example`,
  ],
  ...[
    `${long("a.", 126)}a`,
    `${long("a.", 127)}a`,
    "xn--80ak6aa92e.com",
    "EXAMPLE.COM",
    "a_b.example",
    "1.2.3.4.example",
    "*.a.example",
  ],
  ...[
    "2026-02-29",
    "2028-02-29",
    "2026-02-30T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "2026-13-01",
    "+275760-09-13T00:00:00Z",
  ],
  ...[
    "1969-12-31T23:59:59Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T24:00:00Z",
    "2026-01-01",
    "2026-01-01T00:00Z",
    "20260101",
    "tomorrow",
  ],
  ...[
    "1.2.3",
    "v1.2.3",
    "1.2",
    "v1.34.0-rc.1+x",
    "999999999999999999999.0.0",
    "latest",
    "a:latest",
    "a@sha256:",
    `a@sha256:${long("a", 64)}`,
  ],
  ...[
    `sha256:${long("a", 63)}`,
    `sha256:${long("A", 64)}`,
    "http://a",
    "https://",
    "https://a:99999",
    "https://a?b#c",
    "ftp://a",
    "kbs:///a/b/c",
  ],
  ...["00000000-0000-0000-0000-000000000000", "0", "-0", "00", "1Gi", "1e400", "9".repeat(400)],
];

/** As people would have written them there by mistake. */
const secrets = [
  `-----BEGIN PRIVATE KEY-----\n${secretMarker}\n-----END PRIVATE KEY-----\n`,
  `-----BEGIN EC PRIVATE KEY-----\n${secretMarker}`,
  `https://user:${secretMarker}@registry.example/x`,
  `user:${secretMarker}@registry.example`,
  `nvapi-${secretMarker}0123456789`,
  `hf_${secretMarker}0123456789`,
  { password: secretMarker },
  { apiKey: secretMarker, nested: [{ token: secretMarker }] },
];

const structures = [
  nested(500, (inner) => [inner]),
  nested(500, (inner) => ({ a: inner })),
  Array.from({ length: 5000 }, (_, index) => index),
  Array.from({ length: 2000 }, () => ({})),
  Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`k${index}`, index])),
  JSON.parse('{"__proto__": {"polluted": true}}'),
  JSON.parse('{"constructor": {"prototype": {"polluted": true}}}'),
  { toString: 1, valueOf: 1, hasOwnProperty: 1, toJSON: 1, then: 1, length: 1e9 },
];

const kinds = { numbers, types, characters, slow, borders, secrets, structures } as const;

/** Of values that may be undefined, too. */
export function pickAny(dice: Dice, purpose: string, choices: readonly unknown[]): unknown {
  return choices[dice.upTo(purpose, choices.length) - 1];
}

/** A value that nobody would write there, of any kind. */
export function strangeValue(dice: Dice, purpose: string): unknown {
  const kind = dice.pick(`${purpose}/kind`, Object.keys(kinds) as (keyof typeof kinds)[]);
  return structuredClone(pickAny(dice, `${purpose}/value`, kinds[kind]));
}

/** A name that nobody would give a setting. */
export function strangeKey(dice: Dice, purpose: string): string {
  return dice.pick(purpose, [
    ...characters,
    "",
    long("k", 50_000),
    "secret",
    "apiKey",
    "a.b",
    "a[0]",
    "providers[0].name",
    "<<",
    "&a",
    "trustfoundry:role",
  ]);
}
