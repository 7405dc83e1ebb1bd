/**
 * `trustfoundry/client`: a `fetch` that sends no prompt before its reader's verdict on the guest (docs/verify.md).
 *
 *     const fetch = verifiedFetch({ url, release, expected: { signers, factory } });
 */
export type { ClientArgs, VerifiedFetch } from "./client";
export { verifiedFetch } from "./client";
export { NoAnswer } from "./noAnswer";
export { VerdictRefused } from "./verdictRefused";
export { readCollateral } from "./collateralIndex";
export { readSimulatedRoots } from "./rootsFile";
export type { Acceptance, ClaimVerdict, Verdict } from "../../components/verdict/verdict";
export type { CollateralFile, VendorRoots } from "../../components/verdict/context";
export type { SignerPolicy } from "../../components/workload/release/signers";
export { readSignerPolicy } from "../../components/workload/release/signers";
