import { anything, definition, fields, list, map, oneOf, selector, text, texts, whole, yes } from "./schema";

// SIMULATED: stand-ins for OpenShift's kinds, with the fields that our programs set. Not Red Hat's definitions.

const olm = "operators.coreos.com";
const machines = "machineconfiguration.openshift.io";

/** What every OpenShift cluster has. */
export const platformDefinitions = [
  definition({
    group: olm,
    version: "v1alpha1",
    kind: "Subscription",
    plural: "subscriptions",
    scope: "Namespaced",
    spec: fields(
      {
        name: text,
        channel: text,
        source: text,
        sourceNamespace: text,
        startingCSV: text,
        installPlanApproval: oneOf("Automatic", "Manual"),
      },
      "name",
      "source",
      "sourceNamespace",
    ),
  }),
  definition({
    group: olm,
    version: "v1",
    kind: "OperatorGroup",
    plural: "operatorgroups",
    scope: "Namespaced",
    spec: fields({ targetNamespaces: texts }),
  }),
  definition({
    group: olm,
    version: "v1alpha1",
    kind: "InstallPlan",
    plural: "installplans",
    scope: "Namespaced",
    spec: fields(
      { approval: text, approved: yes, clusterServiceVersionNames: texts, generation: whole },
      "approval",
      "approved",
      "clusterServiceVersionNames",
    ),
  }),
  definition({
    group: olm,
    version: "v1alpha1",
    kind: "ClusterServiceVersion",
    plural: "clusterserviceversions",
    scope: "Namespaced",
    spec: anything,
  }),
  definition({
    group: olm,
    version: "v1alpha1",
    kind: "CatalogSource",
    plural: "catalogsources",
    scope: "Namespaced",
    spec: fields({ sourceType: text, image: text, displayName: text, publisher: text }, "sourceType"),
  }),
  definition({
    group: machines,
    version: "v1",
    kind: "MachineConfig",
    plural: "machineconfigs",
    scope: "Cluster",
    spec: fields({
      kernelArguments: texts,
      config: fields({
        ignition: fields({ version: text }, "version"),
        storage: fields({
          files: list(fields({ path: text, mode: whole, overwrite: yes, contents: fields({ source: text }) }, "path")),
        }),
      }),
    }),
  }),
  definition({
    group: machines,
    version: "v1",
    kind: "KubeletConfig",
    plural: "kubeletconfigs",
    scope: "Cluster",
    spec: fields({ machineConfigPoolSelector: selector, kubeletConfig: anything }),
  }),
  definition({
    group: machines,
    version: "v1",
    kind: "MachineConfigPool",
    plural: "machineconfigpools",
    scope: "Cluster",
    spec: fields({ machineConfigSelector: selector, nodeSelector: selector, configuration: anything, paused: yes }),
  }),
  definition({
    group: "config.openshift.io",
    version: "v1",
    kind: "ImageDigestMirrorSet",
    plural: "imagedigestmirrorsets",
    scope: "Cluster",
    spec: fields({
      imageDigestMirrors: list(
        fields(
          {
            source: text,
            mirrors: texts,
            mirrorSourcePolicy: oneOf("NeverContactSource", "AllowContactingSource"),
          },
          "source",
        ),
      ),
    }),
  }),
  definition({
    group: "security.openshift.io",
    version: "v1",
    kind: "SecurityContextConstraints",
    plural: "securitycontextconstraints",
    scope: "Cluster",
    spec: anything,
    top: {
      allowPrivilegedContainer: yes,
      allowHostDirVolumePlugin: yes,
      allowHostIPC: yes,
      allowHostNetwork: yes,
      allowHostPID: yes,
      allowHostPorts: yes,
      readOnlyRootFilesystem: yes,
      runAsUser: anything,
      seLinuxContext: anything,
      fsGroup: anything,
      supplementalGroups: anything,
      volumes: texts,
      allowedCapabilities: texts,
      requiredDropCapabilities: texts,
      users: texts,
      groups: texts,
    },
  }),
  definition({
    group: "route.openshift.io",
    version: "v1",
    kind: "Route",
    plural: "routes",
    scope: "Namespaced",
    spec: fields(
      {
        host: text,
        path: text,
        port: fields({ targetPort: { "x-kubernetes-int-or-string": true } }),
        tls: fields({
          termination: oneOf("edge", "passthrough", "reencrypt"),
          insecureEdgeTerminationPolicy: oneOf("None", "Redirect", "Allow"),
        }),
        to: fields({ kind: oneOf("Service"), name: text, weight: whole }, "kind", "name"),
        wildcardPolicy: oneOf("None", "Subdomain"),
      },
      "to",
    ),
  }),
];

const feature = fields({ feature: text, matchExpressions: map(fields({ op: text, value: texts }, "op")) }, "feature");

/** What operators bring: these kinds exist once the package is installed. */
export const operatorDefinitions: Readonly<Record<string, readonly ReturnType<typeof definition>[]>> = {
  nfd: [
    definition({
      group: "nfd.openshift.io",
      version: "v1",
      kind: "NodeFeatureDiscovery",
      plural: "nodefeaturediscoveries",
      scope: "Namespaced",
      spec: fields({
        operand: fields({ image: text, imagePullPolicy: text, servicePort: whole, workerTolerations: list(anything) }),
        extraLabelNs: texts,
        workerConfig: fields({ configData: text }),
      }),
    }),
    definition({
      group: "nfd.openshift.io",
      version: "v1alpha1",
      kind: "NodeFeatureRule",
      plural: "nodefeaturerules",
      scope: "Namespaced",
      spec: fields({
        rules: list(
          fields(
            {
              name: text,
              labels: map(text),
              extendedResources: map(text),
              matchFeatures: list(feature),
              matchAny: list(fields({ matchFeatures: list(feature) }, "matchFeatures")),
            },
            "name",
          ),
        ),
      }),
    }),
  ],
  "sandboxed-containers-operator": [
    definition({
      group: "kataconfiguration.openshift.io",
      version: "v1",
      kind: "KataConfig",
      plural: "kataconfigs",
      scope: "Cluster",
      spec: fields(
        { checkNodeEligibility: yes, enablePeerPods: yes, logLevel: text, kataConfigPoolSelector: selector },
        "checkNodeEligibility",
      ),
    }),
  ],
  "gpu-operator-certified": [
    definition({
      group: "nvidia.com",
      version: "v1",
      kind: "ClusterPolicy",
      plural: "clusterpolicies",
      scope: "Cluster",
      spec: anything,
    }),
  ],
};
