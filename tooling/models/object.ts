import { Readable } from "node:stream";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import type { Bytes } from "../../components/images/encryptedLayer";
import { SealingError } from "../../components/images/sealingError";

/**
 * Objects are age files (age-encryption.org/v1: ChaCha20-Poly1305 in chunks of 64 KiB, each authenticated and in its
 * place), written and read by the format's own library. The key broker keeps the identity; `age --decrypt` opens them, too.
 */
export async function* sealObject(plain: Bytes, identity: Uint8Array): AsyncGenerator<Buffer> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identityText(identity)).catch(() => fail(notAnIdentity)));
  yield* piecesOf(await encrypter.encrypt(webStream(plain)));
}

export async function* openObject(sealed: Bytes, identity: Uint8Array): AsyncGenerator<Buffer> {
  const decrypter = new Decrypter();
  const text = identityText(identity);
  await identityToRecipient(text).catch(() => fail(notAnIdentity));
  decrypter.addIdentity(text);
  // What fails to be read is the caller's to tell; what fails to open is told here.
  let unreadable: unknown;
  const source = (async function* () {
    try {
      yield* sealed;
    } catch (error) {
      unreadable = error;
      throw error;
    }
  })();
  try {
    yield* piecesOf(await decrypter.decrypt(webStream(source)));
  } catch {
    if (unreadable) throw unreadable;
    fail("it does not open; the key is another, or the object was changed or cut short");
  }
}

const notAnIdentity = "the key is no age identity (AGE-SECRET-KEY-…); make one with `trustfoundry model keygen`";

/** An identity file: lines, of which those that begin with # are remarks. */
function identityText(file: Uint8Array): string {
  const lines = Buffer.from(file).toString("utf8").split("\n");
  const [identity, ...others] = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  if (identity === undefined || others.length > 0 || !identity.startsWith("AGE-SECRET-KEY-")) fail(notAnIdentity);
  return identity;
}

function fail(reason: string): never {
  throw new SealingError(`encrypted object: ${reason}`);
}

/** The library's types are a browser's, whose streams are Node's in all that is used here. */
function webStream(source: Bytes): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(source)) as unknown as ReadableStream<Uint8Array>;
}

async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const piece of stream as unknown as AsyncIterable<Uint8Array>)
    yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}
