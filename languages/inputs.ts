import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { describeIssues, location } from "../stacks/config/errors";
import { Refusal } from "./refusal";
import type { ComponentArgument, RemoteComponent } from "./remoteComponent";
import type { MadeComponents } from "./made";

/** What arrived, checked: nothing of it has been placed yet. */
export interface Arguments {
  readonly settings: unknown;
  readonly outside: Readonly<Record<string, pulumi.Output<unknown>>>;
  readonly references: Readonly<Record<string, pulumi.ComponentResource>>;
  /** Resources that settings come from: what is placed must not outlive them. */
  readonly dependencies: readonly pulumi.Resource[];
}

/** Takes a consumer's arguments apart. Throws one refusal that names everything that is wrong. */
export async function readArguments(
  component: RemoteComponent,
  inputs: pulumi.Inputs,
  made: MadeComponents,
): Promise<Arguments> {
  const { outside = {}, references = {} } = component;
  const problems: string[] = [];
  const dependencies: pulumi.Resource[] = [];
  const raw: Record<string, unknown> = {};
  const found: Record<string, pulumi.ComponentResource> = {};
  const outputs: Record<string, pulumi.Output<unknown>> = {};

  for (const [key, input] of Object.entries(inputs as Record<string, unknown>)) {
    if (key in outside || key in references) continue;
    const arrived = await arrival(input);
    if (!arrived.known) problems.push(...unknownPlaces(arrived.value, [key]).map(notKnown));
    else if (arrived.secret)
      problems.push(`${at([key])}: is a secret, and objects would show it; give it in plain text`);
    else raw[key] = arrived.value;
    dependencies.push(...arrived.resources);
  }
  for (const [key, argument] of Object.entries(references)) {
    const reference = await findReference(key, argument, (inputs as Record<string, unknown>)[key], made);
    if ("problem" in reference) problems.push(reference.problem);
    else found[key] = reference.component;
  }
  for (const [key, { form, secret, description }] of Object.entries(outside)) {
    const input = (inputs as Record<string, unknown>)[key];
    const arrived = await arrival(input);
    outputs[key] = pulumi.output(input);
    if (secret === "required" && input !== undefined && !arrived.secret)
      problems.push(`${at([key])}: is in plain text; give it as a secret of Pulumi's`);
    else if (arrived.known && arrived.value === undefined) {
      if (!form.safeParse(undefined).success) problems.push(`${at([key])}: missing; add ${description}`);
    } else if (arrived.known && secret !== "required") problems.push(...issuesOf(form, arrived.value, key));
  }
  // Of what is not there yet, the form says "missing": wrong, and worse than what has been said of it.
  if (problems.length > 0) throw new Refusal(problems);
  const result = component.settings.safeParse(raw);
  if (!result.success) throw new Refusal(describeIssues(result.error, component.settings, raw));
  return { settings: result.data, outside: outputs, references: found, dependencies };
}

interface Arrival {
  readonly known: boolean;
  readonly secret: boolean;
  /** May hold unknown parts where it is not known. */
  readonly value: unknown;
  readonly resources: readonly pulumi.Resource[];
}

/** What an Output keeps beside its value; the SDK's typings leave it out (@pulumi/pulumi 3.248.0, output.js). */
interface OutputInternals {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
  readonly promise: (withUnknowns?: boolean) => Promise<unknown>;
  readonly allResources?: () => Promise<Set<pulumi.Resource>>;
}

async function arrival(input: unknown): Promise<Arrival> {
  const output = pulumi.output(input) as unknown as OutputInternals;
  const resources = await output.allResources?.();
  return {
    value: await output.promise(true),
    known: await output.isKnown,
    secret: await output.isSecret,
    resources: [...(resources ?? [])],
  };
}

type Reference = { readonly component: pulumi.ComponentResource } | { readonly problem: string };

/**
 * The very component that this process made for the same consumer. Its children are known, so whoever comes after it
 * waits for them, and goes before them. It arrives as its URN: the SDK makes nothing else of a reference to a component
 * whose module it does not know (@pulumi/pulumi 3.248.0, runtime/rpc.js).
 */
async function findReference(
  key: string,
  { of, token, description }: ComponentArgument,
  input: unknown,
  made: MadeComponents,
): Promise<Reference> {
  if (input === undefined) return { problem: `${at([key])}: missing; add ${description}` };
  const component = made.find((await arrival(input)).value);
  if (component instanceof of) return { component };
  return {
    problem: `${at([key])}: ${component ? "is another kind of component" : "was not made in this run by this package"}; give it a ${token} of the same program`,
  };
}

function unknownPlaces(value: unknown, path: (string | number)[]): (string | number)[][] {
  if (pulumi.isUnknown(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((each, index) => unknownPlaces(each, [...path, index]));
  if (value !== null && typeof value === "object" && pulumi.containsUnknowns(value))
    return Object.entries(value).flatMap(([key, each]) => unknownPlaces(each, [...path, key]));
  return path.length === 1 && !pulumi.containsUnknowns(value) ? [path] : [];
}

function notKnown(path: (string | number)[]): string {
  return `${at(path)}: is not known at preview, and decides what is placed; give a value that is known beforehand`;
}

function issuesOf(form: z.ZodType, value: unknown, key: string): string[] {
  const result = form.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map(({ message }) => `${at([key])}: is not right; write ${message}`);
}

/** As the consumer writes it: without the prefix of stack settings. */
function at(path: readonly (string | number)[]): string {
  return location(path).replace(/^trustfoundry:/, "");
}
