import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { intelSgxRootCa } from "../../components/verdict/roots/intel";
import { findGo, goEnvironment, requireGo } from "../toolchain/go";
import { UserError } from "../ui";
import type { Oracle, OracleContext } from "./oracle";
import type { TdxQuestion } from "./tdxQuestions";
import { accepted, collateralFile, fileOf, intelChecks, realQuestion, syntheticQuestions } from "./tdxQuestions";

/** As the program speaks of a question; bytes are base64. */
interface Asked {
  readonly root: string;
  readonly now: number;
  readonly quote: string;
  readonly tcbInfo: string;
  readonly qeIdentity: string;
  readonly signingChain: string;
  readonly pckCrlChain: string;
  readonly pckCrl: string;
  readonly rootCrl: string;
}

/** Where this project is stricter or laxer than the library, and why. */
const differences: Readonly<Record<string, string>> = {
  "text behind the quote": "the library keeps bytes behind a quote as extra; here they are refused",
  "an authority's certificate in place of a platform's":
    "the library does not look at whether a platform's certificate is an authority's",
  "lists of the future": "the library does not look at when a document was issued; here one of the future is refused",
  "TCB information of tomorrow":
    "the library does not look at when a document was issued; here one of the future is refused",
};

/** Holds verdicts on TDX quotes of version 4, which is what it reads, against Google's go-tdx-guest. */
export const goTdxGuest: Oracle = {
  name: "goTdxGuest",
  title: "TDX quotes against go-tdx-guest 0.3.1",
  async run(context) {
    const program = await build(context);
    context.show("making SYNTHETIC quotes");
    const real = await sample(program, context);
    const synthetic = await syntheticQuestions(intelChecks);
    const questions = [real, ...synthetic].filter(({ version }) => version !== 5);
    context.show("judging");
    const answers = JSON.parse(await ask(program, [], JSON.stringify(questions.map(asked)), context)) as string[];
    const differing = questions.flatMap((question, index) => {
      const [own, theirs] = [accepted(question, intelChecks), answers[index] === ""];
      if (own === theirs) return [];
      const reason = !own && theirs ? differences[question.name] : undefined;
      if (reason === undefined)
        return [`${question.name}: here ${own ? "accepted" : "refused"}, there ${answers[index] || "accepted"}`];
      context.note(`${question.name}: refused here alone; ${reason}`);
      return [];
    });
    if (differing.length > 0)
      throw new UserError(
        `${differing.length} of ${questions.length} verdicts differ.`,
        "Find out which of the two is wrong about Intel's specification, and mend this project if it is.",
        differing,
      );
    const good = questions.filter((question) => accepted(question, intelChecks)).length;
    return `${questions.length} quotes of version 4, one of a real machine: ${good} accepted, the others refused`;
  },
};

async function build({ directory, env, signal, show }: OracleContext): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const program = join(directory, "goTdxGuest");
  const go = requireGo(await findGo(env), "goTdxGuest");
  show("building the library");
  const args = ["build", "-trimpath", "-mod=readonly", "-o", program, "."];
  const options = { cwd: join(__dirname, "goTdxGuest"), env: goEnvironment(env), extendEnv: false, signal };
  const result = await execa(go.executable, args, { ...options, reject: false });
  if (result.exitCode !== 0)
    throw new UserError("go could not build the oracle.", "See what it says.", result.stderr.split("\n").slice(-8));
  return program;
}

async function ask(program: string, args: string[], input: string, { env, signal }: OracleContext): Promise<string> {
  const result = await execa(program, args, { input, env, extendEnv: false, signal, reject: false });
  if (result.exitCode !== 0) throw new UserError("the oracle fails.", undefined, result.stderr.split("\n").slice(-8));
  // The library says on standard output when it uses no root of its own.
  return result.stdout.trim().split("\n").at(-1) ?? "";
}

/** The library's own quote of a real machine, without the text that its authors put behind it. */
async function sample(program: string, context: OracleContext): Promise<TdxQuestion> {
  const given = JSON.parse(await ask(program, ["sample"], "", context)) as Asked;
  const bytes = (text: string) => Buffer.from(text, "base64");
  const whole = bytes(given.quote);
  const end = 636 + whole.readUInt32LE(632);
  return realQuestion(
    "the library's quote of a real machine",
    {
      root: intelSgxRootCa,
      quote: whole.subarray(0, end),
      now: new Date(given.now * 1000),
      pckCrlChain: given.pckCrlChain,
    },
    [
      collateralFile("intel-tcb-info", bytes(given.tcbInfo)),
      collateralFile("intel-qe-identity", bytes(given.qeIdentity)),
      collateralFile("intel-tcb-signing-chain", Buffer.from(given.signingChain)),
      collateralFile("intel-pck-crl", bytes(given.pckCrl)),
      collateralFile("intel-root-crl", bytes(given.rootCrl)),
    ],
  );
}

function asked(question: TdxQuestion): Asked {
  const base64 = (kind: Parameters<typeof fileOf>[1]) => fileOf(question, kind).toString("base64");
  return {
    root: question.context.roots.intel,
    now: Math.floor(question.context.now.getTime() / 1000),
    quote: Buffer.from(question.quote).toString("base64"),
    tcbInfo: base64("intel-tcb-info"),
    qeIdentity: base64("intel-qe-identity"),
    signingChain: fileOf(question, "intel-tcb-signing-chain").toString("latin1").trim(),
    pckCrlChain: question.pckCrlChain.trim(),
    pckCrl: base64("intel-pck-crl"),
    rootCrl: base64("intel-root-crl"),
  };
}
