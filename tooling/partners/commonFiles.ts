import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../stacks/project";

/** Files by their path in a template. */
export type Files = Readonly<Record<string, string>>;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What is the same in every template: a program of five lines on this package, and what it is started with. */
export function commonFiles(): Files {
  const own = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as Manifest;
  const exactly = (name: string) => [name, own.dependencies[name]] as const;
  const manifest = {
    name: "${PROJECT}",
    private: true,
    scripts: { catalog: `${own.name} catalog`, trustfoundry: own.name },
    // tsx starts the program, as Pulumi.yaml says.
    dependencies: Object.fromEntries([exactly("@pulumi/pulumi"), [own.name, own.version] as const, exactly("tsx")]),
  };
  const compilerOptions = {
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    strict: true,
    esModuleInterop: true,
    skipLibCheck: true,
    noEmit: true,
  };
  return {
    "index.ts": program(own.name),
    "package.json": json(manifest),
    "tsconfig.json": json({ compilerOptions, files: ["index.ts"] }),
  };
}

function program(packageName: string): string {
  return `import { partnerProgram } from "${packageName}";

// Presets in settings/, this stack's Pulumi.<stack>.yaml over them; everything else is the package's.
export = partnerProgram(__dirname);
`;
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

/** Pulumi.yaml of a template: its prompts by configuration key, in the order in which they are asked. */
export function templateSettings(text: {
  readonly displayName: string;
  readonly description: string;
  readonly prompts: readonly Prompt[];
}): object {
  return {
    name: "${PROJECT}",
    description: "${DESCRIPTION}",
    runtime: { name: "nodejs", options: { packagemanager: "npm", typescript: false, nodeargs: "--import tsx" } },
    main: "index.ts",
    template: {
      displayName: text.displayName,
      description: text.description,
      config: Object.fromEntries(
        text.prompts.map(({ key, asks, answer }) => [
          `trustfoundry:${key}`,
          { description: asks, ...(answer !== undefined && { default: answer }) },
        ]),
      ),
    },
  };
}

export interface Prompt {
  /** Section, or path into it. */
  readonly key: string;
  readonly asks: string;
  /** Default: none, and what is left empty is not written. */
  readonly answer?: string;
}
