import type { FlowKind } from "../document";

export const flowWords: Readonly<Record<FlowKind, string>> = {
  releases: "releases",
  keys: "keys",
  weights: "weights",
  images: "images",
  prompts: "prompts and answers",
  evidence: "evidence",
  control: "control",
};
