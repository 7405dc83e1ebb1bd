import { judgeAzure } from "../../../components/verdict/azure/judgeAzure";
import { UserError } from "../../ui";
import { judgingOf } from "../readerFiles";
import type { Verification } from "../verify";
import { readAzureDocument } from "./azureDocument";
import { readAzureExpectation } from "./azureExpectation";
import type { MachineOptions } from "./told";
import { told } from "./told";

export interface VerifyAzureOptions extends MachineOptions {
  readonly evidence: string;
}

/** What `verify-azure` prints, and how it ends. UserError for mistakes in options and in the reader's own files. */
export async function verifyAzure(
  options: VerifyAzureOptions,
  now: () => Date = () => new Date(),
): Promise<Verification> {
  const judging = judgingOf(options);
  const at = now();
  const { expected, expectation } = readAzureExpectation(options.expect, at);
  const machine = readAzureDocument(options.evidence);
  const nonce = nonceOf(options.nonce, machine.bound !== undefined);
  const verdict = await judgeAzure({
    machine,
    expected,
    expectation,
    now: at,
    ...judging,
    ...(nonce !== undefined && { nonce }),
  });
  return told(verdict, options);
}

/** Shorter ones somebody may have guessed, or used before; a quote's are 64 at most. */
const nonceBytes = { least: 8, most: 64 };

/** Of the whole message the text in its runtime data; of evidence by itself the bytes that it was asked with. */
function nonceOf(nonce: string | undefined, whole: boolean): string | Uint8Array | undefined {
  if (nonce === undefined || whole) return nonce;
  const hex = /^hex:((?:[0-9a-f]{2})+)$/i.exec(nonce)?.[1];
  const bytes = hex === undefined ? Buffer.from(nonce, "utf8") : Buffer.from(hex, "hex");
  if (bytes.length < nonceBytes.least || bytes.length > nonceBytes.most)
    throw new UserError(
      `--nonce has ${bytes.length} bytes; an attester takes ${nonceBytes.least} to ${nonceBytes.most}: as text, or as hex:<digits>.`,
    );
  return bytes;
}
