import type { KeyObject } from "node:crypto";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { canonicalJson } from "../../../components/names";
import { keyId } from "../../../components/workload/release/keys";
import type { ReleaseDocument } from "../../../components/workload/release/document";
import { documentFileName, documentText, signRelease } from "../../../components/workload/release/document";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import { readSignerPolicy } from "../../../components/workload/release/signers";
import { verifyRelease } from "../../../components/workload/release/verify";
import type { Factory } from "../../../stacks/config/factory";
import { openRelease } from "../../commands/release/open";
import { readIfThere, writePrivate } from "../../controlplane/files";
import type { RehearsalStack } from "../../rehearsal/instance";
import { stacksOf } from "../../rehearsal/instance";
import type { InstancePaths } from "../../rehearsal/paths";
import { signerPolicy, signingKeys } from "../../rehearsal/signingKeys";
import type { Progress } from "../progress";
import type { Counting, RotationStep } from "../rotation/steps";
import { counting } from "../rotation/steps";
import type { Moment, World } from "../run";
import type { Parties, Situation } from "./parties";

export interface SignerWorldArgs {
  readonly paths: InstancePaths;
  readonly factory: Factory;
  readonly parties: Parties;
}

/** The key that signs a rehearsal's releases for the model owner, while another takes its place. */
export class SignerWorld implements World<RotationStep> {
  private readonly directory: string;

  constructor(private readonly args: SignerWorldArgs) {
    this.directory = args.paths.party(args.factory.parties.modelOwner);
  }

  async perform({ id, provider }: RotationStep, _: Progress, show: (line: string) => void): Promise<string> {
    const { parties, factory } = this.args;
    switch (
      id
        .split(":")
        .slice(0, id.startsWith("back:") ? 2 : 1)
        .join(":")
    ) {
      case "make":
        return this.make();
      case "sign":
        return this.sign();
      case "handover":
        return parties.handOver(provider ?? "", factory);
      case "trust":
        return this.tell(provider, "both", show);
      case "retire": {
        const said = await this.tell(provider, "next", show);
        // The former key goes last: until then everything can be done again.
        if (provider === undefined && existsSync(this.file("next"))) renameSync(this.file("next"), this.file("former"));
        return said;
      }
      case "back:trust":
        return this.tell(provider, "former", show);
      case "back:make":
        rmSync(this.file("next"), { force: true });
        return "destroyed";
      default:
        throw new Error(`no step ${id}`);
    }
  }

  /** Each reader takes the files that it holds by the policy that its stack has; and by then no other. */
  async violations({ progress }: Moment<RotationStep>): Promise<string[]> {
    const found: string[] = [];
    for (const reader of this.readers()) {
      const policy = this.policyOf(reader.stack);
      for (const [name, text] of reader.documents) {
        const problems = await this.refusals(text, name, policy);
        found.push(...problems.map((problem) => `${reader.who} would refuse ${name}: ${problem}`));
        if (this.counts(progress, reader.provider) === "next" && (await this.takesFormer(text, name, policy)))
          found.push(`${reader.who} would take ${name} by the former key's signature alone`);
      }
    }
    return found;
  }

  /** A reader's policy changes at once, with the file that it is in: nothing is in between. */
  watch(): { readonly stop: () => Promise<string[]> } {
    return { stop: () => Promise.resolve([]) };
  }

  private counts(progress: Progress, provider: string | undefined): Counting {
    return counting(progress, "signer", provider);
  }

  private make(): string {
    const file = this.file("next");
    if (existsSync(file)) return "made already";
    const { privateKey } = generateKeyPairSync("ed25519");
    writePrivate(file, privateKey.export({ type: "pkcs8", format: "pem" }) as string);
    return "an Ed25519 key, kept by the model owner (SIMULATED)";
  }

  private async sign(): Promise<string> {
    const { factory, parties } = this.args;
    const files = factory.models.flatMap(({ name }) => {
      const { sequence } = parties.release(name)?.history ?? { sequence: 1 };
      // A release that is in force beside its successor is read, too.
      return [documentFileName(name), ...(sequence > 1 ? [documentFileName(name, sequence - 1)] : [])];
    });
    const key = this.key("next");
    for (const file of files) {
      const path = join(parties.releases, file);
      if (existsSync(path))
        writePrivate(path, documentText(await signRelease({ document: openRelease(path).document, key })));
    }
    return files.join(", ");
  }

  private tell(provider: string | undefined, policy: Counting, show: (line: string) => void): Promise<string> {
    const { parties, factory } = this.args;
    const situation: Situation = { factory, signers: this.policy(policy) };
    return provider === undefined
      ? parties.trust(situation, show, false)
      : parties.workloads(provider, situation, show, false);
  }

  private policy(counts: Counting): SignerPolicy {
    const { paths, factory } = this.args;
    const keys = signingKeys(paths, factory.parties);
    const former = signerPolicy(keys);
    if (counts === "former") return former;
    // Once the owner's own step is done, the next key is the one that lies there.
    const next = existsSync(this.file("next")) ? this.key("next") : keys.modelOwner;
    const signer = {
      name: "modelOwner, next (SIMULATED)",
      publicKey: createPublicKey(next).export({ type: "spki", format: "pem" }) as string,
    };
    const owners = counts === "next" ? [signer] : [...former.modelOwner.keys, signer];
    return { ...former, modelOwner: { threshold: 1, keys: owners } };
  }

  private file(which: "former" | "next"): string {
    return join(this.directory, which === "next" ? "release-signing.next.key" : "release-signing.key");
  }

  private key(which: "former" | "next"): KeyObject {
    return createPrivateKey(readIfThere(this.file(which)) ?? "");
  }

  private readers() {
    const { paths, factory, parties } = this.args;
    const { trust, providers } = stacksOf(paths, factory);
    const document = (directory: string, name: string): [string, string][] => {
      const file = join(directory, documentFileName(name));
      return existsSync(file) ? [[name, readFileSync(file, "utf8")]] : [];
    };
    return [
      {
        who: trust.party,
        stack: trust,
        provider: undefined,
        documents: factory.models.flatMap(({ name }) => document(parties.releases, name)),
      },
      ...providers.flatMap(({ provider, workloadShards }) =>
        workloadShards.map((stack) => ({
          who: provider,
          stack,
          provider,
          documents: factory.models
            .filter((model) => model.providers.includes(provider))
            .flatMap(({ name }) => document(paths.inbox(provider), name)),
        })),
      ),
    ];
  }

  /** What the stack's own settings say: the policy that its program judges by. */
  private policyOf({ place }: RehearsalStack): SignerPolicy {
    const settings = parse(readFileSync(join(place.directory, `Pulumi.${place.stackName}.yaml`), "utf8")) as {
      config: Record<string, unknown>;
    };
    const reading = readSignerPolicy(settings.config["trustfoundry:signers"]);
    if ("problems" in reading) throw new Error(`${place.stackName}: ${reading.problems.join("; ")}`);
    return reading.policy;
  }

  private async refusals(text: string, name: string, signers: SignerPolicy): Promise<readonly string[]> {
    const { factory, parties } = this.args.factory;
    const expected = { signers, factory, owner: parties.modelOwner, name, simulated: true, now: new Date() };
    const outcome = await verifyRelease(text, expected);
    return "refusals" in outcome ? outcome.refusals : [];
  }

  /** Whether the file without the next key's signature would still be taken. */
  private async takesFormer(text: string, name: string, signers: SignerPolicy): Promise<boolean> {
    const document = JSON.parse(text) as ReleaseDocument;
    const pem = existsSync(this.file("next")) ? this.file("next") : this.file("former");
    const kid = await keyId(createPrivateKey(readFileSync(pem, "utf8")));
    const without = document.signatures.filter(
      ({ protected: header }) =>
        (JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string }).kid !== kid,
    );
    return (
      (await this.refusals(`${canonicalJson({ ...document, signatures: without })}\n`, name, signers)).length === 0
    );
  }
}
