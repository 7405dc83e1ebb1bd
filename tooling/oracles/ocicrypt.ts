import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import {
  openLayer,
  parsePrivateOptions,
  parsePublicOptions,
  publicOptionsAnnotation,
  renderPrivateOptions,
  renderPublicOptions,
  sealLayer,
} from "../../components/images/encryptedLayer";
import {
  keyPacketAnnotation,
  parseKeyPacket,
  renderKeyPacket,
  unwrapLayerOptions,
  wrapLayerOptions,
} from "../../components/images/keyPacket";
import { newModelKey } from "../models/keyFile";
import { bytesOf, writeStream } from "../models/measure";
import { openObject, sealObject } from "../models/object";
import { findGo, goEnvironment, requireGo } from "../toolchain/go";
import { UserError } from "../ui";
import type { Oracle } from "./oracle";

/** Around the sizes of blocks, chunks and pieces; the last one is several pieces long. */
const sizes = [0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 1_048_576, 5_000_011];

type Run = (...args: string[]) => Promise<void>;

/** Holds sealed layers and objects against the libraries whose formats they are: ocicrypt's and age's own, in Go. */
export const ocicrypt: Oracle = {
  name: "ocicrypt",
  title: "Sealed models against containers/ocicrypt 1.3.2 and age 1.3.2",
  async run({ directory, env, signal, show }) {
    mkdirSync(directory, { recursive: true });
    const program = join(directory, "ocicrypt");
    const go = requireGo(await findGo(env), "ocicrypt");
    show("building the libraries");
    const build = ["build", "-trimpath", "-mod=readonly", "-o", program, "."];
    await command(go.executable, build, { cwd: join(__dirname, "ocicrypt"), env: goEnvironment(env), signal });
    const work = mkdtempSync(join(directory, "work-"));
    try {
      const run: Run = (...args) => command(program, args, { cwd: work, env, signal });
      show("sealing and opening");
      for (const size of sizes) {
        const plain = randomBytes(size);
        writeFileSync(join(work, "plain"), plain);
        await compareLayers(work, plain, run);
        // Its library's stream of nothing is no object worth sealing.
        if (size > 0) await compareObjects(work, plain, run);
      }
      return `${sizes.length} layers and ${sizes.length - 1} objects opened by the libraries, and theirs here`;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  },
};

async function compareLayers(work: string, plain: Buffer, run: Run): Promise<void> {
  const key = randomBytes(32);
  writeFileSync(join(work, "key"), key);
  for (const version of [1, 2] as const) {
    const pieces: Buffer[] = [];
    const sealing = sealLayer(plain.length > 0 ? [plain] : [], { key: randomBytes(32), nonce: randomBytes(16) });
    let step = await sealing.next();
    for (; !step.done; step = await sealing.next()) pieces.push(step.value);
    const { privateOptions, publicOptions } = step.value;
    const args = { key, keyUri: "kbs:///oracle/key/layer", iv: randomBytes(12), version };
    const annotations = {
      [keyPacketAnnotation]: renderKeyPacket(wrapLayerOptions(renderPrivateOptions(privateOptions), args)),
      [publicOptionsAnnotation]: renderPublicOptions(publicOptions),
    };
    writeFileSync(join(work, "annotations"), JSON.stringify(annotations));
    writeFileSync(join(work, "sealed"), Buffer.concat(pieces));
    await run("open", "key", "annotations", "sealed", "opened");
    expectSame(readFileSync(join(work, "opened")), plain, `ocicrypt opens a layer (packet v${version})`);
  }
  await run("seal", "key", "theirs.annotations", "plain", "theirs");
  const theirs = JSON.parse(readFileSync(join(work, "theirs.annotations"), "utf8")) as Record<string, string>;
  const packet = parseKeyPacket(theirs[keyPacketAnnotation] ?? "");
  const privateOptions = parsePrivateOptions(unwrapLayerOptions(packet, key));
  const publicOptions = parsePublicOptions(theirs[publicOptionsAnnotation] ?? "");
  const opened = await gathered(openLayer(bytesOf(join(work, "theirs")), { privateOptions, publicOptions }));
  expectSame(opened, plain, "ocicrypt's layer opens here");
}

async function compareObjects(work: string, plain: Buffer, run: Run): Promise<void> {
  const identity = Buffer.from(await newModelKey("encryptedObject"));
  writeFileSync(join(work, "identity"), identity);
  rmSync(join(work, "object"), { force: true });
  await writeStream(join(work, "object"), sealObject([plain], identity));
  await run("age-open", "identity", "object", "opened");
  expectSame(readFileSync(join(work, "opened")), plain, "age opens an object");
  await run("age-seal", "identity", "plain", "theirs");
  expectSame(await gathered(openObject(bytesOf(join(work, "theirs")), identity)), plain, "age's object opens here");
}

async function gathered(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

function expectSame(got: Buffer, plain: Buffer, what: string): void {
  if (!got.equals(plain)) throw new UserError(`${what}: ${plain.length} bytes became ${got.length} others.`);
}

async function command(program: string, args: readonly string[], options: object): Promise<void> {
  const result = await execa(program, args, { ...options, extendEnv: false, reject: false });
  if (result.exitCode !== 0)
    throw new UserError(`${args[0] ?? program} fails.`, undefined, String(result.stderr).split("\n").slice(-8));
}
