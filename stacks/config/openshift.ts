import * as semver from "semver";
import { z } from "zod";
import { openshiftFloor, openshiftHostProblems } from "../../components/openshift/hostProblems";
import { hostPools } from "../../components/openshift/machineConfigs";
import { operatorFacts } from "../../components/openshift/operators";
import type { HostProfile } from "../../components/host/profile";
import { crossCheck } from "./common";

const csvSchema = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?\.v?\d+\.\d+\.\d+[-+.a-z0-9]*$/,
    "a name with its version, e.g. sandboxed-containers-operator.v1.13.0",
  )
  .describe("version that is installed: a ClusterServiceVersion, as `oc get packagemanifest` shows it");

/** One operator: its version, and where it comes from. */
export const operatorSchema = z.strictObject({
  csv: csvSchema.optional(),
  channel: z.string().min(1).optional().describe("update channel that has the version"),
  catalog: z
    .string()
    .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, "name of a CatalogSource in openshift-marketplace")
    .optional()
    .describe("CatalogSource that has it; in a disconnected cluster the mirror's"),
});

/** OLM installs what a Subscription names and nothing else: another operator's version would be waited for until the end. */
export const csvOf = (packageName: string) =>
  csvSchema.refine((csv) => csv.startsWith(`${packageName}.`), {
    error: `is no version of the package ${packageName}; write ${packageName}.<version>, as \`oc get packagemanifest ${packageName}\` shows it`,
  });

const operatorOf = (name: "nodeFeatures" | "sandboxedContainers" | "gpu") =>
  operatorSchema.extend({ csv: csvOf(operatorFacts[name].package).optional() });

/** Confidential GPUs came to bare metal with it; what was written about its guests here is of no older one. */
const guestsFloor = "1.13.0";
const sandboxedContainers = operatorOf("sandboxedContainers").refine(
  ({ csv }) => {
    const version = semver.parse(csv?.split(".v").slice(1).join(".v"));
    return version === null || semver.gte(version, guestsFloor);
  },
  {
    path: ["csv"],
    error: `is older than ${guestsFloor}, the first with confidential GPUs on bare metal; write ${operatorFacts.sandboxedContainers.csv} or later`,
  },
);

const registry = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
    "a registry or a repository in it, without scheme and tag, e.g. registry.redhat.io",
  );

/** OpenShift on a provider's hosts: required with distribution openshift, and refused with every other. */
export const openshiftSchema = z
  .strictObject({
    version: z
      .string()
      .regex(/^4\.\d+\.\d+$/, `a full version such as ${openshiftFloor}`)
      // Refinements are asked even of what the pattern refuses.
      .refine((version) => !semver.valid(version) || semver.gte(version, openshiftFloor), {
        error: `is older than ${openshiftFloor}, the first with confidential GPUs on bare metal (sandboxed containers 1.13); write ${openshiftFloor} or later`,
      })
      .describe(`version of the cluster, ${openshiftFloor} or later`),
    pool: z
      .enum(hostPools)
      .default("worker")
      .describe("MachineConfigPool of the hosts: worker, or master on a single node and on compact clusters"),
    operators: z
      .strictObject({
        nodeFeatures: operatorOf("nodeFeatures")
          .required({ csv: true })
          .describe("Node Feature Discovery, as {csv: nfd.<version>}: no version was found published"),
        sandboxedContainers: sandboxedContainers.default({}).describe("OpenShift sandboxed containers"),
        gpu: operatorOf("gpu").default({}).describe("NVIDIA's GPU Operator, certified"),
      })
      .describe("versions of operators, as {nodeFeatures: {csv: nfd.<version>}}"),
    approvalTimeoutMinutes: z
      .int()
      .min(1)
      .max(1440)
      .default(60)
      .describe("how long an update waits for operators to be approved and installed"),
    poolTimeoutMinutes: z
      .int()
      .min(1)
      .max(1440)
      .default(90)
      .describe("how long an update waits for machines to restart with their configuration; 10 to 30 minutes each"),
    mirrors: z
      .array(
        z.strictObject({
          source: registry.describe("registry or repository that images name"),
          mirrors: z.array(registry).min(1).describe("where they are pulled from instead, and from nowhere else"),
        }),
      )
      .superRefine((mirrors, ctx) =>
        mirrors.forEach(({ source }, index) => {
          if (mirrors.findIndex((other) => other.source === source) !== index)
            crossCheck(ctx, [index, "source"], "stands twice; write all of its mirrors once");
        }),
      )
      .default([])
      .describe("disconnected clusters: registries whose images come from mirrors alone"),
  })
  .describe("OpenShift: version, pool of the hosts, operators; required with distribution: openshift");

export type OpenshiftConfig = z.infer<typeof openshiftSchema>;

interface WithOpenshift {
  readonly distribution: string;
  readonly openshift?: OpenshiftConfig | undefined;
  readonly hosts: readonly HostProfile[];
}

/** The section and the distribution say the same, and the hosts are such as one OpenShift cluster can have. */
export function checkOpenshift({ distribution, openshift, hosts }: WithOpenshift, ctx: z.RefinementCtx): void {
  if (distribution !== "openshift") {
    if (openshift)
      crossCheck(
        ctx,
        ["openshift"],
        `stands beside distribution ${distribution}; write distribution: openshift, or remove it`,
      );
    return;
  }
  if (hosts.length === 0) {
    crossCheck(
      ctx,
      ["hosts"],
      "are none, and OpenShift is prepared on hosts of your own; write them, or another distribution",
    );
    return;
  }
  if (!openshift) {
    crossCheck(ctx, ["openshift"], "is missing; write {version: …, operators: {nodeFeatures: {csv: nfd.<version>}}}");
    return;
  }
  for (const problem of openshiftHostProblems(hosts)) crossCheck(ctx, ["hosts"], `do not fit: ${problem}`);
}
