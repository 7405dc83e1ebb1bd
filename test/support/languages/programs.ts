import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Trustee } from "../../../components/attestation/trustee";
import { emptyLock } from "../../../components/catalogLock";
import { AdmissionPolicies } from "../../../components/cluster/admissionPolicies";
import { GpuOperator } from "../../../components/cluster/gpuOperator";
import { KubeletSettings } from "../../../components/cluster/kubelet";
import { NodeFeatures } from "../../../components/cluster/nodeFeatures";
import { NodeMode } from "../../../components/cluster/nodeMode";
import { TenantAcceptance } from "../../../components/cluster/tenantAcceptance";
import { TenantNamespace } from "../../../components/cluster/tenantNamespace";
import { Kata } from "../../../components/runtime/kata";
import { ConfidentialWorkload } from "../../../components/workload/confidentialWorkload";
import { verifyRelease } from "../../../components/workload/release/verify";
import { policiesInForce } from "../../../policies/admission/inForce";
import type { Scene, Wanted } from "./wanted";
import { names } from "./wanted";

/** What a program in any language makes its Kubernetes provider of: no address and no credential. */
export const providerInputs = (context: string) => ({
  context,
  clusterIdentifier: context,
  enableServerSideApply: "true",
  suppressDeprecationWarnings: "true",
});

class ClusterProvider extends pulumi.ProviderResource {
  constructor(context: string) {
    super("kubernetes", "cluster", providerInputs(context));
  }
}

/** A component of the package as generated SDKs have it: a name, inputs, and `remote`. */
export class RemoteComponent extends pulumi.ComponentResource {
  constructor({ token, name, outputs }: Wanted, inputs: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) {
    super(token, name, { ...inputs, ...Object.fromEntries(outputs.map((key) => [key, undefined])) }, opts, true);
  }

  output(key: string): pulumi.Output<unknown> {
    return (this as unknown as Record<string, pulumi.Output<unknown>>)[key] as pulumi.Output<unknown>;
  }
}

/** Asks for components in another process, as a program in another language does. */
export function remoteProgram(wanted: readonly Wanted[], context: string, opts: pulumi.ComponentResourceOptions = {}) {
  const cluster = new ClusterProvider(context);
  const made = new Map<string, RemoteComponent>();
  const find = (name: string) => made.get(name) as RemoteComponent;
  for (const each of wanted) {
    const { inputs, references = {}, from = {}, secrets = [], dependsOn = [] } = each;
    const complete = Object.fromEntries([
      ...Object.entries(inputs).map(([key, value]) => [key, secrets.includes(key) ? pulumi.secret(value) : value]),
      ...Object.entries(references).map(([key, name]) => [key, find(name)]),
      ...Object.entries(from).map(([key, place]) => [key, find(place.split(".")[0]!).output(place.split(".")[1]!)]),
    ]) as pulumi.Inputs;
    const options = { ...opts, providers: { kubernetes: cluster }, dependsOn: dependsOn.map(find) };
    made.set(each.name, new RemoteComponent(each, complete, options));
  }
  return Object.fromEntries(
    wanted.map(({ name, outputs }) => [name, Object.fromEntries(outputs.map((key) => [key, find(name).output(key)]))]),
  );
}

/** The same by the components themselves. */
export async function typescriptProgram(scene: Scene, project: string, context: string) {
  const opts = { providers: { kubernetes: new ClusterProvider(context) } };
  const { factory, modelOwner, keyBrokerCidrs, registryCidrs, registries, quota } = names;
  const pins = { lock: emptyLock, simulated: true };
  const charts = { kind: "directory", path: resolve(project, scene.charts) } as const;
  const placement = { platformSet: "ra-1.1.0", charts, pins } as const;
  const { hosts, signers } = scene;
  const checked = await verifyRelease(scene.release, { signers, factory, simulated: true, now: new Date() });
  if ("refusals" in checked) throw new Error(checked.refusals.join("; "));
  const { release } = checked;

  const nodeMode = new NodeMode("node-mode", { hosts, dedicatedTo: modelOwner }, opts);
  const nodeFeatures = new NodeFeatures("node-features", { placement }, opts);
  const kata = new Kata("kata", { placement, nodeFeatures, nodeMode }, opts);
  const gpuOperator = new GpuOperator("gpu-operator", { placement, hosts, nodeFeatures, nodeMode }, opts);
  const kubeletSettings = new KubeletSettings("kubelet-settings", { kubernetesVersion: "1.36" }, opts);
  const deployer = "trustfoundry-deployer";
  const tenant = new TenantNamespace(
    "tenant",
    { namespace: modelOwner, deployer, keyBrokerCidrs, registryCidrs, quota, kubernetesVersion: "1.36" },
    opts,
  );
  const egressRanges = [...keyBrokerCidrs, ...registryCidrs];
  const acceptance = new TenantAcceptance(
    "tenant-acceptance",
    {
      tenants: [
        { tenant: modelOwner, registries, images: [], egressRanges, dedicatedNodes: true, priorityClasses: [] },
      ],
    },
    opts,
  );
  const policies = policiesInForce("owner", "baseline", { now: new Date() });
  const admission = new AdmissionPolicies("admission", { policies }, { ...opts, dependsOn: [acceptance] });
  const workload = new ConfidentialWorkload(
    "llama-8b",
    {
      release,
      namespace: tenant.namespaceName,
      storageClassName: "trustfoundry-local-block",
      dedicatedTo: modelOwner,
      awaitReadiness: release.awaitReadiness,
    },
    { ...opts, dependsOn: [kata, gpuOperator] },
  );
  const trustee = new Trustee(
    "trustee",
    {
      releases: [checked],
      accepted: { verifier: "remote" },
      referenceValueExpiry: "2028-01-01T00:00:00Z",
      platformSet: "ra-1.1.0",
      pins,
      clientCidrs: ["192.0.2.0/24"],
      secrets: pulumi.secret(scene.secrets),
    },
    { ...opts, dependsOn: [admission] },
  );
  const { namespaceName, keyBrokerHost } = trustee;
  return {
    admission: { policyNames: admission.policyNames },
    "gpu-operator": { namespace: gpuOperator.namespace, status: gpuOperator.status },
    kata: { namespace: kata.namespace, runtimeClassNames: kata.runtimeClassNames, status: kata.status },
    "kubelet-settings": {
      digest: kubeletSettings.digest,
      configMap: kubeletSettings.configMap,
      systemNamespace: kubeletSettings.systemNamespace,
    },
    "llama-8b": { serviceName: workload.serviceName, workloadName: workload.workloadName },
    "node-features": { namespace: nodeFeatures.namespace, status: nodeFeatures.status },
    "node-mode": { hostNames: nodeMode.hostNames },
    tenant: { namespaceName: tenant.namespaceName },
    "tenant-acceptance": { tenantNames: acceptance.tenants },
    trustee: { namespaceName, keyBrokerHost },
  };
}
