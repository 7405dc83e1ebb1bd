import type { ResourcePlugin } from "../images/kbsResource";
import { requestPath } from "../images/kbsResource";
import { canonicalJson } from "../names";
import type { AzureSnpVtpmEvidence, NodeAdmission, TdxNodeEvidence } from "./nodeAdmission";
import { claimOf, measurementClaim, nodeWindow } from "./nodeAdmission";
import { sortedList } from "./releaseBlock";

/** What the resource policy holds a token against, for one kind of node: data, no rules. Lists, where a release has one value. */
export function nodeBlock(node: NodeAdmission, plugin: ResourcePlugin): Readonly<Record<string, unknown>> {
  const { evidence, gpu, resources } = node;
  return {
    ...nodeWindow(node),
    paths: resources
      .map((path) => requestPath(plugin, path))
      .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)),
    init_data: sortedList(evidence.kind === "azureSnpVtpm" ? evidence.pcrs["08"] : evidence.mrConfigId),
    cpu: evidence.kind === "azureSnpVtpm" ? azureBlock(evidence) : tdxBlock(evidence),
    submods: ["cpu0", "gpu0"],
    gpus: 1,
    switches: 0,
    drivers: sortedList(gpu.drivers),
    vbios: sortedList(gpu.vbios),
  };
}

function azureBlock(evidence: AzureSnpVtpmEvidence) {
  return {
    tee: claimOf(evidence),
    measurements: sortedList(evidence.measurements.map(measurementClaim)),
    floor: evidence.tcb,
    pcrs: Object.fromEntries(
      Object.entries(evidence.pcrs).flatMap(([register, values]) =>
        values === undefined ? [] : [[`pcr${register}`, sortedList(values)]],
      ),
    ),
  };
}

function tdxBlock(evidence: TdxNodeEvidence) {
  const { mrTd, rtmr0, rtmr1, rtmr2, rtmr3, xfam, attributes, mrSeam } = evidence;
  return {
    tee: claimOf(evidence),
    mr_td: sortedList(mrTd),
    rtmr_1: sortedList(rtmr1),
    rtmr_2: sortedList(rtmr2),
    xfam: sortedList(xfam),
    attributes: sortedList(attributes),
    mr_seam: mrSeam ? sortedList(mrSeam) : null,
    others: {
      ...(rtmr0 && { rtmr_0: sortedList(rtmr0) }),
      ...(rtmr3 && { rtmr_3: sortedList(rtmr3) }),
    },
  };
}
