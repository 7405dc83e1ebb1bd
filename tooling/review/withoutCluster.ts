import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PreviewArgs } from "./preview";

/**
 * Lets a program read objects of a cluster that nobody can reach, such as the nodes that have joined: of what it reads,
 * only the name is known. Only reads go through this provider. With the same setting, the provider of everything else
 * would hand empty inputs to the policies, and they would find nothing.
 */
export function withoutCluster(
  load: (module: string) => unknown,
  program: PreviewArgs["program"],
): PreviewArgs["program"] {
  return (kubeconfig) => {
    const { output, runtime } = load("@pulumi/pulumi") as typeof pulumi;
    const { Provider } = load("@pulumi/kubernetes") as typeof k8s;
    const reader = new Provider("review-reads", { kubeconfig, skipUpdateUnreachable: true });
    runtime.registerStackTransformation(({ opts }) => {
      const { id } = opts as pulumi.CustomResourceOptions;
      if (id === undefined) return undefined;
      return { props: { metadata: output(id).apply(metadataOf) }, opts: { ...opts, provider: reader } };
    });
    return program(kubeconfig);
  };
}

/** `namespace/name`, or `name` where there is no namespace. */
function metadataOf(id: string): Readonly<Record<string, string>> {
  const [name = "", namespace] = id.split("/").reverse();
  return namespace === undefined ? { name } : { namespace, name };
}
