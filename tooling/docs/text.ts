import type { Pillar } from "../../policies/rule";

export const pillarTitles: Readonly<Record<Pillar, string>> = {
  hardware: "Hardware root of trust",
  runtime: "Kata Containers",
  guest: "Hardened guest",
  attestation: "Attestation and key services",
  images: "Encrypted and signed images",
  cluster: "Kubernetes and the GPU Operator",
};

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** A table's cell. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
