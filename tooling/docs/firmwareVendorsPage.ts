import type { CpuTee } from "../../components/host/hardware";
import { cpuTees } from "../../components/host/hardware";
import { firmwareVendor, vendorNames } from "../../components/host/firmware/vendors";
import type { FirmwareVendor } from "../../components/host/firmware/vendors";
import { table } from "./text";

const intro = `# What is known of each vendor's firmware

Made from \`components/host/firmware/vendors/*.yaml\` by \`npm run docs\`; do not edit. What it is for: [firmware.md](firmware.md).

Grades: \`vendor\` (the vendor's own documentation or code), \`community\` (others ran it on real machines), \`unverified\` (seen, never
shown to work, or searched for by display name). Nothing here ran on a real machine of ours: the machine's own registry has the
last word.
`;

const tees: Readonly<Record<CpuTee, string>> = { snp: "SEV-SNP", tdx: "TDX" };

/** Every setting of every vendor, with where it is from. */
export function firmwareVendorsPage(): string {
  return [intro, ...vendorNames().map((name) => vendorText(firmwareVendor(name)))].join("\n");
}

function vendorText(vendor: FirmwareVendor): string {
  const sources = Object.entries(vendor.sources).map(([key, { text, grade }]) => [key, grade, text]);
  return [
    `## ${vendor.title}\n`,
    ...cpuTees.map((tee) => procedureText(vendor, tee)),
    `${table(["source", "grade", "what"], sources)}\n`,
  ].join("\n");
}

function procedureText(vendor: FirmwareVendor, tee: CpuTee): string {
  const procedure = vendor.procedures[tee];
  if (!procedure) return `### ${vendor.title}: ${tees[tee]}\n\nNothing is known.\n`;
  const rows = procedure.stages.flatMap(({ settings }, stage) =>
    settings.map((setting) => [
      String(stage + 1),
      setting.id + (setting.once ? " (once)" : "") + (setting.optional ? " (optional)" : ""),
      [
        ...setting.names.map((name) => `\`${name}\``),
        ...(setting.displayName
          ? [`display name with ${setting.displayName.map((word) => `"${word}"`).join(", ")}`]
          : []),
      ].join(", "),
      setting.values.join(" or ") + (setting.atLeast === undefined ? "" : `, at least ${setting.atLeast}`),
      `${setting.source} (${vendor.sources[setting.source]?.grade ?? "unknown"})`,
    ]),
  );
  const notes = procedure.notes.map((note) => `- ${note}`);
  return [
    `### ${vendor.title}: ${tees[tee]}\n`,
    `${table(["stage", "setting", "attribute", "value", "source"], rows)}\n`,
    ...(notes.length > 0 ? [`${notes.join("\n")}\n`] : []),
  ].join("\n");
}
