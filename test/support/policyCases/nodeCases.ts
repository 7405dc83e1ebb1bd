import type { NodeAdmission } from "../../../components/attestation/nodeAdmission";
import { measurementClaim } from "../../../components/attestation/nodeAdmission";
import type { Token } from "../ear";
import { sampleUeid } from "../evidence";
import { withValue } from "../factory";
import { azureEvidence, genuineNodeToken } from "../nodes";
import type { Deviation } from "./deviations";
import { copyOf, of, ofAnyPart, ofRemoteGpu, ofTdxGuest } from "./deviations";
import type { SettingName } from "./guests";
import { aks, gke, settings, snp, tdx } from "./guests";
import type { Path } from "./paths";
import { cpu, device } from "./paths";
import type { ResourceCase } from "./resourceCase";
import { first, requestFor, tokenOf } from "./resourceCase";

const azureClaim = (...path: Path) => device("cpu0", "az-snp-vtpm", ...path);
const pcr = (register: string) => azureClaim("tpm", `pcr${register}`);
const wrong = "9".repeat(64);
const key = ({ resources }: NodeAdmission) => resources[0] ?? "";
const seconds = (time: string) => Date.parse(time) / 1000;

function ofAnyNode({ validity }: NodeAdmission): Deviation[] {
  return [
    of("a node before its values are valid", ["iat"], seconds(validity.notBefore) - 1),
    of("a time as text, which is more than any number", ["iat"], validity.notBefore),
    of("a node whose values nobody looked at again", ["iat"], seconds(validity.notAfter)),
    ...ofAnyPart,
    of("a second GPU", ["submods", "gpu1"], copyOf("gpu0")),
    of("no evidence of init-data's place", device("cpu0", "init_data"), undefined),
    of("a GPU outside of the TEE: CC mode off, so none attests", ["submods", "gpu0"], undefined),
    of("a GPU in another's place", ["submods", "gpu0"], copyOf("cpu0")),
  ];
}

/** One PCR each, so that none is compared for nothing. */
const ofAzureNode: readonly Deviation[] = [
  of("another paravisor", azureClaim("measurement"), measurementClaim("99".repeat(48))),
  of("a paravisor that was not measured", azureClaim("measurement"), undefined),
  of("a measurement in hex, as of SNP", azureClaim("measurement"), azureEvidence.measurements[0]),
  of("a measurement among others", azureClaim("measurement"), azureEvidence.measurements.map(measurementClaim)),
  ...["03", "04", "08", "09", "11", "12"].flatMap((register) => [
    of(`another value of register ${register}`, pcr(register), wrong),
    of(`register ${register} not quoted`, pcr(register), undefined),
    of(`register ${register} of no value`, pcr(register), null),
  ]),
  of("registers among others", pcr("04"), azureEvidence.pcrs["04"]),
  of("a quote of fewer registers, moved into the places of others", azureClaim("tpm"), movedUp),
  of("a register that is not compared left out of the quote", pcr("23"), undefined),
  of("a register more than a TPM has", pcr("24"), wrong),
  of("the register that anybody can reset in use", pcr("16"), wrong),
  ...["17", "18", "19", "20", "21", "22"].map((register) =>
    of(`another register in the place of ${register}`, pcr(register), "0".repeat(64)),
  ),
  of("no registers", azureClaim("tpm"), undefined),
  of("registers as a list", azureClaim("tpm"), []),
  of("init-data of a peer pod", device("cpu0", "init_data"), wrong),
  of("a machine that its host may debug", azureClaim("policy_debug_allowed"), "true"),
  of("debugging denied by something else than the text", azureClaim("policy_debug_allowed"), false),
  of("a machine of which debugging is unknown", azureClaim("policy_debug_allowed"), undefined),
  of("a machine that a migration agent may copy", azureClaim("policy_migrate_ma"), "true"),
  of("a machine of which migration is unknown", azureClaim("policy_migrate_ma"), undefined),
  ...Object.entries(azureEvidence.tcb).flatMap(([part, floor]) => {
    const claim = azureClaim(`reported_tcb_${part}`);
    return [
      of(`${part} firmware rolled back to a version with known holes`, claim, String(floor - 1)),
      of(`${part} firmware that is not reported`, claim, undefined),
      of(`${part} firmware that is no number`, claim, `${floor}9999`),
      of(`${part} firmware as a number, which this verifier writes none of`, claim, floor + 1),
      of(`${part} firmware with a word beside it`, claim, `${floor} or so`),
    ];
  }),
  of("a shorter text that sorts behind a longer one", azureClaim("reported_tcb_microcode"), "99"),
  of("evidence of SNP in its place", device("cpu0"), ofSnp),
  of("evidence of Azure's TDX machines in its place", device("cpu0"), renamed("az-tdx-vtpm")),
  of("evidence of a bare TPM in its place", device("cpu0"), renamed("tpm")),
];

/** What of a release's TDX guest is no deviation of a node: its registers are others, its init-data all zeros. */
const ofGoogleNode: readonly Deviation[] = [
  ...ofTdxGuest.filter(({ threat }) => !/cut to the size/.test(threat)),
  of("another configuration of the firmware", device("cpu0", "tdx", "quote", "body", "rtmr_0"), "9".repeat(96)),
  of(
    "a configuration of the firmware that is not reported",
    device("cpu0", "tdx", "quote", "body", "rtmr_0"),
    undefined,
  ),
  of("init-data, as of a pod's guest", device("cpu0", "init_data"), "e".repeat(96)),
  of("the init-data of a release's guest", device("cpu0", "init_data"), `${tdx.initData.digest}${"0".repeat(32)}`),
];

function movedUp({ submods }: Token): unknown {
  const claims = submods.cpu0?.["ear.veraison.annotated-evidence"]["az-snp-vtpm"] as { tpm: Record<string, string> };
  return Object.fromEntries(Object.entries(claims.tpm).slice(0, 13));
}

function ofSnp(): unknown {
  return tokenOf("clouds", snp).submods.cpu0?.["ear.veraison.annotated-evidence"];
}

function renamed(kind: string): (token: Token) => unknown {
  return ({ submods }) => {
    const { "az-snp-vtpm": claims, ...rest } = submods.cpu0?.["ear.veraison.annotated-evidence"] ?? {};
    return { ...rest, [kind]: claims };
  };
}

function around(setting: SettingName, node: NodeAdmission, kind: string, deviations: readonly Deviation[]) {
  const token = genuineNodeToken(node, settings[setting].options);
  const about = { setting, request: requestFor(key(node)) };
  return [
    { ...about, title: `${kind}: a genuine node gets its key`, token, allowed: true },
    ...deviations.map(({ threat, path, value }): ResourceCase => {
      const changed: unknown = typeof value === "function" ? (value as (token: Token) => unknown)(token) : value;
      return { ...about, title: `${kind}: ${threat}`, token: withValue(token, path, changed), allowed: false };
    }),
  ];
}

const accepted: readonly ResourceCase[] = (
  [
    ["the next image's boot program", pcr("04"), "b4".repeat(32)],
    ["the next image's initrd", pcr("09"), "b9".repeat(32)],
    ["the next paravisor", azureClaim("measurement"), measurementClaim("c2".repeat(48))],
    ["newer microcode", azureClaim("reported_tcb_microcode"), "255"],
    ["a register that nobody pins", pcr("10"), wrong],
  ] satisfies [string, Path, string][]
).map(([what, path, value]) => ({
  title: `Azure's node: ${what} is as good`,
  setting: "clouds",
  token: withValue(genuineNodeToken(aks, settings.clouds.options), path, value),
  request: requestFor(key(aks)),
  allowed: true,
}));

const node = (which: NodeAdmission) => genuineNodeToken(which, settings.clouds.options);
const inNode = (path: Path, value: unknown) => withValue(node(aks), path, value);

/** Who may have whose keys: a release's guest none of a node's, a node none of a release's nor of another node's. */
const crossed: readonly ResourceCase[] = (
  [
    ["a node its other key", node(aks), "acme/node-key/adapter", true],
    ["a release's guest beside nodes its key", tokenOf("clouds", snp), first(snp), true],
    ["a release's TDX guest beside nodes its key", tokenOf("clouds", tdx), first(tdx), true],
    ["a node a release's key", node(aks), first(snp), false],
    ["a TDX node a TDX release's key", node(gke), first(tdx), false],
    ["a node another node's key", node(aks), key(gke), false],
    ["the other node the one's key", node(gke), key(aks), false],
    ["a release's guest a node's key", tokenOf("clouds", snp), key(aks), false],
    ["a TDX release's guest a TDX node's key", tokenOf("clouds", tdx), key(gke), false],
    ["a node a key that nobody names", node(aks), "acme/node-key/other", false],
    ["a release's CPU with a node's GPU", inNode(cpu(), tokenOf("clouds", snp).submods.cpu0), key(aks), false],
    ["another node's CPU with this one's GPU", inNode(cpu(), node(gke).submods.cpu0), key(aks), false],
    [
      "a release's GPU with a node's CPU",
      inNode(["submods", "gpu0"], tokenOf("clouds", snp).submods.gpu0),
      key(aks),
      false,
    ],
    [
      "a node with evidence of a release's guest beside its own",
      inNode(device("cpu0", "snp"), snpClaims()),
      first(snp),
      false,
    ],
  ] satisfies [string, unknown, string, boolean][]
).map(([what, token, path, allowed]) => ({
  title: `crossed: ${allowed ? "gives" : "does not give"} ${what}`,
  setting: "clouds",
  token,
  request: requestFor(path),
  allowed,
}));

function snpClaims(): unknown {
  return tokenOf("clouds", snp).submods.cpu0?.["ear.veraison.annotated-evidence"].snp;
}

const requests: readonly ResourceCase[] = (
  [
    ["by another plugin", { plugin: "pkcs11" }],
    ["with a query", { query: { version: "1" } }],
    ["of another path that starts alike", { "resource-path": [...key(aks).split("/"), "more"] }],
  ] as const
).map(([what, changes]) => ({
  title: `Azure's node asks for its key ${what}`,
  setting: "clouds",
  token: node(aks),
  request: requestFor(key(aks), changes),
  allowed: false,
}));

const notMine: readonly ResourceCase[] = [
  {
    title: "no node is admitted where only releases are",
    setting: "remote",
    token: node(aks),
    request: requestFor(first(snp)),
    allowed: false,
  },
  {
    title: "no release's guest is admitted where only nodes are",
    setting: "nodesOnly",
    token: tokenOf("local", snp),
    request: requestFor(key(aks)),
    allowed: false,
  },
];

export const nodeCases: readonly ResourceCase[] = [
  ...around("clouds", aks, "Azure's node", [...ofAnyNode(aks), ...ofAzureNode, ...ofRemoteGpu("gpu0")]),
  ...around("clouds", gke, "Google's node", [...ofAnyNode(gke), ...ofGoogleNode, ...ofRemoteGpu("gpu0")]),
  ...around("nodesOnly", aks, "Azure's node, judged in Trustee", [...ofAnyNode(aks), ...ofAzureNode]),
  ...around("knownNodes", gke, "Google's node, known devices only", [
    of("a CPU that the owner does not know", device("cpu0", "tdx", "platform_provider_id"), "c7".repeat(16)),
    of("a GPU that the owner does not know", device("gpu0", "nvidia", "ueid"), sampleUeid(5)),
  ]),
  ...accepted,
  ...crossed,
  ...requests,
  ...notMine,
];
