import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { documentDigest, documentFileName } from "../../../components/workload/release/document";
import { readPayload } from "../../../components/workload/release/payload";
import { readDocument } from "../../../components/workload/release/reading";
import { examineSignatures } from "../../../components/workload/release/signatures";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import { isObject } from "../../../policies/place";
import type { StackConfig } from "../../../stacks/config/load";
import { byText } from "../../review/text";
import type { ReadRelease } from "../reading";

/**
 * The releases of a stack: those that the model owner's stack has put out, or that were handed over to a provider. A file
 * that cannot be read, or is none, is left out: the stack's own program would have refused it.
 */
export async function releasesOfState(
  config: StackConfig,
  outputs: Readonly<Record<string, unknown>>,
  project: string,
  now: Date,
): Promise<ReadRelease[]> {
  const texts =
    config.role === "trust" ? textsOf(outputs) : config.role === "workloads" ? handedOver(config, project) : [];
  const signers = "signers" in config ? config.signers : undefined;
  const read = await Promise.all(texts.map((text) => releaseIn(text, signers, now)));
  return read.flat().sort((a, b) => byText(a.release.name, b.release.name));
}

async function releaseIn(text: string, signers: SignerPolicy | undefined, now: Date): Promise<ReadRelease[]> {
  const reading = readDocument(text);
  if ("refusal" in reading) return [];
  const content = readPayload(reading.document);
  if ("refusal" in content) return [];
  return [
    {
      release: content.release,
      digest: documentDigest(reading.document),
      ...(signers && { signatures: await examineSignatures(reading.document, reading.headers, signers, now) }),
    },
  ];
}

function textsOf({ releases }: Readonly<Record<string, unknown>>): string[] {
  if (!isObject(releases)) return [];
  return Object.values(releases).flatMap((each) =>
    isObject(each) && typeof each.file === "string" ? [each.file] : [],
  );
}

function handedOver(config: Extract<StackConfig, { role: "workloads" }>, project: string): string[] {
  return config.releases.flatMap((name) => {
    const file = resolve(project, config.handover, documentFileName(name));
    return existsSync(file) ? [readFileSync(file, "utf8")] : [];
  });
}
