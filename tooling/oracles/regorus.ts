import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { canonicalJson } from "../../components/names";
import { ensureToolchain } from "../toolchain/ensure";
import { withLock } from "../toolchain/lock";
import { findOnPath } from "../toolchain/onPath";
import { runGroup } from "../toolchain/processGroup";
import { UserError } from "../ui";
import type { Oracle, OracleContext } from "./oracle";
import type { PolicyQuestion } from "./policyQuestions";
import { askOpa, policyQuestions } from "./policyQuestions";

/** As pinned in `regorus/Cargo.toml`: the version and the features that Trustee v0.21.0 is built with. */
export const requirement = "regorus 0.10.1";

/** What the engine made of a question. */
type Answer = { readonly value: unknown } | { readonly undefined: true } | { readonly error: string };

/**
 * Evaluates every policy with the engine that Trustee and Kata's agent have, over the questions that the tests ask OPA.
 * Two engines, one verdict: a rule that only one of them takes is found here, and not by a guest that gets no key.
 */
export const regorus: Oracle = {
  name: "regorus",
  title: `Policies with ${requirement} against OPA`,
  async run(context) {
    const program = await build(context);
    const { binDir } = await ensureToolchain({ groups: ["policy"], env: context.env, signal: context.signal });
    const { questions, left } = policyQuestions();
    if (left) context.note(left);
    context.show("asking OPA");
    const expected = await askOpa(join(binDir, "opa"), questions);
    context.show("asking regorus");
    const answers = await ask(program, questions, context);
    const differing = questions.flatMap((question, index) => {
      const answer = answers[index]!;
      const verdict = "error" in answer ? answer.error : "value" in answer ? answer.value : undefined;
      return text(verdict) === text(expected[index])
        ? []
        : [`${question.title}: OPA says ${text(expected[index])}, regorus ${text(verdict)}`];
    });
    if (differing.length > 0)
      throw new UserError(
        `${differing.length} of ${questions.length} verdicts of ${requirement} differ from OPA's.`,
        "Write the rule so that both engines understand it alike; Trustee and Kata's agent have regorus.",
        differing.slice(0, 20),
      );
    return `${questions.length} verdicts agree: ${counted(questions)}`;
  },
};

/** Undefined, and false where a rule is asked for a verdict, are different answers; only equal ones agree. */
function text(verdict: unknown): string {
  return verdict === undefined ? "undefined" : canonicalJson(verdict);
}

function counted(questions: readonly PolicyQuestion[]): string {
  const kinds = [...new Set(questions.map(({ kind }) => kind))];
  return kinds.map((kind) => `${questions.filter((each) => each.kind === kind).length} of ${kind}`).join(", ");
}

async function ask(
  program: string,
  questions: readonly PolicyQuestion[],
  { signal }: OracleContext,
): Promise<Answer[]> {
  const document = {
    modules: Object.fromEntries(questions.map(({ module, rego }) => [module, rego])),
    questions: questions.map(({ module, engine, query, input, data, values }) => ({
      module,
      engine,
      query,
      input,
      data,
      values,
    })),
  };
  const { stdout } = await execa(program, [], { input: JSON.stringify(document), signal, maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as Answer[];
}

/** The program of `regorus/`, built into the cache: minutes the first time, a second from then on. */
async function build({ directory, env, signal, show }: OracleContext): Promise<string> {
  const cargo = findOnPath("cargo", env);
  if (!cargo)
    throw new UserError(
      "There is no cargo on PATH; this oracle needs Rust.",
      "Install Rust 1.85 or newer (rustup.rs), put cargo on PATH and run the command again.",
    );
  mkdirSync(directory, { recursive: true });
  return await withLock(directory, { onWait: () => show("waiting for another run"), signal }, async () => {
    show(`building ${requirement}`);
    const manifest = join(__dirname, "regorus", "Cargo.toml");
    const { code, output } = await runGroup({
      executable: cargo,
      args: ["build", "--release", "--locked", "--manifest-path", manifest, "--target-dir", directory],
      directory,
      env,
      signal,
    });
    signal.throwIfAborted();
    if (code !== 0)
      throw new UserError(
        `${requirement} does not build.`,
        "See what cargo says; it needs a C linker and a crates registry that it can reach.",
        output.slice(-10),
      );
    return join(directory, "release", "trustfoundry-regorus-oracle");
  });
}
