import { createHash, X509Certificate } from "node:crypto";
import { z } from "zod";
import { releaseId } from "../../../components/attestation/admittedRelease";
import { boundDigest } from "../../../components/guest/initData";
import { EvidenceError } from "../../../components/verdict/evidence/reader";
import { parseJws, signatureHolds } from "../../../components/verdict/token/jws";
import type { Jws } from "../../../components/verdict/token/jws";
import type { Release } from "../../../components/workload/release";
import { parseEvidenceDocument } from "../../verdict/evidenceDocument";
import { UserError } from "../../ui";
import type { Presented, PresentedPart, TokenFacts } from "../presented";
import type { Seen } from "../seen";
import { seen, unseen } from "../seen";
import { claimsOfEvidence } from "./claims";
import type { LivePolicies } from "./policies";

export interface PresentContext {
  readonly releases: readonly Release[];
  readonly policies: Seen<LivePolicies>;
  /** PEM of the only certificate whose tokens the key broker takes; unseen where nobody gave it, since it lies in a Secret. */
  readonly signer: Seen<string>;
}

const claimsSchema = z.looseObject({
  iat: z.number().optional(),
  exp: z.number().optional(),
  submods: z.record(
    z.string().max(40),
    z.looseObject({
      "ear.status": z.string().optional(),
      "ear.trustworthiness-vector": z.record(z.string(), z.number()).optional(),
      "ear.veraison.annotated-evidence": z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** A token as a guest was given it. `path` is what messages call its file. */
export async function presentToken(
  token: string,
  path: string,
  context: PresentContext,
  source: Presented["source"] = "token",
): Promise<Presented> {
  const jws = read(path, () => parseJws(token.trim()));
  const claims = claimsSchema.safeParse(jws.claims);
  if (!claims.success)
    throw new UserError(`${path} is no attestation token of Trustee's: it has no parts (submods) that can be read.`);
  const { iat, exp, submods } = claims.data;
  const policies = "value" in context.policies ? context.policies.value : undefined;
  const parts: Record<string, PresentedPart> = {};
  for (const [name, part] of Object.entries(submods)) {
    const bare = { reasons: [], claims: part["ear.veraison.annotated-evidence"] ?? {} };
    const status = part["ear.status"];
    const vector = part["ear.trustworthiness-vector"] ?? {};
    const reasons = policies && status !== "affirming" ? await policies.reasons(name, bare, vector) : [];
    parts[name] = { ...bare, reasons, ...(status !== undefined && { status }) };
  }
  const release = releaseShown(parts, context.releases);
  const asked = context.releases.find((each) => releaseId(each) === release)?.resources[0];
  const answer =
    asked === undefined
      ? unseen("which key the guest asks for is not known")
      : policies
        ? await policies.answer(asked, jws.claims)
        : (context.policies as { unseen: string });
  return {
    source,
    release,
    token: {
      ...(await signerFacts(jws, context.signer)),
      ...(iat !== undefined && { issuedAt: iat }),
      ...(exp !== undefined && { expires: exp }),
    },
    parts,
    answer,
  };
}

/** Evidence as `trustfoundry verify` reads it: what a guest answers a question with. */
export async function presentEvidence(text: string, path: string, context: PresentContext): Promise<Presented> {
  const { evidence, token } = read(path, () => parseEvidenceDocument(text));
  if (token !== undefined) return presentToken(token, path, context);
  const parts = read(path, () => claimsOfEvidence(evidence.request));
  return { source: "evidence", release: releaseShown(parts, context.releases), parts };
}

/** The release whose init-data the guest has; the only one given, where it has none's. */
function releaseShown(parts: Readonly<Record<string, PresentedPart>>, releases: readonly Release[]): string {
  const shown = parts.cpu0?.claims.init_data;
  const own =
    releases.find(({ tee, initData }) => boundDigest(tee, initData.digest) === shown) ??
    (releases.length === 1 ? releases[0] : undefined);
  if (own) return releaseId(own);
  throw new UserError(
    "The guest's init-data is that of no release that was given, so there is nothing to compare it with.",
    "Give the file of its release with --release, and no other.",
  );
}

/** Whose key signed: the certificate in the header, as Trustee puts it there (base64url), or as RFC 7517 has it. */
async function signerFacts(jws: Jws, trusted: Seen<string>): Promise<Pick<TokenFacts, "signer" | "intact">> {
  const { x5c } = (jws.header.jwk ?? {}) as { x5c?: unknown };
  const der = Array.isArray(x5c) && typeof x5c[0] === "string" ? Buffer.from(x5c[0], "base64url") : undefined;
  let certificate: X509Certificate | undefined;
  try {
    certificate = der && new X509Certificate(der);
  } catch {
    certificate = undefined;
  }
  if (!certificate) {
    const none = "the token brings no certificate of its signer";
    return {
      signer: seen({ trusted: false, found: none, wanted: "a certificate in the token's header" }),
      intact: unseen(none),
    };
  }
  const intact = seen(jws.header.alg === "ES256" && (await signatureHolds(jws, certificate.publicKey, "ES256")));
  if ("unseen" in trusted) return { signer: trusted, intact };
  const wanted = new X509Certificate(trusted.value);
  return {
    signer: seen({
      trusted: certificate.raw.equals(wanted.raw),
      found: described(certificate),
      wanted: described(wanted),
    }),
    intact,
  };
}

function described(certificate: X509Certificate): string {
  const name = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "no name";
  return `"${name}", SHA-256 ${createHash("sha256").update(certificate.raw).digest("hex")}`;
}

function read<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EvidenceError) throw new UserError(`${path} cannot be read: ${error.message}.`);
    throw error;
  }
}
