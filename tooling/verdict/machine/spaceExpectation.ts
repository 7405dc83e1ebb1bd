import { z } from "zod";
import type { ReadersExpectation } from "../../../components/verdict/machineVerdict";
import type { SpaceExpected } from "../../../components/verdict/token/spaceContext";
import { spaceHardware } from "../../../components/verdict/token/spaceContext";
import type { Settings } from "./expectation";
import { gpuOrNone, readExpectation } from "./expectation";

const versions = (what: string) => z.array(z.string().min(1)).min(1).describe(what);

const gpuSchema = z.strictObject({
  model: z.string().min(1).describe("as Google calls it: GCP_NVIDIA_H100"),
  count: z.int().min(1).describe("how many GPUs, exactly"),
  drivers: versions("accepted GPU driver versions; default: not compared").optional(),
  vbios: versions("accepted VBIOS versions; default: not compared").optional(),
});

/** What a reader expects of a Confidential Space machine: `SpaceExpected`, in a file. */
export const spaceExpectationSchema = (raw: Settings) =>
  z.strictObject({
    audience: z
      .string()
      .min(1)
      .max(512)
      .describe("whom the token has to be made for (aud), a name that you and the workload agreed on"),
    imageDigest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, "a digest, sha256:<64 hex digits>")
      .describe("digest of the one container image that may run, sha256:<64 hex digits>"),
    imageRepository: z
      .string()
      .regex(/^[^\s@]+$/, "a repository, without a digest")
      .refine((text) => !/:[^/]*$/.test(text), "has a tag; leave it out, the digest names the image")
      .optional()
      .describe("where the image has to come from; default: from anywhere, since the digest names it"),
    gpu: gpuOrNone(
      raw,
      gpuSchema,
      "the machine's GPUs as {model: GCP_NVIDIA_H100, count: 1, drivers, vbios}, or none where it has none",
    ),
    hardware: z
      .array(z.enum(spaceHardware))
      .min(1)
      .optional()
      .describe("accepted machines (hwmodel); default: GCP_INTEL_TDX alone"),
    overrides: z
      .enum(["none", "asImageAllows"])
      .optional()
      .describe("what whoever starts the machine may change of command and variables; default: none"),
    arguments: z.array(z.string()).optional().describe("command and arguments that have to run; default: not compared"),
    oldestVersion: z
      .string()
      .regex(/^\d{6}$/, "six digits, YYMM##, in quotes")
      .optional()
      .describe("oldest Confidential Space image, YYMM## in quotes; default: any that Google supports"),
    support: z
      .enum(["LATEST", "STABLE", "USABLE"])
      .optional()
      .describe("what Google has to call its image; default: STABLE"),
    maximumAgeSeconds: z.int().min(1).max(3600).default(300).describe("oldest token that is read; default: 300"),
  });

export interface SpaceExpectation {
  readonly expected: SpaceExpected;
  readonly expectation: ReadersExpectation;
}

export function readSpaceExpectation(path: string): SpaceExpectation {
  const { content, expectation } = readExpectation(path, spaceExpectationSchema);
  const { gpu, ...others } = content;
  return { expected: { ...given(others), gpu: gpu === "none" ? undefined : given(gpu) }, expectation };
}

/** Without what was left out, which a schema's type has as undefined. */
type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function given<T extends object>(settings: T): Given<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Given<T>;
}
