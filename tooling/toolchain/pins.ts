/**
 * Who needs a tool: the deployments, the journalled states of those that Trustfoundry runs itself, the rehearsal's control
 * planes, whoever plays attestation, or the tests alone.
 */
export const toolGroups = ["engine", "state", "controlPlane", "policy", "test"] as const;
export type ToolGroup = (typeof toolGroups)[number];

/** A published binary whose published SHA-256 is checked. `{version}`, `{os}`, `{arch}` are filled in. */
export interface OfficialDownload {
  readonly url: string;
  /** File with the SHA-256 of this download, alone or in a list. Default `<url>.sha256`. */
  readonly sha256?: string;
  /** Operating systems that it is published for, by Node's names. */
  readonly systems: readonly string[];
  /** What the publisher calls x64 and arm64. */
  readonly arch: Readonly<Record<string, string>>;
  /** Path of the program in the tar.gz archive; without it the download is the program itself. */
  readonly inside?: string;
}

export interface ToolPin {
  /** Name of the program on PATH. */
  readonly name: string;
  readonly group: ToolGroup;
  /** A group whose users all need it as well. */
  readonly alsoFor?: ToolGroup;
  readonly version: string;
  /** Folder of `modules/` with the go.mod and go.sum that pin everything this program is made of. */
  readonly module: string;
  /** Go package that is built: of the pinned module, or our own: `.` or a folder beside go.mod. */
  readonly package: string;
  /** Module and version that its go.mod names. */
  readonly source: string;
  /** Variables that the linker sets: what the program says its version is. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files that a Go module ships and our `main` embeds; copied when building, never committed. */
  readonly copies?: { readonly module: string; readonly files: readonly string[] };
  /** Duration of a first build on two cores, after the tools above it in this list (measured 2026-11-24). */
  readonly usualSeconds: number;
  /** One that is already installed will do if its version is in this range. */
  readonly onPath?: { readonly range: string; readonly versionArgs: readonly string[] };
  readonly official?: OfficialDownload;
}

const goArch = { x64: "amd64", arm64: "arm64" };

const kubernetesVersion = "1.36.3";
const componentVersion = "k8s.io/component-base/version";

function kubernetes(name: string, usualSeconds: number, more: Partial<ToolPin> = {}): ToolPin {
  return {
    name,
    group: "controlPlane",
    version: kubernetesVersion,
    module: "kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    source: `k8s.io/kubernetes v${kubernetesVersion}`,
    variables: {
      [`${componentVersion}.gitVersion`]: `v${kubernetesVersion}`,
      [`${componentVersion}.gitMajor`]: "1",
      [`${componentVersion}.gitMinor`]: "36",
    },
    usualSeconds,
    official: {
      url: `https://dl.k8s.io/v{version}/bin/{os}/{arch}/${name}`,
      systems: name === "kubectl" ? ["linux", "darwin"] : ["linux"],
      arch: goArch,
    },
    ...more,
  };
}

/** Every program that is not a Node package, in the order in which they are built. */
export const pins: readonly ToolPin[] = [
  {
    name: "etcd",
    group: "controlPlane",
    version: "3.6.8",
    module: "etcd",
    package: "go.etcd.io/etcd/server/v3",
    source: "go.etcd.io/etcd/server/v3 v3.6.8",
    usualSeconds: 51,
    official: {
      url: "https://github.com/etcd-io/etcd/releases/download/v{version}/etcd-v{version}-{os}-{arch}.tar.gz",
      sha256: "https://github.com/etcd-io/etcd/releases/download/v{version}/SHA256SUMS",
      systems: ["linux"],
      arch: goArch,
      inside: "etcd-v{version}-{os}-{arch}/etcd",
    },
  },
  kubernetes("kube-apiserver", 187),
  kubernetes("kube-controller-manager", 52),
  kubernetes("kube-scheduler", 5),
  // A client serves API servers one minor version older or newer than itself.
  kubernetes("kubectl", 18, { onPath: { range: ">=1.35.0 <1.38.0", versionArgs: ["version", "--client"] } }),
  {
    // Its releases carry no checksums, so it is always built.
    name: "kwok",
    group: "controlPlane",
    version: "0.8.0",
    module: "kwok",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    source: "sigs.k8s.io/kwok v0.8.0",
    usualSeconds: 60,
  },
  {
    name: "pulumi",
    group: "engine",
    version: "3.216.0",
    module: "engine",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    source: "github.com/pulumi/pulumi/pkg/v3 v3.216.0",
    // Without it `pulumi version` prints nothing, and the Automation API gives up.
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.216.0" },
    usualSeconds: 79,
    onPath: { range: ">=3.216.0 <4.0.0", versionArgs: ["version"] },
    official: {
      url: "https://get.pulumi.com/releases/sdk/pulumi-v{version}-{os}-{arch}.tar.gz",
      sha256: "https://get.pulumi.com/releases/sdk/pulumi-{version}-checksums.txt",
      systems: ["linux", "darwin"],
      arch: { x64: "x64", arm64: "arm64" },
      inside: "pulumi/pulumi",
    },
  },
  {
    // Our own service on the engine's module: it folds journals by the engine's own replayer.
    name: "trustfoundry-state",
    group: "state",
    // Whoever starts control planes runs stacks on them.
    alsoFor: "controlPlane",
    version: "3.216.0",
    module: "engine",
    package: "./state",
    source: "github.com/pulumi/pulumi/pkg/v3 v3.216.0",
    // What it writes into the manifests of states.
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.216.0" },
    usualSeconds: 20,
  },
  {
    name: "pulumi-resource-kubernetes",
    group: "engine",
    version: "4.25.0",
    module: "kubernetes-plugin",
    package: ".",
    source: "github.com/pulumi/pulumi-kubernetes/provider/v4 v4.0.0-20260115033456-f47bc2d6f199",
    copies: {
      module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
      files: ["cmd/pulumi-resource-kubernetes/schema.json", "cmd/pulumi-resource-kubernetes/terraform-mapping.json"],
    },
    usualSeconds: 361,
    official: {
      url: "https://github.com/pulumi/pulumi-kubernetes/releases/download/v{version}/pulumi-resource-kubernetes-v{version}-{os}-{arch}.tar.gz",
      sha256:
        "https://github.com/pulumi/pulumi-kubernetes/releases/download/v{version}/pulumi-kubernetes_{version}_checksums.txt",
      systems: ["linux", "darwin"],
      arch: goArch,
      inside: "pulumi-resource-kubernetes",
    },
  },
  {
    name: "opa",
    group: "policy",
    version: "1.22.2",
    module: "opa",
    package: "github.com/open-policy-agent/opa",
    source: "github.com/open-policy-agent/opa v1.22.2",
    usualSeconds: 45,
    official: {
      url: "https://github.com/open-policy-agent/opa/releases/download/v{version}/opa_{os}_{arch}_static",
      systems: ["linux"],
      arch: goArch,
    },
  },
  {
    name: "helm",
    group: "test",
    version: "4.3.1",
    module: "helm",
    package: "helm.sh/helm/v4/cmd/helm",
    source: "helm.sh/helm/v4 v4.3.1",
    usualSeconds: 109,
    onPath: { range: ">=4.3.0 <5.0.0", versionArgs: ["version", "--short"] },
    official: {
      url: "https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz",
      systems: ["linux", "darwin"],
      arch: goArch,
      inside: "{os}-{arch}/helm",
    },
  },
];
