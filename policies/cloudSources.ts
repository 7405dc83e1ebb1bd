import type { Source } from "./sources";

/** What rules about clouds rest on; read for components/host/offerings.ts at the same time. */
const read = "2026-11";

export function microsoftDocs(title: string, path: string): Source {
  return { text: `Microsoft Learn, ${title} (read ${read})`, url: `https://learn.microsoft.com/en-us/azure/${path}` };
}

export function googleDocs(title: string, path: string): Source {
  return { text: `Google Cloud, ${title} (read ${read})`, url: `https://docs.cloud.google.com/${path}` };
}

/** Types and their comments in a published provider SDK. */
export function providerTypes(provider: "azure-native" | "gcp", file: string): Source {
  const version = provider === "gcp" ? "9.37.0" : "3.28.0";
  return {
    text: `@pulumi/${provider} ${version}, ${file}`,
    url: `https://www.npmjs.com/package/@pulumi/${provider}/v/${version}`,
  };
}

export const azureSize = microsoftDocs(
  "NCCads_H100_v5 size series",
  "virtual-machines/sizes/gpu-accelerated/nccadsh100v5-series",
);
export const aksConfidentialGpus = microsoftDocs("Use Confidential GPUs on AKS", "aks/use-confidential-gpus");
export const aksConfidentialVms = microsoftDocs("AKS use-cvm", "aks/use-cvm");
export const releaseGrammar = microsoftDocs("secure key release policy grammar", "key-vault/keys/policy-grammar");
export const releaseExamples = microsoftDocs(
  "secure key release policy examples",
  "confidential-computing/skr-policy-examples",
);
export const onboardingScripts: Source = {
  text: `Azure/az-cgpu-onboarding, release 4.3.3 and FAQ (read ${read})`,
  url: "https://github.com/Azure/az-cgpu-onboarding",
};
export const gkeConfidentialGpus = googleDocs(
  "GKE gpus-confidential-nodes",
  "kubernetes-engine/docs/how-to/gpus-confidential-nodes",
);
export const gkeConfidentialNodes = googleDocs(
  "Confidential GKE Nodes",
  "kubernetes-engine/docs/how-to/confidential-gke-nodes",
);
export const spaceAssertions = googleDocs(
  "Confidential Space attestation assertions",
  "confidential-computing/confidential-space/docs/reference/attestation-assertions",
);
export const spaceClaims = googleDocs(
  "Confidential Space token claims",
  "confidential-computing/confidential-space/docs/reference/token-claims",
);
export const spaceDeployment = googleDocs(
  "Confidential Space deploy-workloads",
  "confidential-computing/confidential-space/docs/deploy-workloads",
);
