import { z } from "zod";
import type { AzureMachineExpected } from "../../../components/verdict/azure/judgeAzure";
import { extendedOnce } from "../../../components/verdict/evidence/tpmQuote";
import type { ReadersExpectation } from "../../../components/verdict/machineVerdict";
import { crossCheck } from "../../../stacks/config/common";
import { azureSchema, hexes, nodeSchema, registersSchema, tdxSchema } from "../../../stacks/config/nodes";
import { UserError } from "../../ui";
import type { Settings } from "./expectation";
import { gpuOrNone, readExpectation } from "./expectation";

const nodes = nodeSchema.shape;

const azureTdxSchema = z.strictObject({
  kind: z.literal("azureTdxVtpm"),
  measurements: hexes(48, "accepted MRTD of Microsoft's paravisor, 48 bytes as lower-case hex"),
  pcrs: registersSchema,
  xfam: tdxSchema.shape.xfam,
  attributes: tdxSchema.shape.attributes,
  mrSeam: tdxSchema.shape.mrSeam,
});

/**
 * What a reader expects of a confidential machine on Azure: an entry of a trust stack's `nodes` as it stands there, whose
 * settings about keys are of no matter here, and beside it what only a reader decides.
 */
export const azureExpectationSchema = (raw: Settings) =>
  z
    .strictObject({
      evidence: z
        .discriminatedUnion("kind", [azureSchema, azureTdxSchema])
        .describe(
          "what the CPU has to prove, observed on a machine that you trust, as {kind: azureSnpVtpm, measurements, pcrs, tcb} or {kind: azureTdxVtpm, measurements, pcrs, xfam}",
        ),
      gpu: gpuOrNone(raw, nodes.gpu, "the machine's one GPU as {model, drivers, vbios}, or none where it has none"),
      initData: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "32 bytes as lower-case hex")
        .optional()
        .describe("SHA-256 of the init-data that the guest puts into register 08; default: it has none, as a node"),
      consoleAllowed: z
        .boolean()
        .default(false)
        .describe("whether a serial console may be on, which whoever runs the machine reads; default: false"),
      notBefore: nodes.notBefore.optional(),
      notAfter: nodes.notAfter.optional().describe("until when these values count: by then observe them again"),
      name: nodes.name.optional(),
      provider: nodes.provider,
      keys: nodes.keys.optional().describe("of `nodes` alone; not compared here"),
    })
    .superRefine(({ evidence, initData, notBefore, notAfter }, ctx) => {
      const held = initData === undefined ? undefined : extendedOnce(initData);
      if (held !== undefined && evidence.pcrs["08"].join() !== held)
        crossCheck(
          ctx,
          ["evidence", "pcrs", "08"],
          `cannot hold initData; write ["${held}"], which is that digest alone`,
        );
      if (notBefore !== undefined && notAfter !== undefined && Date.parse(notBefore) >= Date.parse(notAfter))
        crossCheck(ctx, ["notAfter"], "comes no later than notBefore; write a later one");
    });

export interface AzureExpectation {
  readonly expected: AzureMachineExpected;
  readonly expectation: ReadersExpectation;
}

/** Values of another time are refused: images of machines change often, and old ones have to leave. */
export function readAzureExpectation(path: string, now: Date): AzureExpectation {
  const { content, expectation } = readExpectation(path, azureExpectationSchema);
  const { evidence, gpu, initData, consoleAllowed, notBefore, notAfter } = content;
  if (notBefore !== undefined && now < new Date(notBefore))
    throw new UserError(`${path} holds from ${notBefore} on (notBefore), which is still to come.`);
  if (notAfter !== undefined && now >= new Date(notAfter))
    throw new UserError(`${path} held until ${notAfter} (notAfter); observe its values again, and write a later one.`);
  const { measurements, pcrs } = evidence;
  return {
    expected: {
      tee: evidence.kind === "azureSnpVtpm" ? "snp" : "tdx",
      azure: {
        paravisors: measurements,
        tcb: tcbOf(evidence),
        registers: Object.fromEntries(Object.entries(pcrs).filter(([, values]) => values !== undefined)),
        initData:
          initData === undefined
            ? { unknown: "the expectation names no init-data; register 08 is compared as it is" }
            : { value: initData },
        consoleAllowed,
      },
      gpu: gpu === "none" ? undefined : gpu,
    },
    expectation,
  };
}

function tcbOf(
  evidence: z.output<ReturnType<typeof azureExpectationSchema>>["evidence"],
): AzureMachineExpected["azure"]["tcb"] {
  if (evidence.kind === "azureSnpVtpm") return { snp: evidence.tcb };
  const { xfam, attributes, mrSeam } = evidence;
  return { tdx: { xfam, attributes, ...(mrSeam && { mrSeam }) } };
}
