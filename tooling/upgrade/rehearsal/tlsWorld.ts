import { X509Certificate } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { tlsProblems } from "../../../stacks/config/keyPairs";
import type { Factory } from "../../../stacks/config/factory";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import { readOwnerKeys, renewedTls, writeOwnerKeys } from "../../rehearsal/ownerKeys";
import type { OwnerKeys } from "../../rehearsal/ownerKeys";
import type { InstancePaths } from "../../rehearsal/paths";
import { UserError } from "../../ui";
import type { Progress } from "../progress";
import type { RotationStep } from "../rotation/steps";
import { counting } from "../rotation/steps";
import type { Moment, World } from "../run";
import type { KeyBrokers } from "../keyBrokers";
import type { Parties } from "./parties";

export interface TlsWorldArgs {
  readonly paths: InstancePaths;
  readonly factory: Factory;
  readonly parties: Parties;
  readonly keyBrokers: KeyBrokers;
  readonly signers: SignerPolicy;
  readonly signal: AbortSignal;
}

const lookEveryMilliseconds = 500;
const settleMilliseconds = 180_000;

/** The key broker's certificate while another, of the same CA, takes its place: no release changes. */
export class TlsWorld implements World<RotationStep> {
  private readonly directory: string;

  constructor(private readonly args: TlsWorldArgs) {
    this.directory = args.paths.party(args.factory.parties.modelOwner);
  }

  async perform({ id }: RotationStep, _: Progress, show: (line: string) => void): Promise<string> {
    const { otherTls, ...keys } = this.keys();
    switch (id) {
      case "make":
        if (!otherTls)
          writeOwnerKeys(this.directory, {
            ...keys,
            otherTls: { ...(await renewedTls(keys, this.dnsName)), is: "next" },
          });
        return "issued by the CA that guests know (SIMULATED)";
      case "admit":
      case "back:admit": {
        const wanted = id === "admit" ? "next" : "former";
        if (otherTls?.is === wanted) this.swap(keys, otherTls);
        const said = await this.args.parties.trust(
          { factory: this.args.factory, signers: this.args.signers },
          show,
          id === "admit",
        );
        await this.settled(show);
        return said;
      }
      case "retire":
      case "back:make":
        writeOwnerKeys(this.directory, keys);
        return "destroyed";
      default:
        throw new Error(`no step ${id}`);
    }
  }

  async violations({ progress, when }: Moment<RotationStep>): Promise<string[]> {
    const shown = await this.args.keyBrokers.certificates(this.args.signal);
    const found = this.unconvincing(shown);
    if (progress.underWay === undefined && when !== "during")
      found.push(...(await this.args.keyBrokers.unsettled(this.args.signal)));
    if (when === "after" && progress.done.at(-1)?.endsWith("admit")) {
      const { secrets } = this.keys();
      const left = shown.filter((pem) => !sameCertificate(pem, secrets.tls.certificate));
      found.push(
        ...left.map(
          () =>
            `a replica of the key broker still shows the ${counting(progress, "tls") === "next" ? "former" : "next"} certificate`,
        ),
      );
    }
    return [...new Set(found)];
  }

  watch(): { readonly stop: () => Promise<string[]> } {
    const { keyBrokers } = this.args;
    const end = new AbortController();
    const seen = new Set<string>();
    let nobody = false;
    const looking = (async () => {
      while (!end.signal.aborted) {
        // What cannot be seen now is looked for again.
        const shown = await keyBrokers.certificates().catch(() => undefined);
        shown?.forEach((pem) => seen.add(pem));
        nobody ||= shown?.length === 0;
        await wait(lookEveryMilliseconds, undefined, { signal: end.signal }).catch(() => undefined);
      }
    })();
    return {
      stop: async () => {
        end.abort();
        await looking;
        if (seen.size === 0) return ["no replica of the key broker was seen to serve"];
        return [
          ...(nobody ? ["for a while, no replica of the key broker served"] : []),
          ...this.unconvincing([...seen]),
        ];
      },
    };
  }

  /** Certificates that a guest which knows the CA alone would not take. */
  private unconvincing(shown: readonly string[]): string[] {
    const { caCertificate } = this.keys();
    if (shown.length === 0) return ["no replica of the key broker serves"];
    return shown.flatMap((certificate) =>
      tlsProblems({ certificate, privateKey: "" }, this.dnsName, caCertificate)
        // Private keys of Secrets are not looked at.
        .filter((problem) => !problem.includes("privateKey"))
        .map((problem) => `the key broker shows one that no guest would take: ${problem}`),
    );
  }

  /** Both stay in the owner's one file, which is written whole: a kill loses neither. */
  private swap(keys: OwnerKeys, { is, ...tls }: NonNullable<OwnerKeys["otherTls"]>): void {
    const { secrets } = keys;
    const other = { ...secrets.tls, is: is === "next" ? ("former" as const) : ("next" as const) };
    writeOwnerKeys(this.directory, { ...keys, secrets: { ...secrets, tls }, otherTls: other });
  }

  private async settled(show: (line: string) => void): Promise<void> {
    const end = Date.now() + settleMilliseconds;
    for (;;) {
      const left = await this.args.keyBrokers.unsettled(this.args.signal);
      if (left.length === 0) return;
      if (Date.now() > end)
        throw new UserError("It did not come to rest:", "Look at what it names, then `resume`, or `rollback`.", left);
      show(left[0] ?? "");
      await wait(lookEveryMilliseconds, undefined, { signal: this.args.signal });
    }
  }

  private keys(): OwnerKeys {
    const keys = readOwnerKeys(this.directory);
    if (!keys) throw new UserError("The model owner's keys are gone; destroy the rehearsal and start anew.");
    return keys;
  }

  private get dnsName(): string {
    return this.args.factory.attestation.keyBroker.dnsName;
  }
}

function sameCertificate(a: string, b: string): boolean {
  return new X509Certificate(a).fingerprint256 === new X509Certificate(b).fingerprint256;
}
