import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { ConfigurationError } from "./config/errors";
import type { TrustSecrets, TrustSecretsContext } from "./config/secrets";
import type { Project } from "./project";

interface Kubeconfig {
  readonly contexts?: readonly { readonly name: string; readonly context: { readonly cluster: string } }[];
  readonly clusters?: readonly { readonly name: string; readonly cluster: { readonly server: string } }[];
}

/** Address of a context's API server as the ambient kubeconfig files say it, or why there is none. */
export function serverOf(context: string, files: readonly string[]): { server: string } | { reason: string } {
  const configs = files
    .filter((file) => existsSync(file))
    .map((file) => parse(readFileSync(file, "utf8")) as Kubeconfig | null);
  const all = configs.flatMap((config) => config?.contexts ?? []);
  const found = all.find(({ name }) => name === context);
  if (!found) {
    const known = all.map(({ name }) => name);
    return {
      reason:
        known.length > 0
          ? `no such context; write one of ${known.join(", ")}`
          : "no kubeconfig was found; set KUBECONFIG",
    };
  }
  const cluster = configs
    .flatMap((config) => config?.clusters ?? [])
    .find(({ name }) => name === found.context.cluster);
  return cluster
    ? { server: cluster.cluster.server }
    : { reason: `names the cluster ${found.context.cluster}, which the kubeconfig has not` };
}

/** What a program takes from its surroundings: under the Automation API several stacks share one process. */
export interface Environment extends Project {
  /** Kubeconfig files that the engine's Kubernetes provider reads, too. */
  readonly kubeconfigs: readonly string[];
  /**
   * Set by a review, which only previews and has neither a cluster nor the owner's secrets: it makes up what has their
   * form. Refused by anything but a preview.
   */
  readonly review?: { readonly trustSecrets: (context: TrustSecretsContext) => TrustSecrets };
}

export function ambientEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  return {
    kubeconfigs: variables.KUBECONFIG ? variables.KUBECONFIG.split(delimiter) : [join(homedir(), ".kube", "config")],
  };
}

/** Fails with one sentence when nobody listens, rather than after the first resources with the provider's own report. */
export async function requireReachable(context: string, { kubeconfigs, review }: Environment): Promise<void> {
  if (review) return;
  const found = serverOf(context, kubeconfigs);
  if ("reason" in found) throw new ConfigurationError([`trustfoundry:cluster.context: "${context}": ${found.reason}`]);
  const { hostname, port, protocol } = new URL(found.server);
  // An egress proxy reaches what a plain connection cannot; then the provider's own check has to do.
  if (process.env.HTTPS_PROXY && !/^(127\.|localhost$|\[?::1)/.test(hostname)) return;
  const failure = await dial(hostname.replace(/^\[|\]$/g, ""), Number(port || (protocol === "http:" ? 80 : 443)));
  if (failure)
    throw new ConfigurationError([
      `trustfoundry:cluster.context: "${context}": its API server ${found.server} does not answer (${failure}); start the cluster or correct the kubeconfig`,
    ]);
}

function dial(host: string, port: number, timeoutMs = 5000): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const finish = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once("connect", () => finish());
    socket.once("timeout", () => finish(`no answer within ${timeoutMs / 1000} s`));
    socket.once("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
}

/**
 * The one Kubernetes provider of a stack. Only the context's name enters the state: addresses and credentials stay in
 * the ambient kubeconfig, so no state file carries them and a moved API server replaces nothing.
 */
export function clusterProvider(party: string, context: string): k8s.Provider {
  return new k8s.Provider(
    party,
    { context, clusterIdentifier: context, enableServerSideApply: true, suppressDeprecationWarnings: true },
    { transformations: [withoutKubeconfig] },
  );
}

/** The SDK takes KUBECONFIG for a setting of the provider, which would put a path of this machine into the state. */
function withoutKubeconfig({ props, opts }: pulumi.ResourceTransformationArgs): pulumi.ResourceTransformationResult {
  const rest = Object.entries(props as Record<string, unknown>).filter(([key]) => key !== "kubeconfig");
  return { props: Object.fromEntries(rest), opts };
}
