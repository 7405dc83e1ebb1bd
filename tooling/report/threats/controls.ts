import { tokens } from "../../../components/tokens";
import type { ClaimId } from "../../../components/verdict/claims";
import type { Pillar } from "../../../policies/rule";
import { file, nvidiaDocs, repositories } from "../../../policies/sources";
import type { Source } from "../../../policies/sources";
import { has } from "../facts";
import { unique } from "../../review/text";
import type { Standing, Subject } from "./standings";
import {
  absent,
  unknown,
  when,
  noTrust,
  pinned,
  ofRelease,
  both,
  ofBroker,
  gated,
  ofInfrastructure,
  hasMachines,
  deniesByDefault,
} from "./standings";

export type { Standing, Subject } from "./standings";

export interface Control {
  /** A few words for cells of the matrix. */
  readonly name: string;
  /** What it does, without a full stop. */
  readonly title: string;
  /** A boundary holds against whoever edits every object; a guard rail against who does not. */
  readonly kind: "boundary" | "guardRail";
  readonly pillar: Pillar;
  /** What has to hold for it: a rule that finds something against one of these breaks it. */
  readonly claims: readonly ClaimId[];
  readonly source: Source;
  readonly standing: (subject: Subject) => Standing;
}

/** A deployment shows nothing of what its readers do. */
const noServingKey =
  "the release has no serving key; readers alone can help themselves, who hold a guest's own key against its evidence before each prompt (verify, connect)";

const overview = nvidiaDocs("overview");
const kbsPolicy = file(repositories.trustee, "kbs/docs/config.md", "v0.21.0");
const agentPolicyDoc = file(repositories.kata, "docs/how-to/how-to-use-the-kata-agent-policy.md", "4.0.0");
const initDataDoc = file(repositories.trustee, "kbs/docs/initdata.md", "v0.21.0");
const guestImages = file(repositories.guestComponents, "image-rs/docs/design.md", "v0.21.0");

export const controls = {
  "memory-encrypted": {
    name: "memory encryption",
    title: "the processor encrypts the guest's memory, and signs evidence of it",
    kind: "boundary",
    pillar: "hardware",
    claims: ["cpu-genuine", "guest-not-debuggable"],
    source: overview,
    standing: pinned,
  },
  "firmware-floor": {
    name: "firmware floor",
    title: "hosts with firmware older than the release's floor are given no keys",
    kind: "boundary",
    pillar: "hardware",
    claims: ["cpu-firmware-current"],
    source: kbsPolicy,
    standing: pinned,
  },
  "gpu-confidential": {
    name: "confidential GPUs",
    title: "the GPUs are in confidential mode and prove it, as many as the release names",
    kind: "boundary",
    pillar: "hardware",
    claims: ["gpu-genuine", "gpu-confidential"],
    source: overview,
    standing: pinned,
  },
  "guest-measured": {
    name: "measured launch",
    title: "firmware, kernel and command line are measured at launch; a changed guest is given no key",
    kind: "boundary",
    pillar: "guest",
    claims: ["guest-booted-as-released"],
    source: overview,
    standing: pinned,
  },
  "agent-policy": {
    name: "agent policy",
    title: "the guest's agent refuses commands, other mounts and other policies",
    kind: "boundary",
    pillar: "guest",
    claims: ["guest-rules-bound", "host-kept-out"],
    source: agentPolicyDoc,
    standing: both(
      pinned,
      ofRelease(({ agentPolicy }) => !agentPolicy.openings.includes("exec"), "the release opens exec to the host"),
    ),
  },
  "output-kept": {
    name: "closed output",
    title: "the guest's agent gives the host no output and takes no input",
    kind: "boundary",
    pillar: "guest",
    claims: ["guest-rules-bound", "host-kept-out"],
    source: agentPolicyDoc,
    standing: both(
      pinned,
      ofRelease(
        ({ agentPolicy: { openings } }) => !openings.includes("logs") && !openings.includes("stdin"),
        "the release opens the container's output or input to the host",
      ),
    ),
  },
  "image-bound": {
    name: "image by digest",
    title: "the guest runs the image that the release names by digest, and no other",
    kind: "boundary",
    pillar: "images",
    claims: ["guest-rules-bound", "image-as-released"],
    source: guestImages,
    standing: pinned,
  },
  "image-encrypted": {
    name: "encrypted image",
    title: "layers of the image are encrypted, and opened in the guest alone",
    kind: "boundary",
    pillar: "images",
    claims: ["keys-never-in-clear"],
    source: guestImages,
    standing: both(
      ofRelease(({ image }) => image.encryptionKey !== undefined, "the image is not encrypted"),
      pinned,
    ),
  },
  "weights-sealed": {
    name: "sealed weights",
    title: "weights lie and travel sealed, and are opened in the guest alone",
    kind: "boundary",
    pillar: "images",
    claims: ["keys-never-in-clear"],
    source: guestImages,
    standing: both(
      ofRelease(({ artifact }) => artifact !== undefined, "the release names no sealed weights"),
      pinned,
    ),
  },
  "keys-by-release": {
    name: "keys by release",
    title: "the key broker gives a release's keys to that release's guests alone, while it is valid",
    kind: "boundary",
    pillar: "attestation",
    claims: ["keys-for-release-only"],
    source: kbsPolicy,
    standing: pinned,
  },
  "keys-wrapped": {
    name: "wrapped keys",
    title: "keys travel by TLS whose CA is measured, encrypted to a key that the evidence binds",
    kind: "boundary",
    pillar: "attestation",
    claims: ["keys-never-in-clear", "key-broker-reachable-by-guests"],
    source: initDataDoc,
    standing: ofBroker,
  },
  "broker-closed": {
    name: "closed key broker",
    title: "the key broker takes policies and keys from nobody but its owner's own cluster",
    kind: "boundary",
    pillar: "attestation",
    claims: ["key-broker-closed"],
    source: file(repositories.trustee, "kbs/docs/admin.md", "v0.21.0"),
    standing: ofBroker,
  },
  "serving-key": {
    name: "serving key",
    title: "clients that pin the release's serving key reach attested guests of it, or nobody",
    kind: "boundary",
    pillar: "guest",
    claims: ["keys-for-release-only", "keys-never-in-clear"],
    source: kbsPolicy,
    standing: both(
      ofRelease(({ servingKey }) => servingKey !== undefined, noServingKey),
      pinned,
    ),
  },
  "data-owner-signs": {
    name: "data owner's signature",
    title: "no release counts that the data owner has not signed as well",
    kind: "guardRail",
    pillar: "images",
    claims: ["image-as-released"],
    source: { text: "docs/releases.md: who signs a release", url: "" },
    standing: ({ facts }) =>
      facts.dataOwnerSigns === undefined
        ? unknown("no stack with a signer policy was read")
        : when(facts.dataOwnerSigns, "the signer policy asks for no signature of the data owner's"),
  },
  "namespace-closed": {
    name: "closed namespace",
    title: "pods of the model owner's namespace talk to named peers alone",
    kind: "guardRail",
    pillar: "cluster",
    claims: ["cluster-closed"],
    source: nvidiaDocs("overview"),
    standing: ofInfrastructure(deniesByDefault, "no network policy denies by default in the model owner's namespace"),
  },
  "node-memory-encrypted": {
    name: "machine's memory encryption",
    title: "the machine is a TEE: its memory is encrypted, host and hypervisor read nothing",
    kind: "boundary",
    pillar: "hardware",
    claims: ["cloud-node-confidential"],
    source: { text: "components/verdict/isolation.ts, with its sources in docs/isolation.md", url: "" },
    standing: hasMachines,
  },
  "node-disk-encrypted": {
    name: "machine's disk encryption",
    title: "the machine's disk is encrypted with a key that its TEE holds, or that is the customer's",
    kind: "boundary",
    pillar: "hardware",
    claims: ["cloud-node-confidential", "keys-never-in-clear"],
    source: { text: "docs/cloud-settings.md, disks", url: "" },
    standing: both(
      hasMachines,
      ofInfrastructure(
        ({ infrastructure }) =>
          has(infrastructure, tokens.azureDiskKey, tokens.azureExternalDiskKey, tokens.gcpDiskKey),
        "no disk key of the customer's is placed",
      ),
    ),
  },
  "node-keys-gated": {
    name: "keys for attested machines",
    title: "keys are released to attested machines alone",
    kind: "boundary",
    pillar: "attestation",
    claims: ["keys-for-release-only"],
    source: { text: "components/verdict/keyAuthority.ts, with its sources in docs/isolation.md", url: "" },
    standing: gated,
  },
  "space-image-bound": {
    name: "container by digest",
    title: "Google's token names the one container by digest, and the key's condition asks for it",
    kind: "boundary",
    pillar: "images",
    claims: ["image-as-released", "keys-for-release-only"],
    source: { text: "Google Cloud, Confidential Space token claims (docs/isolation.md)", url: "" },
    standing: both(hasMachines, ({ facts }) =>
      facts.trust.length === 0
        ? unknown(noTrust)
        : when(
            facts.trust.some(({ stack }) => has(stack, tokens.gcpReleasedKeys)),
            "no key of Google's with a condition on the image is placed",
          ),
    ),
  },
} as const satisfies Record<string, Control>;

export type ControlId = keyof typeof controls;
export const controlIds = Object.keys(controls) as ControlId[];

export const controlOf = (id: ControlId): Control => controls[id];

/** How a control stands, after rules have had their say: what one of them finds against its claims, breaks it. */
export function standingOf(id: ControlId, subject: Subject): Standing {
  const control = controlOf(id);
  const standing = control.standing(subject);
  if (standing.is !== "inForce") return standing;
  const { facts, site } = subject;
  const stacks = [...facts.trust.map(({ stack }) => stack), site.infrastructure, site.workloads].flatMap(
    (stack) => stack ?? [],
  );
  // What is measured counts by the key broker's policy alone: where that is open, so is everything behind it.
  const rests: readonly ClaimId[] = control.kind === "boundary" ? ["keys-for-release-only"] : [];
  const [found, ...more] = unique([...control.claims, ...rests].flatMap((claim) => facts.against(claim, stacks)));
  if (found === undefined) return standing;
  return absent(
    `a policy rule finds something against it: ${found}${more.length > 0 ? `, and ${more.length} more` : ""}`,
  );
}
