import { X509Certificate } from "node:crypto";
import type { VendorRoots } from "../context";
import { chainProblem, splitChain } from "../evidence/chain";

/** Common names that Intel gives (X509Constants.cpp of its quote verification library). */
export const intelNames = {
  root: "Intel SGX Root CA",
  pck: "Intel SGX PCK Certificate",
  tcbSigning: "Intel SGX TCB Signing",
  /** By what its list of revoked certificates is asked for. */
  authorities: { "Intel SGX PCK Platform CA": "platform", "Intel SGX PCK Processor CA": "processor" },
} as const;

type IntelRoot = Pick<VendorRoots, "intel" | "simulated">;

export interface PckChain {
  readonly pck: X509Certificate;
  readonly authority: X509Certificate;
}

/** The platform's certificate and its authority, or what is wrong with them under the root. */
export function pckChain(pem: string, roots: IntelRoot, now: Date): PckChain | string {
  const chain = splitChain(pem);
  const problem = chainProblem(chain, roots.intel, now);
  if (problem !== undefined) return problem;
  const [pck, authority, ...more] = withoutRoot(chain, roots.intel);
  if (!pck || !authority || more.length > 0)
    return "its chain is not of three: the platform's certificate, its authority, the root";
  if (nameOf(pck, roots) !== intelNames.pck)
    return `its certificate is called ${nameOf(pck, roots)}, not ${intelNames.pck}`;
  if (listFor(nameOf(authority, roots)) === undefined)
    return `its authority is called ${nameOf(authority, roots)}, not ${Object.keys(intelNames.authorities).join(" or ")}`;
  if (pck.ca) return "its certificate is an authority's, not a platform's";
  return { pck, authority };
}

/** Who signs TCB information and identities, or what is wrong with that certificate under the root. */
export function tcbSigner(pem: string, roots: IntelRoot, now: Date): X509Certificate | string {
  const chain = splitChain(pem);
  const problem = chainProblem(chain, roots.intel, now);
  if (problem !== undefined) return problem;
  const [signer, ...more] = withoutRoot(chain, roots.intel);
  if (!signer || more.length > 0) return "it is not issued by the root itself";
  if (nameOf(signer, roots) !== intelNames.tcbSigning)
    return `it is called ${nameOf(signer, roots)}, not ${intelNames.tcbSigning}`;
  return signer;
}

/** By what name the service gives the list of an authority's revoked certificates; undefined where it is none of Intel's. */
export function listFor(authority: string): string | undefined {
  return Object.entries(intelNames.authorities).find(([name]) => name === authority)?.[1];
}

/** A certificate's common name; a rehearsal's without its label. */
export function nameOf({ subject }: X509Certificate, { simulated }: Pick<VendorRoots, "simulated">): string {
  const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
  return simulated ? unlabelled(name) : name;
}

/** `SIMULATED` stands before every name that a rehearsal gives. */
export function unlabelled(name: string): string {
  return name.replace(/^SIMULATED /, "");
}

function withoutRoot(chain: readonly string[], root: string): X509Certificate[] {
  const anchor = new X509Certificate(root);
  return chain.map((pem) => new X509Certificate(pem)).filter(({ raw }) => !raw.equals(anchor.raw));
}
