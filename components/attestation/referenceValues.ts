import { canonicalJson } from "../names";
import type { Release } from "../workload/release";
import { requireEvidence } from "./acceptedEvidence";
import type { EvidenceOptions } from "./acceptedEvidence";
import type { AdmittedRelease, Notice } from "./admittedRelease";
import type { AzureSnpVtpmEvidence, NodeAdmission, TdxNodeEvidence } from "./nodeAdmission";
import { measurementClaim } from "./nodeAdmission";
import { sortedList } from "./releaseBlock";

/**
 * The reference values that our attestation policies ask for, and what each is a list of. Every one is a list, as the
 * policies look claims up in it; a scalar in its place would make the rule silently undefined. The policies name a value
 * through this table only, so neither a name nor a kind can be mistaken.
 *
 * The names are those of Trustee's own policies, and of registers that those leave out made alike. Firmware of SEV-SNP
 * differs: ours are the oldest versions accepted, which its policies would take for the only ones.
 */
export const referenceValueKinds = {
  snp_launch_measurement: "text",
  snp_bootloader: "version",
  snp_tee_svn: "version",
  snp_snp_svn: "version",
  snp_microcode: "version",
  mr_td: "text",
  rtmr_1: "text",
  rtmr_2: "text",
  xfam: "text",
  td_attributes: "text",
  allowed_driver_versions: "text",
  allowed_vbios_versions: "text",
  allowed_switch_bios_versions: "text",
  // Of Azure's nodes: the paravisor's launch digest in base64, its virtual TPM's registers, firmware.
  measurement: "text",
  snp_pcr04: "text",
  snp_pcr08: "text",
  snp_pcr09: "text",
  snp_pcr11: "text",
  snp_pcr12: "text",
  tcb_bootloader: "version",
  tcb_microcode: "version",
  tcb_snp: "version",
  tcb_tee: "version",
} as const;

type Kinds = typeof referenceValueKinds;

/** Names of values of a kind: what a claim is one of, or is not older than. */
export type ReferenceValueName<Kind extends "text" | "version" = "text" | "version"> = {
  [Name in keyof Kinds]: Kinds[Name] extends Kind ? Name : never;
}[keyof Kinds];

export type ReferenceValues = {
  readonly [Name in keyof Kinds]?: readonly (Kinds[Name] extends "text" ? string : number)[];
};

/**
 * From releases, former ones included, and kinds of nodes. These lists are global: a first filter, since any release's
 * measurement passes for any other. The resource policy holds each release, and each kind of node, to its own.
 */
export function referenceValues(
  admitted: readonly AdmittedRelease[],
  options: EvidenceOptions,
  nodes: readonly NodeAdmission[] = [],
): ReferenceValues {
  requireEvidence(admitted, options, nodes);
  const releases = admitted.map(({ release }) => release);
  const every = <T extends string | number>(values: (release: Release) => readonly (T | undefined)[] | undefined) =>
    releases.flatMap((release) => values(release) ?? []).filter((value) => value !== undefined);
  const azure = nodes.flatMap(({ evidence }) => (evidence.kind === "azureSnpVtpm" ? [evidence] : []));
  const ofAzure = <T extends string | number>(values: (evidence: AzureSnpVtpmEvidence) => readonly T[]) =>
    azure.flatMap(values);
  const tdx = nodes.flatMap(({ evidence }) => (evidence.kind === "tdx" ? [evidence] : []));
  const ofTdx = (values: (evidence: TdxNodeEvidence) => readonly string[]) => tdx.flatMap(values);
  const values: Required<ReferenceValues> = {
    snp_launch_measurement: every(({ launch }) => [launch.snp?.measurement]),
    snp_bootloader: every(({ tcb }) => [tcb.snp?.bootloader]),
    snp_tee_svn: every(({ tcb }) => [tcb.snp?.tee]),
    snp_snp_svn: every(({ tcb }) => [tcb.snp?.snp]),
    snp_microcode: every(({ tcb }) => [tcb.snp?.microcode]),
    mr_td: [...every(({ launch }) => [launch.tdx?.mrTd]), ...ofTdx(({ mrTd }) => mrTd)],
    rtmr_1: [...every(({ launch }) => [launch.tdx?.rtmr1]), ...ofTdx(({ rtmr1 }) => rtmr1)],
    rtmr_2: [...every(({ launch }) => [launch.tdx?.rtmr2]), ...ofTdx(({ rtmr2 }) => rtmr2)],
    xfam: [...every(({ tcb }) => tcb.tdx?.xfam), ...ofTdx(({ xfam }) => xfam)],
    td_attributes: [...every(({ tcb }) => tcb.tdx?.attributes), ...ofTdx(({ attributes }) => attributes)],
    allowed_driver_versions: [
      ...every(({ gpuClaims }) => gpuClaims.drivers),
      ...nodes.flatMap(({ gpu }) => gpu.drivers),
    ],
    allowed_vbios_versions: [...every(({ gpuClaims }) => gpuClaims.vbios), ...nodes.flatMap(({ gpu }) => gpu.vbios)],
    allowed_switch_bios_versions: every(({ gpu, gpuClaims }) => (gpu.nvSwitches > 0 ? gpuClaims.switchBios : [])),
    measurement: ofAzure(({ measurements }) => measurements.map(measurementClaim)),
    snp_pcr04: ofAzure(({ pcrs }) => pcrs["04"]),
    snp_pcr08: ofAzure(({ pcrs }) => pcrs["08"]),
    snp_pcr09: ofAzure(({ pcrs }) => pcrs["09"]),
    snp_pcr11: ofAzure(({ pcrs }) => pcrs["11"]),
    snp_pcr12: ofAzure(({ pcrs }) => pcrs["12"]),
    tcb_bootloader: ofAzure(({ tcb }) => [tcb.bootloader]),
    tcb_microcode: ofAzure(({ tcb }) => [tcb.microcode]),
    tcb_snp: ofAzure(({ tcb }) => [tcb.snp]),
    tcb_tee: ofAzure(({ tcb }) => [tcb.tee]),
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, list]) =>
      list.length > 0 ? [[name, sortedList<string | number>(list)]] : [],
    ),
  );
}

/**
 * The values as the reference value provider stores them in files, one record a name: rvps/src/reference_value.rs of
 * Trustee v0.21.0. `expiration` comes from the configuration, not from a clock. The provider stores it and never
 * compares it (rvps/src/lib.rs, query_reference_value), so it enforces nothing: it is there for people and for our own
 * checks. What ends a release is its block in the resource policy.
 */
export function referenceValueRecords(values: ReferenceValues, expiration: string): Record<string, string> {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(expiration) || Number.isNaN(Date.parse(expiration)))
    throw new Error(`reference values: "${expiration}" is no point in time; write for example 2028-01-01T00:00:00Z`);
  const records = entriesOf(values).map(([name, value]): [string, string] => [
    name,
    canonicalJson({ version: "0.1.0", name, expiration, value }),
  ]);
  return Object.fromEntries(records);
}

/**
 * The same records in the one file of Trustee's storage `LocalJson`, which is the ConfigMap entry that the Trustee
 * operator mounts (`kbsRvpsRefValuesConfigMapName`): a table from name to record, each record as URL-safe base64 with its
 * padding (deps/key-value-storage/src/local_json/mod.rs of v0.21.0; the operator's own tests/e2e). Older versions had
 * the records in plain JSON, as the operator's samples still show; v0.21.0 reads no such table.
 */
export function operatorReferenceValues(
  values: ReferenceValues,
  expiration: string,
): { readonly reference_value: string } {
  const table = Object.entries(referenceValueRecords(values, expiration)).map(([name, record]) => [
    name,
    Buffer.from(record).toString("base64").replaceAll("+", "-").replaceAll("/", "_"),
  ]);
  return { reference_value: canonicalJson(Object.fromEntries(table)) };
}

/**
 * The values as one message to the provider's register call, or to the key broker's /reference-value (rvps/src/lib.rs,
 * Message). A register call replaces a name's whole list, so the message always carries all. The provider lets such
 * values expire a year after it got them, and takes them from anybody who reaches it.
 */
export function referenceValueMessage(values: ReferenceValues): string {
  const payload = Buffer.from(canonicalJson(Object.fromEntries(entriesOf(values)))).toString("base64");
  return canonicalJson({ version: "0.1.0", type: "sample", payload });
}

function entriesOf(values: ReferenceValues): [string, readonly (string | number)[]][] {
  const kinds: Readonly<Record<string, string | undefined>> = referenceValueKinds;
  return Object.entries<readonly (string | number)[] | undefined>({ ...values })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, list]) => {
      if (list === undefined) return [];
      const type = kinds[name] === "version" ? "number" : "string";
      if (!kinds[name] || !Array.isArray(list) || list.some((value) => typeof value !== type))
        throw new Error(`reference values: ${name} has to be a list of ${type}s that a policy asks for; correct it`);
      if (list.length === 0)
        throw new Error(`reference values: ${name} is empty, so nothing could be attested; give at least one value`);
      return [[name, list]];
    });
}

/** How long before their expiry reference values are asked to be renewed, in days. */
const noticeDays = 30;

/**
 * What is to be said of the day that reference values were meant to hold until. Trustee keeps it and never looks at it,
 * so whoever wants firmware lists to be looked over now and then has to hear of it here.
 */
export function expiryNotice(expiration: string, now: Date): Notice | undefined {
  const days = Math.floor((Date.parse(expiration) - now.getTime()) / 86_400_000);
  if (days >= noticeDays) return undefined;
  const remedy = "look the accepted firmware versions over and set a later day";
  return days < 0
    ? { expired: true, text: `reference values were meant to hold until ${expiration}; ${remedy}` }
    : { expired: false, text: `reference values hold for ${days} more days, until ${expiration}; ${remedy}` };
}
