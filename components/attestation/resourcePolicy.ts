import type { ResourcePlugin } from "../images/kbsResource";
import { canonicalJson } from "../names";
import { requireEvidence } from "./acceptedEvidence";
import type { EvidenceOptions } from "./acceptedEvidence";
import type { AdmittedRelease } from "./admittedRelease";
import { keyWindow, releaseId, sortedReleases } from "./admittedRelease";
import type { NodeAdmission } from "./nodeAdmission";
import { kindsOf, nodeWindow, sortedNodes } from "./nodeAdmission";
import { nodeBlock } from "./nodeBlock";
import { intelResourceRules } from "./intelResourceRules";
import { releaseBlock } from "./releaseBlock";
import { resourcePolicyRules } from "./resourcePolicyRules";
import { spreadThem, TooManyReleases } from "./tooManyReleases";

/**
 * Whether the key broker hands out a resource: the trust boundary between releases. Each release has a block of data of
 * its own, and one set of rules holds a token against one block as a whole; nothing of one release can satisfy another.
 * Kinds of nodes have blocks and rules of their own, which nothing of a release satisfies, nor the other way round.
 *
 * `input` is the verified attestation token, `data` the request (plugin, resource-path, query): kbs/src/api_server.rs of
 * Trustee v0.21.0. Only `data.policy.allow == true` lets a request pass, for every plugin.
 *
 * Tokens are not verbose (`verbose_token = false`), since with eight GPUs they would outgrow what the key broker takes
 * as a request's head. All that the setting takes out of a token is `runtime_data_claims.additional-evidence`, the
 * devices' raw evidence (attestation-service/src/ear_token/broker.rs, transform_claims); every claim that is read here
 * stays.
 *
 * This is also where validity and rollover are enforced: the reference value provider stores an expiration and never
 * compares it (rvps/src/lib.rs), and a policy that is only replaced in time depends on somebody replacing it. The time
 * is the token's `iat`, signed by the attestation service; a token lives five minutes, so keys may go out that much
 * later.
 */
export function resourcePolicy(
  admitted: readonly AdmittedRelease[],
  options: EvidenceOptions,
  nodes: readonly NodeAdmission[] = [],
  plugin: ResourcePlugin = "resource",
): string {
  requireEvidence(admitted, options, nodes);
  const sorted = sortedReleases(admitted);
  const from = nodes.length === 0 ? "releases" : admitted.length === 0 ? "nodes" : "releases and nodes";
  const text = [
    `# Made by Trustfoundry from ${from}. Do not edit: the key broker refuses to start when it differs.`,
    ...(sorted.some(({ release }) => release.simulated) || nodes.some(({ simulated }) => simulated)
      ? ["# SIMULATED: the measurements below are made up; no TEE is involved and no key is released."]
      : []),
    options.intelPolicyIds
      ? intelResourceRules(options.intelPolicyIds, options, plugin)
      : resourcePolicyRules(options, { releases: admitted.length > 0, nodes: kindsOf(nodes) }, plugin),
    ...(sorted.length > 0
      ? [`releases := {\n${sorted.map((release) => releaseEntry(release, options, plugin)).join(",\n")},\n}\n`]
      : []),
    ...(nodes.length > 0
      ? [
          `nodes := {\n${sortedNodes(nodes)
            .map((node) => nodeEntry(node, plugin))
            .join(",\n")},\n}\n`,
        ]
      : []),
  ].join("\n");
  requireLoadable(text);
  return text;
}

function releaseEntry(admitted: AdmittedRelease, { intelPolicyIds }: EvidenceOptions, plugin: ResourcePlugin): string {
  const { release } = admitted;
  const { from, until } = keyWindow(admitted);
  const comment = `version ${ascii(release.modelVersion)}, image ${ascii(release.image.digest)}, keys from ${day(from)} until ${day(until)}`;
  const { submods, ...block } = releaseBlock(admitted, plugin);
  // Intel's tokens have no parts of these names.
  return renderBlock(comment, releaseId(release), intelPolicyIds ? block : { ...block, submods });
}

function nodeEntry(node: NodeAdmission, plugin: ResourcePlugin): string {
  const { from, until } = nodeWindow(node);
  return renderBlock(`node of a cloud, keys from ${day(from)} until ${day(until)}`, node.name, nodeBlock(node, plugin));
}

/** Names and versions are free text: as JSON strings they cannot leave their comment or key. */
function renderBlock(comment: string, id: string, block: Readonly<Record<string, unknown>>): string {
  const fields = Object.keys(block)
    .sort()
    .map((key) => `\t\t${JSON.stringify(key)}: ${fit(block[key])},`);
  return [`\t# ${comment}`, `\t${ascii(id)}: {`, ...fields, "\t}"].join("\n");
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** One line where it fits the engine's limit, many lines otherwise. */
function fit(value: unknown): string {
  const line = ascii(value);
  return line.length < 900 ? line : ascii(value, 2);
}

/** JSON with sorted keys and without a character that a screen, or an engine, could take for a line's end. */
function ascii(value: unknown, indent?: number): string {
  return JSON.stringify(JSON.parse(canonicalJson(value)), requireUnicode, indent).replace(
    /[^\n\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Half a surrogate pair survives no engine's JSON, so the whole policy would not load. */
function requireUnicode(_: string, value: unknown): unknown {
  if (typeof value === "string" && Buffer.from(value).toString() !== value)
    throw new Error(`resource policy: ${JSON.stringify(value)} is no valid Unicode; write it again`);
  return value;
}

/** What regorus 0.10, the engine of Trustee v0.21.0, takes by default: 1,024 columns, 20,000 lines, 1 MiB. */
const engineLimits = { columns: 1024, lines: 20_000, bytes: 1024 * 1024 };

function requireLoadable(text: string): void {
  const lines = text.split("\n");
  const longest = Math.max(...lines.map((line) => line.length));
  if (longest >= engineLimits.columns)
    throw new Error(
      `resource policy: a line is ${longest} characters long and the policy engine takes ${engineLimits.columns - 1}, so shorten the longest name or version`,
    );
  if (lines.length > engineLimits.lines || text.length > engineLimits.bytes)
    throw new TooManyReleases(
      `resource policy: ${lines.length} lines and ${text.length} bytes; the policy engine takes ${engineLimits.lines} lines and ` +
        `${engineLimits.bytes} bytes, ${spreadThem}`,
    );
}
