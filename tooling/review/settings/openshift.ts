import { tenants } from "../../../policies/rule";
import { another } from "./readings";
import type { Setting } from "./setting";
import { provider } from "./setting";

const hosts = { pillar: "cluster", protects: [...tenants, ...provider] } as const;

const operators = { nodeFeatures: "Node Feature Discovery", sandboxedContainers: "sandboxed containers", gpu: "GPUs" };

/** A provider's OpenShift: which versions of whose operators run privileged on its hosts. */
export const openshiftSettings: readonly Setting[] = [
  { ...hosts, path: "own.openshift.version", reading: another, changed: "another version of OpenShift on the hosts" },
  {
    ...hosts,
    path: "own.openshift.pool",
    reading: another,
    changed: "another pool of machines is configured for guests, and restarts",
  },
  ...Object.entries(operators).flatMap(([name, of]): Setting[] => [
    {
      ...hosts,
      path: `own.openshift.operators.${name}.csv`,
      reading: another,
      changed: `another version of the operator of ${of} runs on the hosts, and guests may measure otherwise`,
    },
    {
      ...hosts,
      path: `own.openshift.operators.${name}.catalog`,
      reading: another,
      changed: `the operator of ${of} comes from another catalogue, which says what its version is`,
    },
  ]),
  {
    ...hosts,
    path: "own.openshift.mirrors",
    reading: another,
    changed: "images of the hosts come from elsewhere",
  },
];
