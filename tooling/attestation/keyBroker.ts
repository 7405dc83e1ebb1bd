import { randomBytes } from "node:crypto";
import { FlattenedEncrypt, importJWK } from "jose";
import type { FlattenedJWE, JWK, JWTPayload } from "jose";
import type { CpuTee } from "../../components/host/hardware";
import type { AttestationService } from "./attestationService";
import type { Appraisal } from "./ear";
import type { AttestRequest, AuthRequest, Challenge } from "../../components/verdict/evidence/attestRequest";
import { protocolVersion } from "../../components/verdict/evidence/attestRequest";
import { Opa } from "../rego/opa";
import { demand } from "./refusal";
import { verifyToken } from "./tokenSigner";
import type { VerifiedPart } from "./verification";

const sessionMinutes = 5;

interface Session {
  readonly nonce: string;
  readonly tee: CpuTee;
  readonly expires: number;
}

/** Told of each step that happens behind `attest`. */
export interface AttestWatcher {
  verified?(parts: readonly VerifiedPart[]): void;
  appraised?(appraisals: readonly Appraisal[]): void;
}

/** A resource under the key of the guest that asked: flattened JWE, as `GET /resource` answers it. */
export type SealedResource = FlattenedJWE;

/** The key broker, played: its real resource policy in OPA. What it hands out is SIMULATED, made for one run. */
export class KeyBroker {
  private readonly sessions = new Map<string, Session>();
  private readonly engine: Opa;

  constructor(
    opa: string,
    policy: string,
    private readonly service: AttestationService,
    /** Certificate of the only signer whose tokens count. */
    private readonly trustedSigner: string,
    private readonly resources: (path: string) => string | undefined,
  ) {
    this.engine = new Opa(opa, { "resource-policy.rego": policy });
  }

  auth({ version, tee }: AuthRequest, now: Date): Challenge {
    demand(version === protocolVersion, "auth", `protocol ${version}; exactly ${protocolVersion} is spoken`);
    const session = randomBytes(16).toString("hex");
    const nonce = randomBytes(32).toString("base64");
    this.sessions.set(session, { nonce, tee, expires: now.getTime() + sessionMinutes * 60_000 });
    return { session, nonce };
  }

  async attest(session: string, request: AttestRequest, now: Date, watcher: AttestWatcher = {}): Promise<string> {
    const known = this.sessions.get(session);
    demand(
      known !== undefined && now.getTime() < known.expires,
      "verification",
      "there is no such session, or no longer",
    );
    // One answer to each challenge.
    this.sessions.delete(session);
    const parts = await this.service.verify(known.tee, known.nonce, request, now);
    watcher.verified?.(parts);
    const appraisals = await this.service.appraise(parts);
    watcher.appraised?.(appraisals);
    return this.service.issue(appraisals, now);
  }

  async resource(path: string, token: string, now: Date): Promise<SealedResource> {
    const claims = await verifyToken(token, this.trustedSigner, now);
    await this.allow(path, claims);
    const key = teeKeyOf(claims);
    demand(key !== undefined, "policy", "the token names no key of the guest");
    const resource = this.resources(path);
    demand(resource !== undefined, "policy", `there is no resource ${path}`);
    return new FlattenedEncrypt(Buffer.from(resource))
      .setProtectedHeader({ alg: "ECDH-ES+A256KW", enc: "A256GCM" })
      .encrypt(await importJWK(key, "ECDH-ES+A256KW"));
  }

  remove(): void {
    this.engine.remove();
  }

  /** Only `true` counts, all else is a refusal (kbs/src/api_server.rs). */
  private async allow(path: string, claims: JWTPayload): Promise<void> {
    const data = { plugin: "resource", "resource-path": path.split("/"), query: {} };
    if ((await this.engine.evaluate("data.policy.allow", claims, data)) === true) return;
    const blocks = (await this.engine.evaluate(blocksOfPath, claims, data)) as string[] | undefined;
    demand(blocks === undefined || blocks.length > 0, "policy", `no release names the resource ${path}`);
    const condition = await this.engine.explain("data.policy.allow == true", claims, data);
    const where = blocks?.length === 1 ? `block ${blocks[0]}: ` : "";
    demand(false, "policy", `${where}${condition ?? "no rule of the resource policy allows it"}`);
  }
}

/** Names of the blocks that name the resource: a policy without blocks has no answer. */
const blocksOfPath = `[id | some id, block in data.policy.releases; data["resource-path"] in block.paths]`;

/** Where Trustee looks for it (kbs/src/token): the CPU's runtime data. */
function teeKeyOf(claims: JWTPayload): JWK | undefined {
  const { submods } = claims as { submods?: Record<string, Record<string, unknown>> };
  const evidence = submods?.cpu0?.["ear.veraison.annotated-evidence"] as
    { runtime_data_claims?: { "tee-pubkey"?: JWK } } | undefined;
  return evidence?.runtime_data_claims?.["tee-pubkey"];
}
