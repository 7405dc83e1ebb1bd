import { z } from "zod";
import { registrations } from "../../components/host/firmware/plan";
import { intelOperatorFacts } from "../../components/host/intel/operators";
import { fillModes } from "../../components/host/intel/pccs";
import {
  certificateSources,
  selectorShapes,
  tdxAttestationProblems,
} from "../../components/host/intel/tdxAttestationPlan";
import type { HostProfile } from "../../components/host/profile";
import { hostTee } from "../../components/host/profile";
import { cidrSchema, crossCheck } from "./common";
import { httpsSchema, imageByDigest, objectNameSchema } from "./keyStores";
import { csvOf, operatorSchema } from "./openshift";

const decidedOperator = (what: keyof typeof intelOperatorFacts) => {
  const { package: name } = intelOperatorFacts[what];
  return operatorSchema
    .extend({ csv: csvOf(name) })
    .describe(`${name}, as {csv: ${name}.<version>}: as \`oc get packagemanifest ${name}\` shows it`);
};

/** Quotes of a provider's TDX hosts. */
export const intelSchema = z
  .strictObject({
    registration: z
      .enum(registrations)
      .default("in-band")
      .describe(
        "how platforms are made known to Intel: in-band, by tools or Intel's operator, which read the platform manifest; direct, by the host itself, which consumes it; the same as in the hosts' firmware plans",
      ),
    quotes: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("dcapOperator"),
          certificates: z
            .enum(certificateSources)
            .describe(
              "online: from Intel by an API key; offline: a person takes platforms' data to Intel and back; external: Secrets <node>-pck that somebody makes",
            ),
          apiKeySecret: objectNameSchema
            .optional()
            .describe("existing Secret of the operator's namespace with key api-key; with online only"),
          nodeSelectorShape: z
            .enum(selectorShapes)
            .describe(
              "how the installed TdxQuoteGenerationService writes nodeSelector: list of key=value (Intel's source), or map (coco-pattern); `kubectl explain tdxquotegenerationservice.spec.nodeSelector` says which",
            ),
          privilegedServiceAccounts: z
            .array(objectNameSchema)
            .default([])
            .describe(
              "OpenShift: service accounts of the operator's pods that may run privileged, where its bundle grants it none",
            ),
        }),
        z.strictObject({
          kind: z.literal("hostService"),
          threads: z.int().min(1).max(64).default(4).describe("quotes that a host makes at once"),
          pccsUrl: httpsSchema
            .optional()
            .describe(
              "certificate cache that hosts ask, e.g. https://pccs.example.com:8081/sgx/certification/v4/; none: certificates lie on the hosts",
            ),
        }),
      ])
      .describe(
        "who makes quotes: {kind: dcapOperator, ...}, Intel's operator, or {kind: hostService, ...}, a package of the hosts",
      ),
    pccs: z
      .strictObject({
        image: imageByDigest.describe("Intel's PCCS, built by you from its Dockerfile, by digest"),
        fill: z
          .enum(fillModes)
          .default("lazy")
          .describe(
            "lazy: asks Intel for what is missing; req: at each registration; offline: never, you bring collateral",
          ),
        credentialsSecret: objectNameSchema.describe(
          "existing Secret of namespace intel-pccs whose key local.json has ApiKey, UserTokenHash and AdminTokenHash",
        ),
        tlsSecret: objectNameSchema.describe("existing Secret of namespace intel-pccs with tls.crt and tls.key"),
        clientCidrs: z.array(cidrSchema).min(1).describe("ranges of the hosts that ask it"),
        intelCidrs: z
          .array(cidrSchema)
          .min(1)
          .optional()
          .describe("where Intel's service is reached, e.g. a proxy; default the public internet on 443"),
        storageClass: z.string().min(1).optional().describe("keeps the cache over restarts; needed with fill: offline"),
      })
      .optional()
      .describe("Intel's certificate cache in this cluster; with quotes of kind hostService"),
    operators: z
      .strictObject({ devicePlugins: decidedOperator("devicePlugins"), dcap: decidedOperator("dcap") })
      .optional()
      .describe("OpenShift: versions of Intel's operators"),
  })
  .describe("quotes of the provider's TDX hosts: registration with Intel, quote generation, certificates");

export type IntelConfig = z.infer<typeof intelSchema>;

interface WithIntel {
  readonly distribution: string;
  readonly hosts: readonly (HostProfile & {
    readonly firmware?: { readonly registration?: string | undefined } | undefined;
  })[];
  readonly intel?: IntelConfig | undefined;
}

/** The section is for hosts with TDX, says the same as their firmware plans, and has operators where OpenShift is. */
export function checkIntel({ distribution, hosts, intel }: WithIntel, ctx: z.RefinementCtx): void {
  if (!intel) return;
  const platform = distribution === "openshift" ? "openshift" : "kubernetes";
  const tdx = hosts.filter((host) => hostTee(host) === "tdx");
  if (tdx.length === 0) crossCheck(ctx, ["intel"], "is for hosts with TDX, and none of them has it; remove it");
  hosts.forEach((host, index) => {
    if (host.firmware && hostTee(host) === "tdx" && (host.firmware.registration ?? "in-band") !== intel.registration)
      crossCheck(
        ctx,
        ["hosts", index, "firmware", "registration"],
        `is not what intel.registration says (${intel.registration}); write the same in both`,
      );
  });
  const wantsOperators = platform === "openshift" && intel.quotes.kind === "dcapOperator";
  if (wantsOperators && !intel.operators)
    crossCheck(ctx, ["intel", "operators"], "is missing; write {devicePlugins: {csv: ...}, dcap: {csv: ...}}");
  if (!wantsOperators && intel.operators)
    crossCheck(ctx, ["intel", "operators"], "is for OpenShift with quotes of kind dcapOperator; remove it");
  if (
    platform === "kubernetes" &&
    intel.quotes.kind === "dcapOperator" &&
    intel.quotes.privilegedServiceAccounts.length
  )
    crossCheck(ctx, ["intel", "quotes", "privilegedServiceAccounts"], "is for OpenShift; remove it");
  for (const problem of tdxAttestationProblems(intel, platform)) {
    const at = problem.indexOf(": ");
    crossCheck(ctx, ["intel", ...problem.slice(0, at).split(".")], problem.slice(at + 2));
  }
}
