import { isNothing, isTree } from "./tree";

/**
 * What an API server writes into fields that nobody set, by the field's name: such a value beside ours is none of
 * anybody's doing. Read from the defaulting functions of Kubernetes v1.36.3 (pkg/apis/{core,apps,networking,
 * admissionregistration,policy,rbac}/v1/defaults.go,
 * apiextensions-apiserver pkg/apis/apiextensions/v1/defaults.go); a value that is not here counts as somebody's.
 */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
  allocateLoadBalancerNodePorts: [true],
  apiGroup: ["rbac.authorization.k8s.io", ""],
  apiVersion: ["v1"],
  defaultMode: [420],
  dnsPolicy: ["ClusterFirst"],
  failurePolicy: ["Fail"],
  failureThreshold: [3],
  imagePullPolicy: ["IfNotPresent"],
  internalTrafficPolicy: ["Cluster"],
  ipFamilyPolicy: ["SingleStack"],
  matchPolicy: ["Equivalent"],
  maxSurge: ["25%", 0],
  maxUnavailable: ["25%", 1],
  periodSeconds: [10],
  podManagementPolicy: ["OrderedReady"],
  progressDeadlineSeconds: [600],
  protocol: ["TCP"],
  replicas: [1],
  restartPolicy: ["Always"],
  revisionHistoryLimit: [10],
  schedulerName: ["default-scheduler"],
  scheme: ["HTTP"],
  scope: ["*"],
  sessionAffinity: ["None"],
  strategy: ["None"],
  successThreshold: [1],
  terminationGracePeriodSeconds: [30],
  terminationMessagePath: ["/dev/termination-log"],
  terminationMessagePolicy: ["File"],
  timeoutSeconds: [1],
  // Of a rolling update alone: another strategy is a choice.
  type: ["ClusterIP", "Opaque", "RollingUpdate", "", "Container"],
};

/** Whether a field that nobody set would read like this. */
export function isDefault(field: string, value: unknown): boolean {
  if (isNothing(value, field) || (field === "objectSelector" && isNothing(value))) return true;
  if (Array.isArray(value)) return false;
  if (isTree(value)) {
    const entries = Object.entries(value);
    return entries.length > 0 && entries.every(([key, item]) => isDefault(key, item));
  }
  return defaults[field]?.includes(value) ?? false;
}

/** What controllers of a cluster write on objects, whose ever they are; by a pattern over label and annotation keys. */
const writtenByControllers: readonly RegExp[] = [
  /^kubernetes\.io\/metadata\.name$/,
  /^deployment\.kubernetes\.io\//,
  /^deprecated\.daemonset\.template\.generation$/,
  // Ranges of user ids and SELinux labels that OpenShift gives each namespace.
  /^openshift\.io\/sa\.scc\./,
  /^security\.openshift\.io\/MinimallySufficientPodSecurityStandard$/,
  // What Helm marks as its own.
  /^meta\.helm\.sh\//,
];

export function isWrittenByController(key: string): boolean {
  return writtenByControllers.some((pattern) => pattern.test(key));
}
