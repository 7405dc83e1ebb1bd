import type { KeyObject } from "node:crypto";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import type { SignerPolicy, SigningParty } from "../../components/workload/release/signers";
import type { Parties } from "../../stacks/config/parties";
import { privateOnce } from "../controlplane/files";
import type { InstancePaths } from "./paths";

/** The keys that sign a rehearsal's releases: one of the model owner's and one of the data owner's. */
export type SigningKeys = Readonly<Record<SigningParty, KeyObject>>;

/** Made at first use and kept in each party's own directory, mode 0600. Real signers keep theirs where no program gets. */
export function signingKeys(paths: InstancePaths, parties: Parties): SigningKeys {
  const keyOf = (party: string): KeyObject => {
    const make = () => generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    return createPrivateKey(privateOnce(join(paths.party(party), "release-signing.key"), make));
  };
  return { modelOwner: keyOf(parties.modelOwner), dataOwner: keyOf(parties.dataOwner) };
}

/** What every party of a rehearsal demands: a signature of the model owner and one of the data owner. */
export function signerPolicy(keys: SigningKeys): SignerPolicy {
  const party = (name: SigningParty) => ({
    threshold: 1,
    keys: [
      {
        name: `${name} (SIMULATED)`,
        publicKey: createPublicKey(keys[name]).export({ type: "spki", format: "pem" }) as string,
      },
    ],
  });
  return { modelOwner: party("modelOwner"), dataOwner: party("dataOwner") };
}
