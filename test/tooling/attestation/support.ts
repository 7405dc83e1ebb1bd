import { trusteeStores } from "../../../components/attestation/trusteeStores";
import { initDataDigest } from "../../../components/guest/initData";
import { encodeInitData } from "../../../components/guest/initDataAnnotation";
import { trusteeConfiguration } from "../../../components/attestation/kbsConfiguration";
import { sha256 } from "../../../components/names";
import type { Release } from "../../../components/workload/release";
import { readDecisions } from "../../../tooling/attestation/stores";
import type { Decisions } from "../../../tooling/attestation/stores";
import { sampleRelease, tdxParts } from "../../support/release";

/** A moment at which the sample releases are valid. */
export const playTime = new Date("2026-12-01T12:00:00Z");

/** Init-data of a release's own, as its guest would be given it, and the agent policy in it. */
function own(name: string): Pick<Release, "initData" | "agentPolicy"> {
  const policy = "package agent_policy";
  const toml = `version = "0.1.0"\nalgorithm = "sha256"\n\n[data]\n"aa.toml" = "name = '${name}'"\n"policy.rego" = "${policy}"\n`;
  return {
    initData: { annotation: encodeInitData(toml), digest: initDataDigest(toml) },
    agentPolicy: { origin: "trustfoundry", digest: sha256(policy), openings: [] },
  };
}

export const snpRelease = sampleRelease({ ...own("llama-8b") });

/** The same guest: only its init-data tells it from the other. */
export const siblingRelease = sampleRelease({
  name: "llama-70b",
  ...own("llama-70b"),
  resources: ["acme/model-key/llama-70b"],
});

export const tdxRelease = sampleRelease({
  ...tdxParts,
  name: "frontier",
  gpu: { model: "B200", count: 8, nvSwitches: 0 },
  ...own("frontier"),
  resources: ["acme/model-key/frontier"],
});

export const boardRelease = sampleRelease({
  name: "board",
  gpu: { model: "H100", count: 8, nvSwitches: 4 },
  launch: { snp: { measurement: "4".repeat(96) } },
  gpuClaims: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"], switchBios: ["96.10.6D.00.01"] },
  ...own("board"),
  resources: ["acme/model-key/board"],
});

/** What a key broker for these releases decides by: the components' own files, read as from a cluster. */
export function decisionsFor(releases: readonly Release[], verifier: "remote" | "local" = "remote"): Decisions {
  const stores = trusteeStores(
    releases.map((release) => ({ release })),
    { verifier },
    "2028-01-01T00:00:00Z",
  );
  return readDecisions({ ...stores, configuration: configurationFor(verifier) });
}

/** The attestation service's own configuration, as it is deployed. */
function configurationFor(nvidiaVerifier: "remote" | "local"): string {
  return trusteeConfiguration({
    trusteeVersion: "v0.21.0",
    namespace: "trustee",
    nvidiaVerifier,
    tees: ["snp", "tdx"],
  }).as;
}
