import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readEnumerations, readResource, readStructures } from "./declarations";
import type { Module, ResourceShape, Structure } from "./shapes";

export interface SdkArgs {
  /** Folder of the installed package. */
  readonly root: string;
  /** Folder for what was read; default: nothing is kept. */
  readonly cache?: string;
}

/**
 * The types of one installed SDK, read when they are asked for: of files of many megabytes only the part of one module.
 * What was read is kept on disk under the SDK's version and the digest of the reader, so that a provider's process
 * loads no compiler and starts at once.
 */
export class SdkTypes {
  readonly name: string;
  readonly version: string;
  private readonly root: string;
  private readonly kept: string | undefined;
  private readonly modules = new Map<string, Module>();
  private readonly resources = new Map<string, ResourceShape | undefined>();
  private input: string | undefined;

  constructor({ root, cache }: SdkArgs) {
    this.root = root;
    const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, string>;
    this.name = name ?? "";
    this.version = version ?? "";
    const folder = `${this.name.replace(/^.*\//, "")}-${this.version}-${readerDigest()}`;
    this.kept = cache && join(cache, "sdk-types", folder);
  }

  /** `azure-native:compute:VirtualMachine`, `gcp:compute/instance:Instance`; undefined where the SDK has no such type. */
  resource(token: string): ResourceShape | undefined {
    if (!this.resources.has(token)) this.resources.set(token, this.readResource(token));
    return this.resources.get(token);
  }

  structure(module: string, name: string): Structure | undefined {
    return this.module(module).structures[name];
  }

  structuresOf(module: string): Readonly<Record<string, Structure>> {
    return this.module(module).structures;
  }

  enumeration(module: string, name: string): readonly (string | number)[] | undefined {
    return this.module(module).enumerations[name];
  }

  private module(name: string): Module {
    const known = this.modules.get(name);
    if (known) return known;
    const module = this.keep(`module-${name}`, () => this.readModule(name));
    this.modules.set(name, module);
    return module;
  }

  private readModule(name: string): Module {
    const enums = join(this.root, "types", "enums", ...name.split("."), "index.d.ts");
    return {
      structures: readStructures(this.inputsOf(name)),
      enumerations: existsSync(enums) ? readEnumerations(readFileSync(enums, "utf8")) : {},
    };
  }

  /** A module's namespace in `types/input.d.ts`: parsing all of them takes a second. */
  private inputsOf(name: string): string {
    this.input ??= readFileSync(join(this.root, "types", "input.d.ts"), "utf8");
    const start = this.input.indexOf(`\nexport declare namespace ${name} {`);
    return start < 0 ? "" : this.input.slice(start, this.input.indexOf("\n}\n", start) + 2);
  }

  private readResource(token: string): ResourceShape | undefined {
    const [, place = "", className = ""] = token.split(":");
    const [module = "", file = className] = place.split("/");
    if (!/^\w+$/.test(module) || !/^\w+$/.test(className) || !existsSync(join(this.root, module))) return undefined;
    const directory = join(this.root, module);
    // `MHSMPrivateEndpointConnection` is in mhsmprivateEndpointConnection.d.ts.
    const found = readdirSync(directory).find((each) => each.toLowerCase() === `${file}.d.ts`.toLowerCase());
    if (found === undefined) return undefined;
    const kept = this.keep(`resource-${module}-${className}`, () => ({
      shape: readResource(readFileSync(join(directory, found), "utf8"), className),
    }));
    return kept.shape;
  }

  /** Two processes may write the same: each file arrives whole, by a rename. */
  private keep<T>(name: string, read: () => T): T {
    if (this.kept === undefined) return read();
    const file = join(this.kept, `${name}.json`);
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as T;
    const value = read();
    try {
      mkdirSync(dirname(file), { recursive: true });
      const draft = `${file}.${randomBytes(6).toString("hex")}`;
      writeFileSync(draft, JSON.stringify(value));
      renameSync(draft, file);
    } catch {
      // A cache that cannot be written costs time alone.
    }
    return value;
  }
}

function readerDigest(): string {
  const hash = createHash("sha256");
  for (const file of ["declarations.ts", "shapes.ts", "types.ts"]) hash.update(readFileSync(join(__dirname, file)));
  return hash.digest("hex").slice(0, 12);
}
