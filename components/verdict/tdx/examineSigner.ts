import type { X509Certificate } from "node:crypto";
import type { ExamineContext } from "../context";
import { tcbSigner } from "./certificates";
import type { Checklist } from "./checklist";

/** Whoever may have signed TCB information and identities, by a chain under the root; or why nobody is known. */
export type Signer = X509Certificate | { readonly grade: "failed" | "notChecked"; readonly says: string };

export function findSigner({ collateral, roots, now }: ExamineContext, fetch: string): Signer {
  const chains = collateral.filter(({ kind }) => kind === "intel-tcb-signing-chain");
  if (chains.length === 0)
    return { grade: "notChecked", says: `no chain that signs TCB information was given; fetch ${fetch}` };
  let problem = "";
  for (const { bytes, source } of chains) {
    const signer = tcbSigner(Buffer.from(bytes).toString("latin1"), roots, now);
    if (typeof signer !== "string") return signer;
    problem ||= `${source}: ${signer}`;
  }
  return { grade: "failed", says: problem };
}

/** Says what is known of the signer; returns it where it may be relied on. */
export function examineSigner(
  signer: Signer,
  revoked: readonly X509Certificate[],
  list: Checklist,
): X509Certificate | undefined {
  if ("grade" in signer) {
    list.put("tdx-tcb-signer", signer.grade, signer.says);
    return undefined;
  }
  const standing = !revoked.includes(signer);
  list.decide(
    "tdx-tcb-signer",
    standing,
    "Intel's certificate for TCB information is under the root",
    "Intel's certificate for TCB information was revoked",
  );
  return standing ? signer : undefined;
}
