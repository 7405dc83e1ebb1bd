import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../stacks/project";
import { remoteComponents } from "../components";
import type { OutputForm, RemoteComponent } from "../remoteComponent";
import type { JsonForm, Property } from "./propertyTypes";
import { TypeTable, capital, singular } from "./typeTable";

export const packageName = "trustfoundry";

interface PackageJson {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Pulumi's schema of the package: what SDKs of other languages are generated from. The same components, the same bytes. */
export function packageSchema(): string {
  const { version, license, dependencies } = JSON.parse(
    readFileSync(join(packageRoot, "package.json"), "utf8"),
  ) as PackageJson;
  const types = new TypeTable(packageName);
  const resources = remoteComponents.map((component) => [component.token, resourceOf(component, types)] as const);
  const schema = {
    name: packageName,
    displayName: "Trustfoundry",
    version,
    description:
      "Components for NVIDIA's zero-trust AI-factory reference architecture: confidential containers with confidential GPUs.",
    keywords: ["category/infrastructure", "kind/component"],
    license,
    meta: { moduleFormat: "(.*)" },
    language: {
      go: { importBasePath: "trustfoundry.dev/sdk/go/trustfoundry", respectSchemaVersion: true },
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
    },
    dependencies: [{ name: "kubernetes", version: dependencies["@pulumi/kubernetes"] }],
    resources: Object.fromEntries(resources),
    types: types.types,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function resourceOf(component: RemoteComponent, types: TypeTable) {
  const { settings, outside = {}, references = {}, outputs, description } = component;
  const form = z.toJSONSchema(settings, { io: "input", unrepresentable: "any", target: "draft-7" }) as JsonForm;
  const plain = types.properties(form, (key) => capital(singular(key, form.properties?.[key])));
  const inputs: Record<string, Property> = Object.fromEntries(
    Object.entries(plain.properties).map(([key, property]) => [key, { ...property, plain: true }]),
  );
  const required = [...(plain.required ?? [])];
  for (const [key, { form, description, secret }] of Object.entries(outside)) {
    const json = z.toJSONSchema(form, { io: "input", unrepresentable: "any", target: "draft-7" }) as JsonForm;
    inputs[key] = {
      ...types.property({ ...json, description }, `${component.token.split(":")[2]}${capital(key)}`),
      ...(secret === "required" && { secret: true }),
    };
    if (!form.safeParse(undefined).success) required.push(key);
  }
  for (const [key, { token, description }] of Object.entries(references)) {
    inputs[key] = { $ref: `#/resources/${token}`, description: `${capital(description)}.` };
    required.push(key);
  }
  return {
    isComponent: true,
    description,
    inputProperties: sorted(inputs),
    ...(required.length > 0 && { requiredInputs: required.sort() }),
    properties: sorted(
      Object.fromEntries(Object.entries(outputs).map(([key, output]) => [key, outputProperty(output)])),
    ),
    required: Object.keys(outputs).sort(),
  };
}

function outputProperty({ type, description }: OutputForm): Property {
  return type === "text" ? { type: "string", description } : { type: "array", items: { type: "string" }, description };
}

function sorted<T>(table: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}
