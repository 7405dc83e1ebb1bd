import { verifyRelease } from "../../../components/workload/release/verify";
import { UserError } from "../../ui";
import { readNamed } from "../../files";
import { readPolicy } from "./configuration";
import { titleOf } from "./open";
import { banner } from "./show";

export interface VerifyArgs {
  readonly file: string;
  readonly signers: string;
  readonly factory: string;
  readonly owner?: string;
  readonly name?: string;
  readonly simulated: boolean;
  readonly now: Date;
}

/** Whether a release may be acted upon; a UserError with every reason where not. */
export async function verify({ file, signers, ...expected }: VerifyArgs): Promise<string> {
  const policy = readPolicy(signers);
  const outcome = await verifyRelease(readNamed(file, "a release file"), { signers: policy, ...expected });
  if ("refusals" in outcome)
    throw new UserError([`${file} is refused:`, ...outcome.refusals.map((text) => `  - ${text}`)].join("\n"));
  const { release, digest, signedBy, warnings } = outcome;
  return [
    `✓ ${file}: ${titleOf(release)}, of ${release.owner} for ${release.factory}`,
    `  digest    ${digest}`,
    `  signed by ${signedBy.join(", ")}`,
    `  valid     ${release.validity.notBefore} to ${release.validity.notAfter}`,
    ...warnings.map((warning) => `⚠ ${warning}`),
    `Not measured: ${release.notMeasured.length} things; \`npm run trustfoundry -- release show ${file}\` lists them.`,
    ...(release.simulated ? [banner] : []),
  ].join("\n");
}
