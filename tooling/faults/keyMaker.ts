import { createHash } from "node:crypto";

/** A command of its own that makes, or finds, what `up` makes before any stack runs, and says by digest what it has. */
async function make(home: string): Promise<void> {
  process.env.TRUSTFOUNDRY_HOME = home;
  const { ownerKeys } = await import("../rehearsal/ownerKeys.js");
  const { signerPolicy, signingKeys } = await import("../rehearsal/signingKeys.js");
  const { InstancePaths } = await import("../rehearsal/paths.js");
  const { smallFactory } = await import("./factories.js");
  const paths = new InstancePaths("faults");
  const factory = smallFactory();
  const keys = await ownerKeys(paths.party(factory.parties.modelOwner), factory);
  const policy = signerPolicy(signingKeys(paths, factory.parties));
  const digest = createHash("sha256")
    .update(JSON.stringify([keys, policy]))
    .digest("hex");
  process.send?.(digest, () => process.exit(0));
}

void make(process.argv[2] ?? "");
