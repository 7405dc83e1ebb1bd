import { boundDigest } from "../guest/initData";
import { timeSchema } from "../workload/release/time";
import type { AdmittedRelease } from "./admittedRelease";
import { attributeProblems } from "./firmwareProblems";
import type { NodeAdmission, NodeEvidence } from "./nodeAdmission";
import { claimOf, nodeWindow, requiredRegisters } from "./nodeAdmission";

/** Everything by which nodes would be let in without evidence, or for somebody else's keys, as sentences. */
export function nodesProblems(nodes: readonly NodeAdmission[], admitted: readonly AdmittedRelease[]): string[] {
  const subjects = [...nodes, ...admitted.map(({ release }) => release)];
  return [
    ...nodes.flatMap((node) => problemsOf(node).map((problem) => `node ${node.name}: ${problem}`)),
    ...sharedNames(nodes),
    ...sharedKeys(nodes, admitted),
    ...lookalikes(nodes),
    ...guestsAlike(nodes, admitted),
    ...(nodes.some(({ simulated }) => subjects.some((other) => other.simulated !== simulated))
      ? ["simulated nodes or releases stand beside real ones, so made-up values would open a real key broker"]
      : []),
  ];
}

/** The longest that accepted values may stand without somebody looking at them again. */
const longestDays = 366;

function problemsOf(node: NodeAdmission): string[] {
  const { evidence, gpu, resources, validity } = node;
  const problems = evidence.kind === "azureSnpVtpm" ? azureProblems(evidence) : tdxProblems(evidence);
  if (resources.length === 0) problems.push("it names no keys; give at least one");
  if (gpu.drivers.length === 0 || gpu.vbios.length === 0)
    problems.push("it accepts no GPU driver or no VBIOS, so no GPU would do; list what its nodes have");
  const malformed = Object.values(validity).filter((time) => !timeSchema.safeParse(time).success);
  for (const time of malformed) problems.push(`"${time}" is no point in time; write for example 2028-01-01T00:00:00Z`);
  const { from, until } = nodeWindow(node);
  if (malformed.length === 0 && !(from < until))
    problems.push(
      `it would never be given a key: it is valid from ${validity.notBefore}, and ends ${validity.notAfter}`,
    );
  if (until - from > longestDays * 86_400)
    problems.push(
      `it is valid for more than a year (${validity.notBefore} to ${validity.notAfter}), and node images change within weeks; name an earlier end`,
    );
  return problems;
}

const isZero = (hex: string) => /^0+$/.test(hex);

function listProblems(lists: Readonly<Record<string, readonly string[] | undefined>>): string[] {
  return Object.entries(lists).flatMap(([name, list]) =>
    list?.length === 0 ? [`${name} is an empty list, so no node would do; list what its nodes report`] : [],
  );
}

function zeroProblems(lists: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(lists).flatMap(([name, list]) =>
    list.some(isZero) ? [`${name} has a value of all zeros, which is nothing measured; observe it on a node`] : [],
  );
}

function azureProblems({ measurements, pcrs, tcb }: Extract<NodeEvidence, { kind: "azureSnpVtpm" }>): string[] {
  const named: Readonly<Record<string, readonly string[] | undefined>> = pcrs;
  const missing = requiredRegisters.filter((register) => named[register] === undefined);
  const lists = Object.fromEntries(Object.entries(named).map(([register, list]) => [`pcrs.${register}`, list]));
  return [
    ...missing.map((register) => `pcrs.${register} is missing, without which the others prove nothing; observe it`),
    ...listProblems({ measurements, ...lists }),
    ...zeroProblems({ measurements, "pcrs.04": named["04"] ?? [] }),
    ...(named["09"]?.some(isZero) && named["11"]?.some(isZero)
      ? ["pcrs.09 and pcrs.11 both accept zeros, so any kernel would do; observe them on a node"]
      : []),
    ...(Object.values(tcb).every((version) => version === 0)
      ? ["its oldest firmware is 0 in every part, so that hosts with any known hole would pass; set tcb"]
      : []),
  ];
}

function tdxProblems(evidence: Extract<NodeEvidence, { kind: "tdx" }>): string[] {
  const { mrTd, rtmr0, rtmr1, rtmr2, rtmr3, xfam, attributes, mrSeam, mrConfigId } = evidence;
  return [
    ...listProblems({ mrTd, rtmr0, rtmr1, rtmr2, rtmr3, xfam, attributes, mrSeam, mrConfigId }),
    ...zeroProblems({ mrTd, rtmr1, rtmr2 }),
    ...attributeProblems(attributes),
  ];
}

function sharedNames(nodes: readonly NodeAdmission[]): string[] {
  const names = nodes.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `node ${name} stands twice; give each kind of node its own name`,
  );
}

/** One key, one release or one kind of node: a node gives less, and its keys are no pod's. */
function sharedKeys(nodes: readonly NodeAdmission[], admitted: readonly AdmittedRelease[]): string[] {
  const owners = new Map<string, string>();
  for (const { release } of admitted) for (const path of release.resources) owners.set(path, `release ${release.name}`);
  return nodes.flatMap(({ name, resources }) =>
    [...new Set(resources)].flatMap((path) => {
      const owner = owners.get(path);
      owners.set(path, `node ${name}`);
      return owner !== undefined && owner !== `node ${name}`
        ? [`resource ${path} belongs to ${owner} and to node ${name}; one key, one release or one kind of node`]
        : [];
    }),
  );
}

/** What a node of this kind proves, list by list. Firmware is a floor and a GPU's driver anybody's choice: neither tells kinds apart. */
function proofOf({ evidence }: NodeAdmission): Readonly<Record<string, readonly string[] | undefined>> {
  if (evidence.kind === "azureSnpVtpm") return { measurements: evidence.measurements, ...evidence.pcrs };
  const { mrTd, rtmr0, rtmr1, rtmr2, rtmr3, mrConfigId } = evidence;
  return { mrTd, rtmr0, rtmr1, rtmr2, rtmr3, mrConfigId };
}

function lookalikes(nodes: readonly NodeAdmission[]): string[] {
  return nodes.flatMap((node, index) =>
    nodes
      .slice(index + 1)
      .flatMap((other) =>
        node.name !== other.name && alike(node, other)
          ? [
              `nodes ${node.name} and ${other.name} accept the same evidence, so a node of the one could take the other's keys; make them one, ` +
                "or pin a register in which they differ",
            ]
          : [],
      ),
  );
}

function alike(one: NodeAdmission, other: NodeAdmission): boolean {
  if (claimOf(one.evidence) !== claimOf(other.evidence)) return false;
  const [a, b] = [nodeWindow(one), nodeWindow(other)];
  if (a.until <= b.from || b.until <= a.from) return false;
  const theirs = proofOf(other);
  // Where one of the two compares nothing, it tells nothing apart.
  return Object.entries(proofOf(one)).every(([part, accepted]) => {
    const others = theirs[part];
    return accepted === undefined || others === undefined || accepted.some((value) => others.includes(value));
  });
}

/** MRCONFIGID is what tells a node from a guest of a TDX release. */
function guestsAlike(nodes: readonly NodeAdmission[], admitted: readonly AdmittedRelease[]): string[] {
  return nodes.flatMap(({ name, evidence }) =>
    evidence.kind !== "tdx"
      ? []
      : admitted.flatMap(({ release }) =>
          release.tee === "tdx" && evidence.mrConfigId.includes(boundDigest("tdx", release.initData.digest))
            ? [
                `node ${name} accepts the init-data of release ${release.name} as its mrConfigId; write what its nodes report`,
              ]
            : [],
        ),
  );
}
