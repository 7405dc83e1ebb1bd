import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { CollateralFile } from "../../components/verdict/context";
import { intelSgxRootCa } from "../../components/verdict/roots/intel";
import type { TdxCheck } from "../../components/verdict/tdx/checklist";
import { findOnPath } from "../toolchain/onPath";
import { UserError } from "../ui";
import type { Oracle, OracleContext } from "./oracle";
import type { TdxQuestion } from "./tdxQuestions";
import { accepted, collateralFile, fileOf, intelChecks, realQuestion, syntheticQuestions } from "./tdxQuestions";

/** What the library looks at beside Intel's side: the attributes of the guest itself. */
const judged: readonly TdxCheck[] = [...intelChecks, "tdx-debug", "tdx-migratable", "tdx-service-td", "tdx-sept-ve"];

/** Quotes of real machines that come with the library, and when their collateral counted. */
const samples = [
  { file: "tdx_quote", now: "2025-06-25T00:00:00Z" },
  { file: "tdx_quote_outdated", now: "2026-02-20T00:00:00Z" },
  { file: "tdx_quote_td15ex", now: "2026-10-10T00:00:00Z" },
  { file: "tdx_quote_td15ex", now: "2026-12-10T00:00:00Z" },
];

interface Answer {
  readonly status: string | null;
  readonly error: string | null;
}

/** Where this project is stricter than the library, and why. */
const differences: Readonly<Record<string, string>> = {
  "text behind the quote": "the library keeps bytes behind a quote out of its sight; here they are refused",
  "a certificate of another name": "the library does not look at certificates' names",
  "a platform's certificate that the root issued itself":
    "the library takes chains of any length; here a platform's certificate is its authority's, as all of Intel's are",
  "a running TDX module that is older than the one at launch":
    "the library, like Intel's, counts the module at launch; here the running one has to be up to date as well",
  "TCB information of another PCEID": "the library does not compare PCEIDs; Intel's does",
  "a service TD that was bound later":
    "the library relies on the attribute SERVTD_EXT to be set with these fields; here any that is not zero is refused",
};

/** Holds verdicts on TDX quotes of versions 4 and 5 against Phala's dcap-qvl, in Rust. */
export const dcapQvl: Oracle = {
  name: "dcapQvl",
  title: "TDX quotes against dcap-qvl 0.7.1",
  async run(context) {
    const { program, folder } = await build(context);
    context.show("making SYNTHETIC quotes");
    const questions = [...samples.map((each) => sample(folder, each)), ...(await syntheticQuestions(judged))];
    context.show("judging");
    const { env, signal } = context;
    const input = JSON.stringify(questions.map(asked));
    const result = await execa(program, [], { input, env, extendEnv: false, signal, reject: false });
    if (result.exitCode !== 0) throw new UserError("the oracle fails.", undefined, result.stderr.split("\n").slice(-8));
    const answers = JSON.parse(result.stdout) as Answer[];
    const differing = questions.flatMap((question, index) => {
      const answer = answers[index];
      const [own, theirs] = [accepted(question, judged), answer?.status === "UpToDate"];
      if (own === theirs) return [];
      const reason = !own && theirs ? differences[question.name] : undefined;
      if (reason === undefined)
        return [`${question.name}: here ${own ? "accepted" : "refused"}, there ${answer?.error ?? answer?.status}`];
      context.note(`${question.name}: refused here alone; ${reason}`);
      return [];
    });
    if (differing.length > 0)
      throw new UserError(
        `${differing.length} of ${questions.length} verdicts differ.`,
        "Find out which of the two is wrong about Intel's specification, and mend this project if it is.",
        differing,
      );
    const good = questions.filter((question) => accepted(question, judged)).length;
    return `${questions.length} quotes, ${samples.length} of real machines: ${good} accepted, the others refused`;
  },
};

/** The program, and where the library's own sources lie, with its samples. */
async function build({ directory, env, signal, show }: OracleContext): Promise<{ program: string; folder: string }> {
  const cargo = findOnPath("cargo", env);
  if (!cargo)
    throw new UserError(
      "There is no cargo on PATH; this oracle needs Rust 1.86 or newer.",
      "Install Rust, or leave it out.",
    );
  show("building with cargo");
  mkdirSync(directory, { recursive: true });
  const cwd = join(__dirname, "dcapQvl");
  const run = async (...args: string[]) => {
    const result = await execa(cargo, args, { cwd, env, extendEnv: false, signal, reject: false });
    if (result.exitCode !== 0)
      throw new UserError(
        "cargo could not build the oracle.",
        "See what it says; it needs crates.",
        result.stderr.split("\n").slice(-10),
      );
    return result.stdout;
  };
  await run("build", "--release", "--locked", "--target-dir", join(directory, "target"));
  const { packages } = JSON.parse(await run("metadata", "--format-version", "1", "--locked")) as {
    packages: readonly { readonly name: string; readonly manifest_path: string }[];
  };
  const manifest = packages.find(({ name }) => name === "dcap-qvl")?.manifest_path ?? "";
  const program = join(directory, "target", "release", "trustfoundry-dcap-qvl-oracle");
  return { program, folder: join(dirname(manifest), "sample") };
}

/** Collateral as the library keeps it: documents apart from their signatures, lists as hex. */
function sample(folder: string, { file, now }: (typeof samples)[number]): TdxQuestion {
  const kept = JSON.parse(readFileSync(join(folder, `${file}_collateral.json`), "utf8")) as Record<string, string>;
  const signed = (member: string, document: string) =>
    Buffer.from(`{"${member}":${kept[document]},"signature":"${kept[`${document}_signature`]}"}`);
  return realQuestion(
    `the library's ${file}, on ${now.slice(0, 10)}`,
    {
      root: intelSgxRootCa,
      quote: readFileSync(join(folder, file)),
      now: new Date(now),
      pckCrlChain: kept.pck_crl_issuer_chain ?? "",
    },
    [
      collateralFile("intel-tcb-info", signed("tcbInfo", "tcb_info")),
      collateralFile("intel-qe-identity", signed("enclaveIdentity", "qe_identity")),
      collateralFile("intel-tcb-signing-chain", Buffer.from(kept.tcb_info_issuer_chain ?? "")),
      collateralFile("intel-pck-crl", Buffer.from(kept.pck_crl ?? "", "hex")),
      collateralFile("intel-root-crl", Buffer.from(kept.root_ca_crl ?? "", "hex")),
    ],
  );
}

/** As the program reads a question: documents taken out of the service's answers, bytes as base64. */
function asked(question: TdxQuestion): Record<string, unknown> {
  const base64 = (kind: CollateralFile["kind"]) => fileOf(question, kind).toString("base64");
  const parts = (kind: CollateralFile["kind"]) => {
    const [, document = "", signature = ""] =
      /^\{"\w+":(.*),"signature":"([0-9a-fA-F]*)"\}$/.exec(fileOf(question, kind).toString()) ?? [];
    return { document, signature: Buffer.from(signature, "hex").toString("base64") };
  };
  const [tcbInfo, qeIdentity] = [parts("intel-tcb-info"), parts("intel-qe-identity")];
  return {
    root: question.context.roots.intel,
    now: Math.floor(question.context.now.getTime() / 1000),
    quote: Buffer.from(question.quote).toString("base64"),
    tcbInfo: tcbInfo.document,
    tcbInfoSignature: tcbInfo.signature,
    qeIdentity: qeIdentity.document,
    qeIdentitySignature: qeIdentity.signature,
    signingChain: fileOf(question, "intel-tcb-signing-chain").toString("latin1"),
    pckCrlChain: question.pckCrlChain,
    pckCrl: base64("intel-pck-crl"),
    rootCrl: base64("intel-root-crl"),
  };
}
