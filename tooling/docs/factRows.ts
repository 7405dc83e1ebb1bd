import type { Fact } from "../../components/host/fact";

/** One row of the table of offerings, wherever in its structure it stands. */
export interface FactRow {
  /** Keys that lead to it, without positions in lists. */
  readonly path: readonly string[];
  /** What is said, without the foundation. */
  readonly values: unknown;
  readonly fact: Fact;
}

/** Every row with a foundation in a structure: `{ …, fact }`, and foundations that stand alone under a name. */
export function factsOf(value: unknown, path: readonly string[] = []): FactRow[] {
  if (typeof value !== "object" || value === null || value instanceof RegExp) return [];
  if (isFact(value)) return [{ path, values: undefined, fact: value }];
  if ("fact" in value && isFact(value.fact)) {
    const { fact, ...values } = value;
    return [{ path, values, fact: fact as Fact }];
  }
  return Array.isArray(value)
    ? value.flatMap((item) => factsOf(item, path))
    : Object.entries(value).flatMap(([key, item]) => factsOf(item, [...path, key]));
}

function isFact(value: unknown): value is Fact {
  return typeof value === "object" && value !== null && "asOf" in value && "source" in value && "grade" in value;
}

/** A row's values for people: names of fields in words, everything else as code. */
export function cellsOf(values: unknown): string {
  if (!isRecord(values)) return shown(values);
  return Object.entries(values)
    .map(([name, value]) => `${words(name)} ${shown(value)}`)
    .join("; ");
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.map(shown).join(", ") : "none";
  if (isRecord(value))
    return Object.entries(value)
      .map(([name, item]) => (isRecord(item) ? `\`${name}\` (${cellsOf(item)})` : `\`${name}\`: ${shown(item)}`))
      .join("; ");
  return `\`${value instanceof RegExp ? value.source : String(value)}\``;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof RegExp);
}

const properNames: Readonly<Record<string, string>> = {
  aks: "AKS",
  azure: "Azure",
  g4: "G4",
  gcp: "Google Cloud",
  gib: "GiB",
  gke: "GKE",
  gpu: "GPU",
  gpus: "GPUs",
  gvnic: "gVNIC",
  kubernetes: "Kubernetes",
  nvme: "NVMe",
  os: "OS",
  tdx: "TDX",
  tee: "TEE",
  tees: "TEEs",
  tpm: "TPM",
  ubuntu: "Ubuntu",
  ubuntu2404: "Ubuntu 24.04",
};

/** A name of the code in words: `azureGpuQuota` is “Azure GPU quota”. */
export function words(name: string): string {
  return name
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/\bv tpm\b/, "vTPM")
    .split(" ")
    .map((word) => properNames[word] ?? word)
    .join(" ");
}
