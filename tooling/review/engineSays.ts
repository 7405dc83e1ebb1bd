import type { automation } from "@pulumi/pulumi";
import { isolationNotice } from "../../policies/isolation";
import type { Level } from "../../policies/rule";
import { findingOf, notYetKnownOf, useOf } from "./policyMessage";
import type { StackView } from "./types";

export type EngineSays = Omit<StackView, "name">;

type Lists = { -readonly [Key in keyof EngineSays]: EngineSays[Key][number][] };

/** Gathers the engine's events. */
export function listenTo() {
  const said: Lists = { refusals: [], violations: [], notYetKnown: [], exceptionUses: [], resources: [] };
  return { onEvent: (event: automation.EngineEvent) => hear(event, said), said: (): EngineSays => said };
}

function hear({ diagnosticEvent, policyEvent, resourcePreEvent }: automation.EngineEvent, said: Lists): void {
  if (diagnosticEvent?.severity === "error" && !/^(preview|update) failed\s*$/.test(diagnosticEvent.message))
    said.refusals.push(...refusalsOf(diagnosticEvent.message, nameOf(diagnosticEvent.urn)));
  if (policyEvent) hearPolicy(policyEvent, said);
  if (resourcePreEvent?.metadata.op === "create") hearResource(resourcePreEvent.metadata, said);
}

function hearPolicy(
  event: { policyName: string; message: string; resourceUrn?: string; enforcementLevel: string },
  said: Lists,
): void {
  const { policyName: rule } = event;
  const message = plain(event.message);
  const place = { rule, type: typeOf(event.resourceUrn), resource: nameOf(event.resourceUrn) };
  if (rule === "exceptions-current") {
    // Its message says where in the configuration; the title in front says nothing more.
    said.refusals.push(message.split("\n").slice(1).join(" "));
    return;
  }
  // No violation: what it says is compared as a setting of the stack's file.
  if (rule === isolationNotice) return;
  if (rule === "exceptions-used") {
    const use = useOf(message);
    if (use) said.exceptionUses.push({ ...use, resource: place.resource });
    return;
  }
  const unknown = notYetKnownOf(message);
  if (unknown !== undefined) said.notYetKnown.push({ ...place, path: unknown });
  else said.violations.push({ ...place, level: event.enforcementLevel as Level, ...findingOf(message) });
}

function hearResource({ type, urn, new: state }: automation.StepEventMetadata, said: Lists): void {
  if (type.startsWith("pulumi:")) return;
  const inputs = state?.inputs ?? {};
  // Rules find nothing in nothing: a preview that lost its inputs has judged nothing.
  if (type.startsWith("kubernetes:") && Object.keys(inputs).length === 0)
    said.refusals.push(`${nameOf(urn)}: the provider handed on none of its inputs, so that no rule has seen it`);
  said.resources.push({ type, name: nameOf(urn), inputs });
}

/** A program says everything that is wrong with a configuration at once, a line for each. */
function refusalsOf(message: string, resource: string): string[] {
  const text = plain(message);
  const lines = [...text.matchAll(/^ {2}- (.+)$/gm)].map(([, line = ""]) => line);
  if (lines.length > 0) return lines;
  const first = text.split("\n").find((line) => line.trim() !== "" && !/^\s+at /.test(line)) ?? "";
  return [resource === "" ? first : `${resource}: ${first}`];
}

/** Engine messages carry colour marks such as <{%reset%}>. */
function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}

function nameOf(urn: string | undefined): string {
  return urn?.split("::").slice(3).join("::") ?? "";
}

function typeOf(urn: string | undefined): string {
  return urn?.split("::")[2]?.split("$").at(-1) ?? "";
}
