// SIMULATED. Stands in for the Kubernetes provider's plugin: takes objects as they are, and says of a change what the real
// one would, which asks no cluster for it either: which fields make it another object.
//
// The table is `forceNew` of pulumi-kubernetes, provider/pkg/provider/diff.go (v4.25.0), of the kinds that are placed here,
// and the two fields of every object's metadata; of a Helm release its name and namespace (provider/pkg/helm, release.go).
const { main } = require("@pulumi/pulumi/provider");

const selector = ["spec.selector"];
const forceNew = {
  "kubernetes:apps/v1:DaemonSet": selector,
  "kubernetes:apps/v1:Deployment": selector,
  "kubernetes:apps/v1:StatefulSet": [
    ...selector,
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "kubernetes:batch/v1:Job": [...selector, "spec.completions", "spec.parallelism", "spec.template"],
  "kubernetes:core/v1:ConfigMap": ["binaryData", "data"],
  "kubernetes:core/v1:PersistentVolumeClaim": [
    ...selector,
    "spec.accessModes",
    "spec.storageClassName",
    "spec.volumeName",
  ],
  "kubernetes:core/v1:ResourceQuota": ["spec.scopes"],
  "kubernetes:core/v1:Secret": ["type", "data", "stringData"],
  "kubernetes:core/v1:Service": ["spec.clusterIP"],
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": ["roleRef"],
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": ["roleRef"],
  "kubernetes:storage.k8s.io/v1:StorageClass": ["parameters", "provisioner"],
  "kubernetes:helm.sh/v3:Release": ["name", "namespace"],
};

const at = (value, path) => path.split(".").reduce((part, key) => part?.[key], value);
const sorted = (value) =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === "object"
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key])]),
        )
      : value;
const differs = (a, b) => JSON.stringify(sorted(a) ?? null) !== JSON.stringify(sorted(b) ?? null);

const typeOf = (urn) => urn.split("::")[2].split("$").at(-1);

function diff(_id, urn, olds, news) {
  const type = typeOf(urn);
  const fields = ["metadata.name", "metadata.namespace", ...(forceNew[type] ?? [])];
  const replaces = fields.filter((path) => differs(at(olds, path), at(news, path)));
  const own = Object.keys(news).filter((key) => !key.startsWith("__"));
  return Promise.resolve({
    changes: own.some((key) => differs(olds[key], news[key])) || replaces.length > 0,
    replaces,
    deleteBeforeReplace: false,
  });
}

/** An object's id is its place; what the API server would add is not played. */
function create(urn, inputs) {
  const { name, namespace } = inputs.metadata ?? {};
  const id = name ? (namespace ? `${namespace}/${name}` : name) : urn.split("::").at(-1);
  return Promise.resolve({ id, outs: outputs(urn, inputs) });
}

/** Programs read a Helm release's status; of all other objects they read what they have written. */
function outputs(urn, inputs) {
  if (typeOf(urn) !== "kubernetes:helm.sh/v3:Release") return inputs;
  return { ...inputs, status: { status: "deployed", name: inputs.name, namespace: inputs.namespace, revision: 1 } };
}

/** What somebody else has placed is there, by the place that its id names. */
function read(id, _urn, props) {
  const [name, namespace] = id.split("/").reverse();
  return Promise.resolve({
    id,
    props: { ...props, metadata: { ...props.metadata, name, ...(namespace && { namespace }) } },
  });
}

main(
  {
    // Newer than any that an SDK asks for.
    version: "999.0.0",
    check: (_urn, _olds, news) => Promise.resolve({ inputs: news }),
    diff,
    create,
    update: (_id, urn, _olds, news) => Promise.resolve({ outs: outputs(urn, news) }),
    read,
    delete: () => Promise.resolve(),
  },
  process.argv.slice(2),
);
