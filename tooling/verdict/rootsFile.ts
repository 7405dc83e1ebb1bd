import { X509Certificate } from "node:crypto";
import { z } from "zod";
import type { VendorRoots } from "../../components/verdict/context";
import { readNamed } from "../files";
import { UserError } from "../ui";

const pem = z.string().max(16_384).refine(isCertificate, "no certificate as PEM");
const rootsSchema = z.strictObject({
  /** So that no file of genuine roots, or of somebody's own, is taken for a rehearsal's by mistake. */
  simulated: z.literal(true),
  amd: z.strictObject({ milan: pem, genoa: pem, turin: pem }),
  intel: pem,
  nvidia: pem,
  nvidiaManifests: pem,
  googleConfidentialSpace: pem,
});

/** Reads the roots that a rehearsal's SIMULATED guest wrote. Genuine hardware is judged under pinned roots alone. */
export function readSimulatedRoots(path: string): VendorRoots {
  let content: unknown;
  const text = readNamed(path, "the roots that a SIMULATED guest wrote");
  try {
    content = JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not JSON; name the roots that a SIMULATED guest wrote.`);
  }
  const result = rootsSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `${path} holds no roots of a rehearsal: ${issue?.path.join(".") || "the whole"}: ${issue?.message ?? ""}.`,
  );
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).ca;
  } catch {
    return false;
  }
}
