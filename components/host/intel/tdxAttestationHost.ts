import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { imageReference, resolvePin, taggedDigest } from "../../catalogLock";
import type { ChartPlacement } from "../../chartSource";
import { managedLabels, namespaceLabels } from "../../cluster/labels";
import { operatorRelease, pinned } from "../../cluster/operatorRelease";
import { sha256 } from "../../names";
import { sgxRule } from "../../openshift/nodeFeatureRules";
import { OpenshiftOperator } from "../../openshift/operator";
import type { ChosenOperator } from "../../openshift/operators";
import { waitFor } from "../../openshift/waiting";
import { tokens } from "../../tokens";
import { hostFiles } from "./hostFiles";
import { intelNamespace } from "./operators";
import type { PccsSettings } from "./pccs";
import { pccsLabels, pccsName, pccsNamespace, pccsNetwork, pccsPod, pccsPort } from "./pccs";
import type { OperatorQuoteService, TdxAttestationSettings } from "./tdxAttestationPlan";
import { quoteGenerationSpec, quoteServiceName, sgxPluginSpec, tdxAttestationProblems } from "./tdxAttestationPlan";

/** Plain Kubernetes: files of hosts lie in the cluster, and operators come by Helm. */
export interface OnKubernetes {
  readonly kind: "kubernetes";
  readonly placement: ChartPlacement;
  /** Where Trustfoundry keeps what is its own in the cluster. */
  readonly systemNamespace: pulumi.Input<string>;
}

/** OpenShift: hosts have their files by MachineConfigs, and operators come by its lifecycle manager. */
export interface OnOpenshift {
  readonly kind: "openshift";
  readonly operators: { readonly devicePlugins: ChosenOperator; readonly dcap: ChosenOperator };
  readonly approveBy: string;
  readonly approvalTimeoutSeconds?: number | undefined;
}

export interface TdxAttestationHostArgs extends TdxAttestationSettings {
  readonly platform: OnKubernetes | OnOpenshift;
  /** What has to be there first: node features, whose labels say which hosts have TDX and SGX. */
  readonly after?: readonly pulumi.Resource[];
}

/** A quote takes registered hosts; Intel's service answers in minutes. */
const quoteTimeoutSeconds = 1200;

/**
 * What the provider's TDX hosts need so that guests get quotes, which a model owner's broker then judges: kernel and
 * modules, Intel's quote generation service, and its certificates. Nothing here is trusted by anybody: a quote is signed by
 * the CPU, and a provider who prepares hosts wrongly gets no keys.
 */
export class TdxAttestationHost extends pulumi.ComponentResource {
  /** SHA-256 of each file of the hosts, by its path: what `sha256sum` on a host must say. None on OpenShift. */
  readonly hostFiles: pulumi.Output<Record<string, string>>;
  /** Where the files lie: `<namespace>/<ConfigMap>`. */
  readonly configMap: pulumi.Output<string> | undefined;
  /** OpenShift: namespace of Intel's operators, where their Secrets belong. */
  readonly namespace: string | undefined;
  /** Where hosts ask the certificate cache, by the cluster's own name. */
  readonly pccsHost: pulumi.Output<string> | undefined;

  constructor(name: string, args: TdxAttestationHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.tdxAttestationHost, name, {}, opts);
    const { platform, quotes, pccs } = args;
    const problems = tdxAttestationProblems(args, platform.kind);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);

    const files = platform.kind === "kubernetes" ? hostFiles(quotes.kind === "hostService" ? quotes : undefined) : [];
    this.hostFiles = pulumi.output(Object.fromEntries(files.map(({ path, content }) => [path, sha256(content)])));
    if (platform.kind === "kubernetes") this.configMap = this.#settings(name, platform, files);
    if (quotes.kind === "dcapOperator") {
      // On Kubernetes somebody else has installed it, and knows where.
      if (platform.kind === "openshift") this.namespace = intelNamespace;
      const ready =
        platform.kind === "kubernetes"
          ? this.#devicePlugins(name, platform, args.after)
          : this.#operators(name, platform, quotes, args.after);
      this.#quotes(name, quotes, ready);
    }
    if (pccs) this.pccsHost = this.#pccs(name, pccs);
    this.registerOutputs({
      hostFiles: this.hostFiles,
      configMap: this.configMap,
      namespace: this.namespace,
      pccsHost: this.pccsHost,
    });
  }

  #settings(name: string, { systemNamespace }: OnKubernetes, files: ReturnType<typeof hostFiles>) {
    const configMap = new k8s.core.v1.ConfigMap(
      `${name}-host-settings`,
      {
        metadata: {
          name: "tdx-host-settings",
          namespace: systemNamespace,
          labels: managedLabels("infrastructureProvider"),
          annotations: Object.fromEntries(files.map((file) => [`trustfoundry.dev/path.${file.name}`, file.path])),
        },
        data: Object.fromEntries(files.map((file) => [file.name, file.content])),
      },
      { parent: this },
    );
    return pulumi.interpolate`${configMap.metadata.namespace}/${configMap.metadata.name}`;
  }

  /** NFD's rule for SGX, and Intel's operator with its one plugin. The operator's webhook takes cert-manager. */
  #devicePlugins(name: string, { placement }: OnKubernetes, after: readonly pulumi.Resource[] = []): pulumi.Resource[] {
    const pin = (image: "images/intel-deviceplugin-operator" | "images/intel-sgx-plugin") =>
      pinned(this, () => resolvePin(image, placement.platformSet, placement.pins));
    const manager = pin("images/intel-deviceplugin-operator");
    const release = operatorRelease(this, `${name}-device-plugins`, {
      chart: "charts/intel-device-plugins-operator",
      namespace: "inteldeviceplugins-system",
      releaseName: "intel-device-plugins-operator",
      values: devicePluginValues(manager.repository, taggedDigest(manager)),
      placement,
      after,
    });
    const rule = new k8s.apiextensions.CustomResource(
      `${name}-sgx-rule`,
      {
        apiVersion: "nfd.k8s-sigs.io/v1alpha1",
        kind: "NodeFeatureRule",
        metadata: { name: "trustfoundry-sgx", labels: managedLabels("infrastructureProvider") },
        spec: { rules: [sgxRule()] },
      },
      { parent: this, dependsOn: [...after] },
    );
    return [this.#sgxPlugin(name, imageReference(pin("images/intel-sgx-plugin")), [release]), rule];
  }

  /** Both of Intel's operators in one namespace; OLM installs both once a person has approved them. */
  #operators(
    name: string,
    { operators, approveBy, approvalTimeoutSeconds }: OnOpenshift,
    { privilegedServiceAccounts = [] }: OperatorQuoteService,
    after: readonly pulumi.Resource[] = [],
  ): pulumi.Resource[] {
    const operator = new OpenshiftOperator(
      `${name}-operators`,
      {
        operators: [operators.devicePlugins, operators.dcap],
        approveBy,
        ...(approvalTimeoutSeconds !== undefined && { approvalTimeoutSeconds }),
        after,
      },
      { parent: this },
    );
    const grants = privilegedServiceAccounts.map(
      (account) =>
        new k8s.rbac.v1.RoleBinding(
          `${name}-privileged-${account}`,
          {
            metadata: {
              name: `privileged-${account}`,
              namespace: operator.namespace,
              labels: managedLabels("infrastructureProvider"),
            },
            roleRef: {
              apiGroup: "rbac.authorization.k8s.io",
              kind: "ClusterRole",
              name: "system:openshift:scc:privileged",
            },
            subjects: [{ kind: "ServiceAccount", name: account, namespace: intelNamespace }],
          },
          { parent: this },
        ),
    );
    // Its CSV names the plugin's image by digest.
    return [this.#sgxPlugin(name, undefined, [operator]), operator, ...grants];
  }

  #sgxPlugin(name: string, image: string | undefined, after: pulumi.Resource[]): pulumi.Resource {
    return new k8s.apiextensions.CustomResource(
      `${name}-sgx-plugin`,
      {
        apiVersion: "deviceplugin.intel.com/v1",
        kind: "SgxDevicePlugin",
        metadata: { name: "trustfoundry-sgx", labels: managedLabels("infrastructureProvider") },
        spec: sgxPluginSpec(image),
      },
      { parent: this, dependsOn: after },
    );
  }

  /** Waited for where it can become ready by itself: with `online`, by an API key that is there. */
  #quotes(name: string, quotes: OperatorQuoteService, after: pulumi.Resource[]): void {
    new k8s.apiextensions.CustomResource(
      `${name}-quotes`,
      {
        apiVersion: "trustedservices.intel.com/v1",
        kind: "TdxQuoteGenerationService",
        metadata: {
          name: quoteServiceName,
          labels: managedLabels("infrastructureProvider"),
          ...(quotes.certificates === "online" && { annotations: waitFor("condition=Ready=True") }),
        },
        spec: quoteGenerationSpec(quotes),
      },
      {
        parent: this,
        dependsOn: after,
        customTimeouts: { create: `${quoteTimeoutSeconds}s`, update: `${quoteTimeoutSeconds}s` },
      },
    );
  }

  #pccs(name: string, settings: PccsSettings): pulumi.Output<string> {
    const labels = managedLabels("infrastructureProvider");
    const namespace = new k8s.core.v1.Namespace(
      `${name}-pccs-namespace`,
      {
        metadata: {
          name: pccsNamespace,
          labels: namespaceLabels("infrastructureProvider", "restricted"),
        },
      },
      { parent: this },
    ).metadata.name;
    const metadata = { name: pccsName, namespace, labels: pccsLabels };
    for (const [policy, spec] of Object.entries(pccsNetwork(settings)))
      new k8s.networking.v1.NetworkPolicy(
        `${name}-pccs-${policy}`,
        { metadata: { name: policy, namespace, labels }, spec },
        { parent: this },
      );
    if (settings.storageClass !== undefined)
      new k8s.core.v1.PersistentVolumeClaim(
        `${name}-pccs-cache`,
        {
          metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: settings.storageClass,
            resources: { requests: { storage: "1Gi" } },
          },
        },
        { parent: this },
      );
    const matchLabels = { "app.kubernetes.io/name": pccsName };
    new k8s.apps.v1.Deployment(
      `${name}-pccs`,
      {
        // Its Secrets may come after the namespace, which this makes.
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        // A database in a file is of one process.
        spec: { replicas: 1, strategy: { type: "Recreate" }, selector: { matchLabels }, template: pccsPod(settings) },
      },
      { parent: this },
    );
    new k8s.core.v1.Service(
      `${name}-pccs-service`,
      {
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { selector: matchLabels, ports: [{ name: "https", port: pccsPort, targetPort: "https" }] },
      },
      { parent: this },
    );
    return pulumi.interpolate`${pccsName}.${namespace}.svc:${pccsPort}`;
  }
}

/**
 * Values of Intel's chart: SGX alone, image by digest. A tag with a digest follows the repository's name.
 *
 * Source: intel/helm-charts charts/device-plugin-operator, values.yaml and templates/operator.yaml (110e39e).
 */
export function devicePluginValues(repository: string, tag: string): Record<string, unknown> {
  return {
    manager: { image: { hub: repository.replace(/\/[^/]+$/, ""), tag }, devices: { sgx: true } },
  };
}
