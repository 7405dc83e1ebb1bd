import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Release } from "../../../components/workload/release";
import { SimulatedGuest } from "../../../tooling/verdict/simulated/guest";
import { writeReaderFiles } from "../../../tooling/verdict/simulated/readerFiles";
import { evidencePath } from "../../../tooling/verdict/askGuest";
import type { VerifyOptions } from "../../../tooling/verdict/verify";
import { verify } from "../../../tooling/verdict/verify";
import { sampleRelease } from "../release";
import { bothSign, signedText } from "../signing";

type Answer = Record<string, unknown>;
/** What the guest does in place of answering about itself. */
export type Misbehaviour = (response: ServerResponse, answer: Answer, request: IncomingMessage) => void | Promise<void>;

/** A SIMULATED guest, its reader's files, and a guest's answer that a test changes. */
export class VerdictRig {
  /** Requests that were no questions about the guest. */
  readonly prompts: string[] = [];
  questions = 0;
  misbehaviour: Misbehaviour | undefined;

  private constructor(
    readonly directory: string,
    readonly release: Release,
    readonly text: string,
  ) {}

  guest!: SimulatedGuest;

  static async start(changes: Partial<Release> = {}): Promise<VerdictRig> {
    const release = sampleRelease(changes);
    const rig = new VerdictRig(mkdtempSync(join(tmpdir(), "verdict-")), release, await signedText(release));
    const now = new Date();
    rig.guest = await SimulatedGuest.start({
      release,
      now,
      behaviour: (request, response) => rig.behave(request, response),
    });
    writeReaderFiles(rig.file("reader"), rig.guest, rig.text, bothSign, now);
    return rig;
  }

  file(...path: string[]): string {
    return join(this.directory, ...path);
  }

  options(changes: Partial<VerifyOptions> = {}): VerifyOptions {
    return {
      release: this.file("reader", "release.json"),
      signers: this.file("reader", "signers.json"),
      factory: this.release.factory,
      collateral: this.file("reader", "collateral"),
      simulated: true,
      roots: this.file("reader", "roots.json"),
      tokenAge: 300,
      accept: [],
      timeout: 5,
      json: false,
      all: false,
      ...changes,
    };
  }

  /** How `verify` ends for these options; by default the guest is asked. */
  verify(changes: Partial<VerifyOptions> = {}, url: string | undefined = this.guest.url) {
    return verify(url, this.options(changes), new AbortController().signal);
  }

  async stop(): Promise<void> {
    await this.guest.stop();
    rmSync(this.directory, { recursive: true });
  }

  private async behave(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (!request.url?.startsWith(evidencePath)) {
      this.prompts.push(request.url ?? "");
      if (request.url !== "/redirect") return false;
      response.writeHead(307, { location: "https://other.example/" }).end();
      return true;
    }
    this.questions += 1;
    if (!this.misbehaviour) return false;
    const nonce = new URL(request.url, "https://guest").searchParams.get("nonce") ?? "";
    await this.misbehaviour(response, await this.guest.answer(nonce), request);
    return true;
  }
}
