import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addModelCommands } from "../../../tooling/commands/model";
import { addReleaseCommands } from "../../../tooling/commands/release";
import { addSecretCommands } from "../../../tooling/commands/secret";
import { addServingKeyCommands } from "../../../tooling/commands/servingKey";
import { newModelKey } from "../../../tooling/models/keyFile";
import { refusalOf } from "../../support/commands";

const commands = [addModelCommands, addReleaseCommands, addSecretCommands, addServingKeyCommands];
const work = mkdtempSync(join(tmpdir(), "refusals-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

beforeAll(async () => {
  for (const folder of ["model", "links", "out", "layout"]) mkdirSync(join(work, folder), { mode: 0o700 });
  const files = { "model/weights": "weights", text: "text", empty: "", odd: "x".repeat(513), image: "x".repeat(1024) };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(work, name), content);
  symlinkSync("/etc/hosts", join(work, "links/weights"));
  const keys = { raw: randomBytes(32), age: await newModelKey("encryptedObject"), short: "short" };
  for (const [name, key] of Object.entries(keys)) writeFileSync(join(work, `${name}.key`), key, { mode: 0o600 });
  const digest = `sha256:${"0".repeat(64)}`;
  const sizes = { digest, sealedDigest: digest, sizeBytes: 1, sealedSizeBytes: 1 };
  const artifact = { kind: "encryptedObject", key: "kbs:///a/b/c", guestPath: "/m", url: "https://s.example/m" };
  writeFileSync(join(work, "object.json"), JSON.stringify({ ...artifact, ...sizes, content: "file" }));
});

const seal = "--key-uri kbs:///a/b/c --guest-path /models/m --out @out/sealed";
const layer = `model seal --kind encryptedLayer --key-file @raw.key ${seal}`;
const object = `model seal --kind encryptedObject --key-file @age.key ${seal}`;
const volume = `model seal --kind luks2 ${seal} --device /dev/vdb`;
const open = "model open --artifact @object.json --out @out/opened --key-file @age.key";
const signed = "secret seal vault --kid kbs:///a/b/c --name kbs:///a/b/d --out @out/sealed";

/** Each is a command line, in which `@` stands for the folder with the files above, and what it is refused with. */
const refusals: readonly (readonly [string, RegExp])[] = [
  [
    `${layer} --in @absent --repository r.example/m`,
    /absent cannot be read \(ENOENT\); name the model's folder or file/,
  ],
  [`${layer} --in @empty --repository r.example/m`, /empty is no file with content/],
  [`${layer} --in @model`, /--repository is missing/],
  [`${layer} --in @model --repository BAD/m`, /--repository is not as it has to be: a repository with its registry/],
  [`${layer} --in @model --repository r.example/m:1`, /--repository is not as it has to be/],
  [`${layer} --in @model --repository r.example/m --base @layout`, /layout has no index\.json; name the folder/],
  [`${layer} --in @model --repository r.example/m --base @text`, /text has no index\.json/],
  [`${layer} --in @links --repository r.example/m`, /weights is a symbolic link/],
  [`${object} --in @model`, /--url is missing/],
  [`${object} --in @model --url http://s.example/m`, /--url is not as it has to be: an https:\/\//],
  [`${object} --in @model --url https://u:p@s.example/m`, /--url is not as it has to be: without credentials/],
  [`${object} --in @empty --url https://s.example/m`, /empty is no file with content/],
  [`${object} --in @links --url https://s.example/m`, /symbolic link/],
  [
    `${volume} --in @model --key-file @raw.key`,
    /model is no file with content; name an image of the model's filesystem/,
  ],
  [`${volume} --in @odd --key-file @raw.key`, /odd has 513 bytes, not a multiple of 512/],
  [`${volume} --in @image --key-file @age.key`, /the key of a LUKS2 volume has \d+ bytes, not 32/],
  [`${volume} --in @image --key-file @short.key`, /the key of a LUKS2 volume has 5 bytes, not 32/],
  [`${volume} --in @image --key-file @out`, /out is a folder; name a key file/],
  [`${volume} --in @image --key-file @text`, /text may be read by others/],
  [`${volume} --in @image --key-file @absent`, /absent cannot be read \(ENOENT\); name a key file/],
  [`${open} --in @absent`, /absent cannot be read \(ENOENT\); name the sealed bytes/],
  [`${open} --in @model`, /model is no file with content; name the sealed bytes/],
  [`${open} --in @text`, /does not open/],
  [`${open} --in @text --cdh http://127.0.0.1:8006`, /Exactly one of --key-file and --cdh/],
  ["model open --artifact @object.json --in @text --out @out/opened", /Exactly one of --key-file and --cdh/],
  [
    "model open --artifact @object.json --in @text --out @out/opened --cdh http://192.0.2.1",
    /listens inside the guest alone/,
  ],
  [
    "model open --artifact @absent --in @text --out @out/opened --key-file @age.key",
    /absent cannot be read \(ENOENT\)/,
  ],
  ["model open --artifact @text --in @text --out @out/opened --key-file @age.key", /text is not JSON/],
  ["model keygen --kind luks2 --out @text", /text exists and is not overwritten/],
  [
    `${object} --in @model --url https://s.example/m`.replace("@out/sealed", "/proc/sealed"),
    /\/proc\/sealed cannot be written/,
  ],
  ["model keygen --kind luks2 --out @absent/key", /The folder of .*absent\/key does not exist/],
  ["secret keygen --kid key --out-private @out/a --out-public @out/b", /--kid is "key", no KBS resource/],
  ["secret keygen --kid kbs:///a/b/c --out-private @out/a --out-public @out/a", /named for both halves/],
  ["secret keygen --kid kbs:///a/b/c --out-private @out/a --out-public @text", /text exists and is not overwritten/],
  ["serving-key new --out-private @out/a --out-public @out/../out/a", /named for both halves/],
  ["serving-key new --out-private @out/a --out-public @absent/b", /The folder of .*absent\/b does not exist/],
  [`${signed} --signing-key @text`, /text may be read by others/],
  [`${signed} --signing-key @short.key`, /short\.key is no JWK of that kind/],
  ["release keygen --out @text", /text exists and is not overwritten/],
  ["release create --config @text --model m --not-after 2031-01-01T00:00:00Z", /text has no `config:` section/],
  ["release create --config @out --model m --not-after 2031-01-01T00:00:00Z", /out cannot be read \(EISDIR\)/],
  ["release history --dir @text --name m --signers @text", /text cannot be read \(ENOTDIR\); name the folder/],
  ["release show @out", /out cannot be read \(EISDIR\); name a release file/],
];

it.each(refusals)("refuses in a sentence and leaves nothing: %s", async (line, says) => {
  const before = readdirSync(work, { recursive: true });
  const args = line.split(" ").map((word) => word.replace(/^@/, `${work}/`));
  const message = await refusalOf(commands, args);
  expect(message).toMatch(says);
  expect(message).not.toMatch(/AGE-SECRET|\.\.$|\n/);
  expect(readdirSync(work, { recursive: true })).toEqual(before);
});
