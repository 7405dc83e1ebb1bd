import { randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import type { Attack } from "./attack";
import { GuestKey } from "./guestKey";
import type { AttestRequest } from "../../components/verdict/evidence/attestRequest";
import { signToken } from "./tokenSigner";

/** Attacks on the messages of a genuine guest. */
export const messageAttacks: readonly Attack[] = [
  {
    name: "relay",
    what: "a stranger puts its own key beside a genuine guest's evidence",
    failsAt: "verification",
    change: ({ scene }) => ({
      ...scene,
      request: async (genuine) => {
        const stranger = await GuestKey.create();
        return { ...genuine, "runtime-data": { ...genuine["runtime-data"], "tee-pubkey": stranger.publicJwk } };
      },
    }),
  },
  {
    name: "replay",
    what: "an earlier session's message is sent once more",
    failsAt: "verification",
    change: ({ scene }) => ({
      ...scene,
      request: (_, { collect, runtime }) => collect({ runtime: { ...runtime, nonce: earlierNonce() } }),
    }),
  },
  {
    name: "replay-renamed",
    what: "an earlier session's evidence is sent with this session's nonce",
    failsAt: "verification",
    change: ({ scene }) => ({
      ...scene,
      request: async (genuine, { collect, runtime }) => {
        const earlier = await collect({ runtime: { ...runtime, nonce: earlierNonce() } });
        return { ...earlier, "runtime-data": genuine["runtime-data"] };
      },
    }),
  },
  {
    name: "swapped-gpu",
    what: "the host puts another machine's GPU reports beside the CPU's, made for the same session",
    failsAt: "verification",
    change: ({ world, scene }) => ({
      ...scene,
      request: async (genuine, { collect }) => {
        const other = await collect({ machine: world.otherMachine("host-b") });
        return withEvidence(genuine, { additional_evidence: other["tee-evidence"].additional_evidence });
      },
    }),
  },
  {
    name: "forged-report",
    what: "another guest's measurement is overwritten with the release's in the signed evidence",
    failsAt: "verification",
    change: ({ scene }) => ({
      ...scene,
      request: async (genuine) => {
        const { primary_evidence: primary } = genuine["tee-evidence"];
        // One bit is enough, in the SNP report's measurement or the quote's MRTD.
        const forged =
          "quote" in primary
            ? { ...primary, quote: flipped(primary.quote, 48 + 136) }
            : { ...primary, attestation_report: flipped(primary.attestation_report, 0x90) };
        return withEvidence(genuine, { primary_evidence: forged });
      },
    }),
  },
  {
    name: "forged-init-data",
    what: "the host hands the key broker other init-data than the guest was started with",
    failsAt: "verification",
    change: ({ scene }) => ({
      ...scene,
      guest: {
        ...scene.guest,
        initData: { ...scene.guest.initData, sent: `${scene.guest.initData.sent}# changed on its way\n` },
      },
    }),
  },
  {
    name: "expired-token",
    what: "a token is used after its time",
    failsAt: "token",
    change: ({ scene, world }) => ({ ...scene, laterMinutes: world.decisions.tokenMinutes + 1 }),
  },
  {
    name: "forged-token",
    what: "somebody signs a token of the same words with a key of their own",
    failsAt: "token",
    change: ({ scene, world }) => ({
      ...scene,
      token: (genuine) => signToken(decodeJwt(genuine), world.strangeSigner, scene.now, world.decisions.tokenMinutes),
    }),
  },
  {
    name: "edited-token",
    what: "somebody gives a signed token a later end",
    failsAt: "token",
    change: ({ scene, world }) => ({
      ...scene,
      laterMinutes: world.decisions.tokenMinutes + 1,
      token: (genuine) => {
        const [header, payload = "", signature] = genuine.split(".");
        const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { exp: number };
        const edited = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 3600 })).toString("base64url");
        return Promise.resolve([header, edited, signature].join("."));
      },
    }),
  },
  {
    name: "stolen-token",
    what: "a genuine guest's token is used by somebody else",
    failsAt: "key",
    change: async ({ scene }) => ({ ...scene, openBy: await GuestKey.create() }),
  },
  {
    name: "other-path",
    what: "a genuine guest asks for a resource that no release names",
    failsAt: "policy",
    change: ({ scene }) => ({ ...scene, path: `${scene.path}-of-somebody-else` }),
  },
];

function earlierNonce(): string {
  return randomBytes(32).toString("base64");
}

function withEvidence(request: AttestRequest, change: Partial<AttestRequest["tee-evidence"]>): AttestRequest {
  return { ...request, "tee-evidence": { ...request["tee-evidence"], ...change } };
}

function flipped(base64: string, at: number): string {
  const bytes = Buffer.from(base64, "base64");
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString("base64");
}
