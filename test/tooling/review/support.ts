import type { Review } from "../../../tooling/review/compare";
import { compare } from "../../../tooling/review/compare";
import type {
  FileView,
  ReviewedResource,
  ReviewedRule,
  SideView,
  StackView,
  Violation,
} from "../../../tooling/review/types";

export const rule: ReviewedRule = {
  id: "tenant-egress-named",
  title: "Confidential pods may connect to named destinations",
  pillar: "cluster",
  severity: "high",
  level: "mandatory",
  protects: ["modelOwner", "dataOwner"],
  platforms: ["bareMetal", "azure", "gcp"],
  url: "https://example.org/rule",
};

export const violation: Violation = {
  rule: rule.id,
  level: "mandatory",
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  resource: "llama-8b-egress",
  path: "spec.egress[0].to[0].ipBlock.cidr",
  message: '"0.0.0.0/0" is everybody',
};

export const text = `config:
  trustfoundry:role: rehearsal
  trustfoundry:models:
    - name: llama-8b
      cpus: 16
  trustfoundry:exceptions:
    - rule: tenant-egress-named
      resource: llama-8b-egress
      reason: moving
      owner: carol
      until: "2026-12-01"
`;

export function stack(parts: Partial<StackView> = {}): StackView {
  const empty = { refusals: [], violations: [], notYetKnown: [], exceptionUses: [], resources: [] };
  return { name: "prod", ...empty, ...parts };
}

export function file(stacks: readonly StackView[], parts: Partial<FileView> = {}): FileView {
  return {
    file: "Pulumi.prod.yaml",
    text,
    unseen: [],
    exceptions: [],
    releases: [],
    signers: undefined,
    isolationUnit: undefined,
    settings: undefined,
    stacks,
    ...parts,
  };
}

export function side(files: readonly FileView[], parts: Partial<SideView> = {}): SideView {
  const manifests = { objects: [], texts: {}, refusals: [], violations: [] };
  return { label: "0123456789ab", files, manifests, rules: [rule], ...parts };
}

/** A review of one stack: what it was and what it is. */
export function reviewOf(before: Partial<StackView>, after: Partial<StackView>): Review {
  return reviewSides(side([file([stack(before)])]), side([file([stack(after)])]));
}

export function reviewSides(base: SideView, head: SideView): Review {
  return compare({ base, head, pack: "baseline", judgesChanged: [], today: "2026-11-26" });
}

export function kubernetes(kind: string, name: string, body: Record<string, unknown>): ReviewedResource {
  return {
    type: `kubernetes:${kind}`,
    name,
    inputs: { ...body, metadata: { name, namespace: "acme", ...metadataOf(body) } },
  };
}

function metadataOf({ metadata }: Record<string, unknown>): object {
  return typeof metadata === "object" && metadata !== null ? metadata : {};
}
