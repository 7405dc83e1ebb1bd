import { documentDigest } from "../../../components/workload/release/document";
import type { Release } from "../../../components/workload/release";
import { readPayload } from "../../../components/workload/release/payload";
import { readDocument } from "../../../components/workload/release/reading";
import type { DocumentReading } from "../../../components/workload/release/reading";
import { UserError } from "../../ui";
import { readNamed } from "../../files";

export interface OpenedRelease extends DocumentReading {
  readonly release: Release;
  readonly digest: string;
}

/** Opens a release to look at it; who signed it is not asked. */
export function openRelease(path: string): OpenedRelease {
  return readRelease(readNamed(path, "a release file"), path);
}

/** The same of a text at hand; `path` is what messages call it. */
export function readRelease(text: string, path: string): OpenedRelease {
  const reading = readDocument(text);
  if ("refusal" in reading) throw new UserError(`${path} ${reading.refusal}.`);
  const content = readPayload(reading.document);
  if ("refusal" in content) throw new UserError(`${path} ${content.refusal}.`);
  return { ...reading, ...content, digest: documentDigest(reading.document) };
}

/** `llama-8b, release 2, model version 2026.11.1` with the mark that nobody must overlook. */
export function titleOf({ name, history, modelVersion, simulated }: Release): string {
  return `${simulated ? "SIMULATED " : ""}${name}, release ${history.sequence}, model version ${modelVersion}`;
}
