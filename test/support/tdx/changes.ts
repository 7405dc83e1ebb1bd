import type { Expected } from "../../../components/verdict/context";
import type { TdxBody } from "../../../components/verdict/evidence/tdxQuote";
import { quotingEnclave } from "../../../tooling/attestation/encodeTdx";
import type { IntelAuthority } from "../../../tooling/attestation/intelAuthority";
import type { Content } from "../../../tooling/attestation/intelCollateral";
import { currentContent, signedAnswer } from "../../../tooling/attestation/intelCollateral";
import type { Question, Scene } from "./scene";
import { goodExpected, now, questionOf, replaced, withPlatform } from "./scene";

/** One thing that is other than it should be; the second scene is a stranger's, whose root nobody trusts. */
export type Change = (scene: Scene, stranger: Scene) => Promise<Question>;

export const day = 86_400_000;
export const body = (change: Partial<TdxBody>, format: Scene["format"] = 4): Change => {
  return (scene) => questionOf({ ...scene, format, body: { ...scene.body, ...change } });
};
export const expected = (change: Partial<Expected>): Change => {
  return async (scene) => {
    const question = await questionOf(scene);
    return { ...question, context: { ...question.context, expected: { ...goodExpected, ...change } } };
  };
};
/** The same question after so many days, or before. */
export const later = (days: number): Change => {
  return async (scene) => {
    const question = await questionOf(scene);
    return { ...question, context: { ...question.context, now: new Date(now.getTime() + days * day) } };
  };
};
export const tcbInfo = (change: (info: Content) => Content): Change => {
  return (scene) => questionOf({ ...scene, content: { ...scene.content, tcbInfo: change(scene.content.tcbInfo) } });
};
export const qeIdentity = (change: Content): Change => {
  return (scene) =>
    questionOf({ ...scene, content: { ...scene.content, qeIdentity: { ...scene.content.qeIdentity, ...change } } });
};
export const file = (kind: Parameters<typeof replaced>[1], change: Parameters<typeof replaced>[2]): Change => {
  return async (scene) => {
    const { quote, context } = await questionOf(scene);
    return { quote, context: { ...context, collateral: replaced(context.collateral, kind, change) } };
  };
};
export const quote = (change: (bytes: Buffer, scene: Scene) => Buffer | Promise<Buffer>): Change => {
  return async (scene) => {
    const question = await questionOf(scene);
    return { ...question, quote: await change(Buffer.from(question.quote), scene) };
  };
};
export const text = (from: string, to: string) => (bytes: Uint8Array) => {
  const before = Buffer.from(bytes).toString();
  if (!before.includes(from)) throw new Error(`there is no ${from} to change`);
  return Buffer.from(before.replace(from, to));
};
export const enclave = (change: Parameters<typeof quotingEnclave>[1]): Change => {
  return async (scene) => questionOf(await withPlatform(scene, {}, {}, change));
};
export const level = (status: string, advisoryIDs?: readonly string[]) => (info: Content) => {
  const [first, ...rest] = info.tcbLevels as Content[];
  return { ...info, tcbLevels: [{ ...first, tcbStatus: status, ...(advisoryIDs && { advisoryIDs }) }, ...rest] };
};
export const moduleOfLine = "06010500000000000000000000000000";

export function flipped(at: number) {
  return (bytes: Uint8Array) => {
    const copy = Buffer.from(bytes);
    const index = at < 0 ? copy.length + at : at;
    copy[index] = (copy[index] ?? 0) ^ 1;
    return copy;
  };
}

export function freshKey({ enclave: { pck } }: Scene) {
  const { key, point } = quotingEnclave(pck);
  return { key, point };
}

export function withRoot({ authority }: Scene, root: string): IntelAuthority {
  return new Proxy(authority, { get: (of, name) => (name === "root" ? root : Reflect.get(of, name, of)) });
}

export function revoked({ content }: Scene, serials: Scene["content"]["revoked"]) {
  return { ...content, revoked: serials };
}

export function revoking(scene: Scene, serials: Scene["content"]["revoked"]): Promise<Question> {
  return questionOf({ ...scene, content: revoked(scene, serials) });
}

/** TCB information that somebody else signed, beside the true chain. */
export async function signedBy(scene: Scene, other: Scene): Promise<Question> {
  const bytes = signedAnswer("tcbInfo", currentContent(now).tcbInfo, other.signer);
  return file("intel-tcb-info", () => bytes)(scene, other);
}

/** Somebody else's signing chain. */
export async function chainOf(scene: Scene, other: Scene): Promise<Question> {
  const chain = Buffer.from([...other.signer.chain, other.authority.root].join("\n"));
  return file("intel-tcb-signing-chain", () => chain)(scene, other);
}
