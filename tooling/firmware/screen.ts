import { renderFirmwarePlan } from "../../components/host/firmware/planText";
import type { FirmwarePlan, FirmwareSetting } from "../../components/host/firmware/plan";
import { printable, printableJson } from "../ui";
import type { Judged } from "./judge";
import type { Checked } from "./run";
import type { MachineIdentity } from "./target";

export const planFormats = ["text", "json", "yaml", "markdown"] as const;
export type PlanFormat = (typeof planFormats)[number];

export function plansScreen(plans: readonly FirmwarePlan[], format: PlanFormat): string {
  switch (format) {
    case "json":
      return JSON.stringify(plans, undefined, 2);
    case "yaml":
      return plans.map(renderFirmwarePlan).join("---\n").trimEnd();
    case "text":
      return plans.map((plan) => lines(plan, "")).join("\n\n");
    case "markdown":
      return plans.map(markdown).join("\n\n");
  }
}

const teeNames = { snp: "SEV-SNP", tdx: "TDX" } as const;

function headline({ host, vendor, tee, registration }: FirmwarePlan): string {
  return `${host}: ${vendor}, ${teeNames[tee]}${registration ? `, registered ${registration}` : ""}`;
}

const wanted = ({ values, atLeast }: FirmwareSetting) =>
  `${values.map(String).join(" or ")}${atLeast === undefined ? "" : `, or at least ${atLeast}`}`;

const sought = ({ find }: FirmwareSetting) =>
  find.names.length > 0
    ? find.names.join(" or ")
    : `the attribute shown as ${(find.displayName ?? []).map((words) => `"${words}"`).join(" and ")}`;

function extras({ once, optional, note, grade }: FirmwareSetting): string {
  const said = [
    once && "ONCE ONLY",
    optional && "where the machine has it",
    grade === "unverified" && "unverified",
    note,
  ].filter(Boolean);
  return said.length > 0 ? ` (${said.join("; ")})` : "";
}

function lines(plan: FirmwarePlan, indent: string): string {
  const stages = plan.stages.flatMap(({ title, settings, appliedBy }, index) => [
    `${index + 1}. ${title}, then ${appliedBy === "restart" ? "a restart" : "a deployment of the profile"}`,
    ...settings.map((setting) => `   ${setting.id}: ${sought(setting)} = ${wanted(setting)}${extras(setting)}`),
  ]);
  return [
    headline(plan),
    ...stages,
    ...(plan.checks.length > 0 ? ["Afterwards, on the host:", ...plan.checks.map((check) => `   ${check}`)] : []),
    ...(plan.notes.length > 0 ? ["To know:", ...plan.notes.map((note) => `   ${note}`)] : []),
  ]
    .map((line) => `${indent}${line}`)
    .join("\n");
}

function markdown(plan: FirmwarePlan): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const tables = plan.stages.flatMap(({ title, settings, appliedBy }, index) => [
    `### ${index + 1}. ${title}`,
    "",
    "| Setting | Attribute | Value | |",
    "|---|---|---|---|",
    ...settings.map(
      (setting) =>
        `| ${setting.id} | ${cell(sought(setting))} | ${cell(wanted(setting))} | ${cell(extras(setting).trim())} |`,
    ),
    "",
    appliedBy === "restart" ? "Then a restart." : "Then a deployment of the profile.",
    "",
  ]);
  const list = (title: string, entries: readonly string[]) =>
    entries.length > 0 ? [`### ${title}`, "", ...entries.map((entry) => `- ${entry}`), ""] : [];
  return [
    `## ${headline(plan)}`,
    "",
    ...tables,
    ...list("Afterwards, on the host", plan.checks),
    ...list("To know", plan.notes),
  ]
    .join("\n")
    .trimEnd();
}

export const machineLine = ({ manufacturer, model, serial, cpuVendor, biosVersion, powerState }: MachineIdentity) =>
  `${manufacturer} ${model}, serial ${serial}, ${cpuVendor === "amd" ? "AMD" : "Intel"} processors, firmware ${biosVersion}, power ${powerState}`;

const marks = (judged: Judged) =>
  judged.fine
    ? "✓"
    : ["missing", "ambiguous", "value refused", "of unknown fate"].includes(judged.standing)
      ? "✗"
      : "→";

export function checkScreen(plan: FirmwarePlan, { identity, stages, departs }: Checked): string {
  return [
    `${headline(plan)} – ${machineLine(identity)}`,
    ...stages.flatMap(({ title, settings }, index) => [
      `${index + 1}. ${title}`,
      ...settings.map((judged) => {
        const name = judged.attribute === undefined ? "" : ` (${printable(judged.attribute, 80)})`;
        return `   ${marks(judged)} ${judged.id}${name}: ${judged.standing}; ${printable(judged.says)}`;
      }),
    ]),
    departs ? "Not all of the plan is in force." : "All of the plan is in force.",
  ].join("\n");
}

export function checkJson(plan: FirmwarePlan, { identity, stages, departs }: Checked, more: object = {}): string {
  const { host, vendor, tee } = plan;
  return printableJson({ host, vendor, tee, machine: identity, inForce: !departs, stages, ...more });
}
