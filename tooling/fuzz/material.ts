import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { SignerPolicy } from "../../components/workload/release/signers";
import { publicPem } from "../rehearsal/imageAttestations";
import { signerPolicy } from "../rehearsal/signingKeys";

/** What a description's stacks are given beside it. */
export interface CorpusMaterial {
  readonly keyBrokerCa: string;
  readonly signers: SignerPolicy;
  /** PEM of a scanner's public key. */
  readonly scanner: string;
}

/** Keys of this run alone, and a sample's certificate. */
export function corpusMaterial(): CorpusMaterial {
  const sample = resolve(__dirname, "../../samples/azure-aks/Pulumi.trust.yaml");
  const { config } = parse(readFileSync(join(sample), "utf8")) as {
    config: { "trustfoundry:attestation": { keyBroker: { caCertificate: string } } };
  };
  const key = () => generateKeyPairSync("ed25519").privateKey;
  return {
    keyBrokerCa: config["trustfoundry:attestation"].keyBroker.caCertificate,
    signers: signerPolicy({ modelOwner: key(), dataOwner: key() }),
    scanner: publicPem(key()),
  };
}
