import type { CollateralFile, ExamineContext } from "../../components/verdict/context";
import type { TdxBody } from "../../components/verdict/evidence/tdxQuote";
import { parseTdxQuote } from "../../components/verdict/evidence/tdxQuote";
import type { TdxCheck } from "../../components/verdict/tdx/checklist";
import { tdxChecks } from "../../components/verdict/tdx/checklist";
import { examineTdx } from "../../components/verdict/tdx/examineTdx";
import { refusalCases } from "../../test/support/tdx/refusalCases";
import type { Question } from "../../test/support/tdx/scene";
import { contextFor, goodScene, questionOf } from "../../test/support/tdx/scene";

/** A quote that both judge. */
export interface TdxQuestion extends Question {
  readonly name: string;
  readonly version: number;
  /** The platforms' authority and root, which sign the list of revoked platforms. */
  readonly pckCrlChain: string;
}

/** A question of a real machine's, expecting of it whatever it says: what is compared is whether it is genuine. */
export function realQuestion(
  name: string,
  { root, quote, now, pckCrlChain }: { root: string; quote: Uint8Array; now: Date; pckCrlChain: string },
  collateral: readonly CollateralFile[],
): TdxQuestion {
  const { body, version } = parseTdxQuote(quote);
  return {
    name,
    version,
    quote,
    pckCrlChain,
    context: { ...expecting(body, contextFor(root, collateral, false)), now },
  };
}

/**
 * The tests' SYNTHETIC quotes: all good ones, and all that are refused for what others look at as well. Intel's names as
 * they are, since other verifiers want them.
 */
export async function syntheticQuestions(judged: readonly TdxCheck[]): Promise<TdxQuestion[]> {
  const [scene, stranger] = await Promise.all([goodScene({ label: "" }), goodScene({ label: "" })]);
  const pckCrlChain = [scene.authority.authority, scene.authority.root].map((pem) => pem.trim()).join("\n");
  const formats = [4, "TDX 1.0", "TDX 1.5", "TDX 1.5, extended"] as const;
  const good = formats.map(async (format) =>
    named(`good, ${format}`, await questionOf({ ...scene, format }), pckCrlChain),
  );
  const bad = refusalCases
    .filter(({ check, name }) => judged.includes(check) && !unlike.has(name))
    .map(async ({ name, change }) => named(name, plain(await change(scene, stranger)), pckCrlChain));
  return Promise.all([...good, ...bad]);
}

/** Whether Intel's side of a quote, and what else others look at, is verified throughout. */
export function accepted({ quote, context }: Question, judged: readonly TdxCheck[]): boolean {
  const { findings } = examineTdx({ quote }, context);
  return findings.every(({ check, grade }) => grade === "verified" || !judged.includes(check as TdxCheck));
}

/** What anyone looks at who judges whether a quote is genuine and current. */
export const intelChecks = (Object.keys(tdxChecks) as TdxCheck[]).filter(
  (check) => ["cpu-genuine", "cpu-firmware-current"].includes(tdxChecks[check]) && check !== "tdx-mr-seam",
);

/** A case that means something else where others judge: there are no labels here. */
const unlike = new Set(["a rehearsal's names under roots that count"]);

function plain(question: Question): Question {
  const { context } = question;
  return { ...question, context: { ...context, roots: { ...context.roots, simulated: false } } };
}

function named(name: string, question: Question, pckCrlChain: string): TdxQuestion {
  const version = question.quote.length > 2 ? Buffer.from(question.quote).readUInt16LE(0) : 0;
  return { name, version, pckCrlChain, ...plain(question) };
}

function expecting(body: TdxBody, context: ExamineContext): ExamineContext {
  return {
    ...context,
    expected: {
      ...context.expected,
      launch: { tdx: { mrTd: body.mr_td, rtmr1: body.rtmr_1, rtmr2: body.rtmr_2 } },
      boundInitData: body.mr_config_id,
      tcb: { tdx: { xfam: [body.xfam], attributes: [body.td_attributes] } },
      reportData: { value: body.report_data },
    },
  };
}

/** The bytes of one file of a question's collateral. */
export function fileOf({ context }: Question, kind: CollateralFile["kind"]): Buffer {
  return Buffer.from(context.collateral.find((file) => file.kind === kind)?.bytes ?? "");
}

export function collateralFile(kind: CollateralFile["kind"], bytes: Uint8Array): CollateralFile {
  return { kind, source: kind, bytes };
}
