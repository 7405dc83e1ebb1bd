import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { provider } from "@pulumi/pulumi";
import { packageRoot } from "../stacks/project";
import { remoteComponents } from "./components";
import { readArguments } from "./inputs";
import { MadeComponents } from "./made";
import { Refusal, refusalOf } from "./refusal";

/** The file that `npm run schema` writes. */
export const schemaFile = join(__dirname, "schema.json");

/**
 * The components of this package for programs in other languages. A component gets the type token, the name and the
 * children that it has in TypeScript, so that a stack may change its language without changing a resource.
 *
 * Arguments travel from the program through the engine to this process, on 127.0.0.1. They are never logged.
 */
export class TrustfoundryProvider implements provider.Provider {
  readonly version = (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string })
    .version;
  readonly schema = readFileSync(schemaFile, "utf8");
  private readonly made = new MadeComponents();

  constructor(private readonly projectDirectory: string) {}

  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<provider.ConstructResult> {
    try {
      const component = remoteComponents.find(({ token }) => token === type);
      if (!component)
        throw new Refusal([
          `${type}: no component of this package; write one of ${remoteComponents.map(({ token }) => token).join(", ")}`,
        ]);
      const { dependencies, ...read } = await readArguments(component, inputs, this.made);
      const resource = await component.construct({
        ...(read as Parameters<typeof component.construct>[0]),
        name,
        opts: { ...options, dependsOn: await this.dependsOn(options.dependsOn, dependencies) },
        surroundings: {
          projectDirectory: this.projectDirectory,
          now: new Date(),
          warn: (text) => pulumi.log.warn(text),
        },
      });
      const urn = await urnOf(resource);
      this.made.remember(urn, resource);
      const state = Object.entries(component.outputs).map(([key, { property = key }]) => [
        key,
        resource[property as keyof typeof resource],
      ]);
      return { urn, state: Object.fromEntries(state) as pulumi.Inputs };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Components of this process in place of their URNs: then their children are waited for, too. */
  private async dependsOn(
    given: pulumi.ComponentResourceOptions["dependsOn"],
    dependencies: readonly pulumi.Resource[],
  ): Promise<pulumi.Resource[]> {
    const all = [...((given ?? []) as pulumi.Resource[]), ...dependencies];
    return await Promise.all(all.map(async (resource) => this.made.find(await urnOf(resource)) ?? resource));
  }
}

async function urnOf({ urn }: pulumi.Resource): Promise<pulumi.URN> {
  return await (urn as unknown as { promise: () => Promise<pulumi.URN> }).promise();
}
