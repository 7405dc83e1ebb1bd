/** Citations of upstream documents: what a rule rests on, and when it was read. */
export interface Source {
  readonly text: string;
  readonly url: string;
}

const read = "2026-08";

/** A page of NVIDIA's reference architecture (confidential containers 1.1.0). */
export function nvidiaDocs(page: string): Source {
  return {
    text: `NVIDIA cloud-native-docs, confidential-containers/${page} (1.1.0, read ${read})`,
    url: `https://github.com/NVIDIA/cloud-native-docs/blob/main/confidential-containers/${page}.rst`,
  };
}

/** An issue or a pull request: GitHub forwards one to the other. */
export function issue(repository: string, number: number): Source {
  return { text: `${repository} #${number}`, url: `https://github.com/${repository}/issues/${number}` };
}

/** A file of a repository, at a tag where there is one. */
export function file(repository: string, path: string, ref: string = "main"): Source {
  return {
    text: `${repository}, ${path} (${ref === "main" ? `read ${read}` : ref})`,
    url: `https://github.com/${repository}/blob/${ref}/${path}`,
  };
}

export function page(text: string, url: string): Source {
  return { text: `${text} (read ${read})`, url };
}

export const repositories = {
  kata: "kata-containers/kata-containers",
  trustee: "confidential-containers/trustee",
  guestComponents: "confidential-containers/guest-components",
  cocoDocs: "confidential-containers/confidentialcontainers.org",
  gpuOperator: "NVIDIA/gpu-operator",
  ccManager: "NVIDIA/k8s-cc-manager",
} as const;
