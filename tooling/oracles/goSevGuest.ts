import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { ExamineContext, SnpProduct } from "../../components/verdict/context";
import { snpProducts } from "../../components/verdict/context";
import { splitChain } from "../../components/verdict/evidence/chain";
import { parseSnpReport, snpSignatureHolds } from "../../components/verdict/evidence/snpReport";
import { vcekIdentity } from "../../components/verdict/evidence/vcekCertificate";
import { amdRoots } from "../../components/verdict/roots/amd";
import { amdIntermediates } from "../../components/verdict/roots/amdIntermediates";
import { examineSnp } from "../../components/verdict/snp/examineSnp";
import { productNames } from "../../components/verdict/snp/products";
import { findGo, goEnvironment, requireGo } from "../toolchain/go";
import { UserError } from "../ui";
import type { SnpQuestion } from "./goSevGuestCases";
import { realQuestions, syntheticQuestions } from "./goSevGuestCases";
import type { Oracle, OracleContext } from "./oracle";

/** What this project's findings are called together, as the library asks them: in two functions. */
const verification = [
  ...["snp-report-format", "snp-signing-key", "snp-report-signature"],
  ...["snp-chain", "snp-product", "snp-revocation"],
];
const validation = [
  ...["snp-measurement", "snp-host-data", "snp-report-data", "snp-vmpl", "snp-chip-id"],
  ...["snp-policy-debug", "snp-policy-migration", "snp-certified-tcb", "snp-tcb-consistent"],
  ...["snp-tcb-bootloader", "snp-tcb-tee", "snp-tcb-snp", "snp-tcb-microcode"],
];

interface Answer {
  readonly verified: string;
  readonly validated: string;
}

interface Samples {
  readonly report: string;
  readonly vcek: string;
  readonly chains: Readonly<Record<string, string>>;
}

/** Holds verdicts on SEV-SNP reports against Google's go-sev-guest, and the pinned roots against those built into it. */
export const goSevGuest: Oracle = {
  name: "go-sev-guest",
  title: "SEV-SNP reports against go-sev-guest 0.15.0",
  async run(context) {
    const ask = await build(context);
    const samples = JSON.parse(await ask("samples")) as Samples;
    const pins = comparePins(samples);
    context.show("making SYNTHETIC roots and reports");
    const bytes = (text: string) => Buffer.from(text, "base64");
    const real = realQuestions({ report: bytes(samples.report), vcek: bytes(samples.vcek) });
    const questions = [...real, ...(await syntheticQuestions())];
    context.show("judging");
    const answers = await judge(questions, context, ask);
    const differing = questions.flatMap((question, at) => compare(question, answers[at]!));
    if (differing.length > 0)
      throw new UserError(
        `${differing.length} verdicts differ.`,
        "Find out which of the two is wrong about AMD's specification, and mend this project if it is.",
        differing,
      );
    for (const { name, differs } of questions)
      if (differs) context.note(`${name}: refused ${differs.refusedBy} alone, since ${differs.because}`);
    context.show("changing every bit of a real report");
    const bits = flips(real.find(({ name }) => name === "real Turin, version 5")!);
    const agreed = questions.filter(({ differs }) => !differs).length;
    return `${agreed} of ${questions.length} reports get the same verdict, ${real.length} of them real; ${pins} pinned certificates are the same; ${bits} changed bits refused`;
  },
};

type Ask = (...args: string[]) => Promise<string>;

async function build({ directory, env, signal, show }: OracleContext): Promise<Ask> {
  mkdirSync(directory, { recursive: true });
  const program = join(directory, "goSevGuest");
  const go = requireGo(await findGo(env), "goSevGuest");
  const run = async (executable: string, args: readonly string[], options: object) => {
    const result = await execa(executable, args, { ...options, extendEnv: false, reject: false });
    if (result.exitCode !== 0)
      throw new UserError(`${args[0] ?? executable} fails.`, undefined, String(result.stderr).split("\n").slice(-8));
    return String(result.stdout);
  };
  show("building the library");
  const args = ["build", "-trimpath", "-mod=readonly", "-o", program, "."];
  await run(go.executable, args, { cwd: join(__dirname, "goSevGuest"), env: goEnvironment(env), cancelSignal: signal });
  return (...asked) => run(program, asked, { cwd: directory, env, cancelSignal: signal });
}

/** The library's built-in chains, each an intermediate and its root. */
function comparePins({ chains }: Samples): number {
  const raw = (pem: string) => new X509Certificate(pem).raw.toString("hex");
  let compared = 0;
  for (const product of snpProducts)
    for (const [name, kind] of [[product, "ask"] as const, [`${product} vlek`, "asvk"] as const]) {
      const theirs = splitChain(chains[name] ?? "").map(raw);
      const own = [amdIntermediates[product][kind], amdRoots[product]].map(raw);
      if (theirs.join() !== own.join()) throw new UserError(`The certificates of ${name} differ from go-sev-guest's.`);
      compared += own.length;
    }
  return compared;
}

async function judge(questions: readonly SnpQuestion[], { directory }: OracleContext, ask: Ask): Promise<Answer[]> {
  const work = mkdtempSync(join(directory, "work-"));
  try {
    const file = join(work, "questions.json");
    writeFileSync(file, JSON.stringify(questions.map(asked)));
    return JSON.parse(await ask("judge", file)) as Answer[];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** As the Go program reads it: bytes in base64. */
function asked({ report, certificate, synthetic, crl, now, expected }: SnpQuestion) {
  const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");
  const { bootloader, tee, snp, microcode } = expected.tcb;
  const roots = snpProducts.map((product) => {
    const own = { root: amdRoots[product], ...amdIntermediates[product] };
    const { root: ark, ask, asvk } = synthetic?.[product] ?? own;
    return [productNames[product], { ark, ask, asvk }] as const;
  });
  const key = vcekIdentity(certificate).cloud === undefined ? "vcek" : "vlek";
  return {
    report: report.toString("base64"),
    [key]: certificate.toString("base64"),
    // Its default roots have no ASVK: a cloud's report is verified under those that both have.
    ...((synthetic || key === "vlek") && { roots: Object.fromEntries(roots) }),
    ...(crl && { crl: Buffer.from(crl).toString("base64") }),
    now: now.toISOString(),
    expected: {
      measurement: base64(expected.measurement),
      hostData: base64(expected.hostData),
      reportData: base64(expected.reportData),
      chipId: base64(expected.chipId),
      ...{ bootloader, tee, snp, microcode },
    },
  };
}

/** What differs, in words; nothing where both agree, or differ as is known. */
function compare(question: SnpQuestion, { verified, validated }: Answer): string[] {
  const own = refusals(question);
  const pairs = [
    ["verification", own.verification, verified],
    // What a report says is of no concern where nobody vouches for it; the library then stops at various points.
    ...(own.verification === "" && verified === "" ? [["validation", own.validation, validated] as const] : []),
  ] as const;
  const unlike = pairs.filter(([, here, there]) => (here === "") !== (there === ""));
  const { differs } = question;
  if (differs) {
    const asKnown = unlike.length > 0 && unlike.every(([, here]) => (here === "") === (differs.refusedBy === "there"));
    return asKnown ? [] : [`${question.name}: the two are known to differ, and do not any more as they did`];
  }
  return unlike.map(([what, here, there]) => `${what} of ${question.name}: here "${here}", there "${there}"`);
}

function refusals({ report, certificate, synthetic, crl, now, expected }: SnpQuestion) {
  const { bootloader, tee, snp, microcode } = expected.tcb;
  const pem = new X509Certificate(certificate).toString();
  const own = (product: SnpProduct) => (synthetic ? synthetic[product].root : amdRoots[product]);
  const issuers = synthetic ? Object.values(synthetic).flatMap(({ ask, asvk }) => [ask, asvk]) : [];
  const context: ExamineContext = {
    now,
    roots: {
      amd: { milan: own("milan"), genoa: own("genoa"), turin: own("turin") },
      ...{ intel: "", nvidia: "", nvidiaManifests: "", googleConfidentialSpace: "" },
      simulated: false,
    },
    collateral: crl ? [{ kind: "amd-crl", source: "list", bytes: crl }] : [],
    expected: {
      tee: "snp",
      launch: { snp: { measurement: expected.measurement } },
      boundInitData: expected.hostData,
      tcb: { snp: { bootloader, tee, snp, microcode } },
      gpu: { model: "H100", count: 1, nvSwitches: 0 },
      gpuClaims: { drivers: [], vbios: [] },
      reportData: { value: expected.reportData },
      deviceNonce: { unknown: "no device is asked" },
    },
  };
  const { findings } = examineSnp({ report, certificates: [pem, ...issuers] }, context);
  const failed = (checks: readonly string[]) =>
    findings
      .filter(({ check, grade }) => grade === "failed" && checks.includes(check))
      .map(({ check, says }) => `${check}: ${says}`)
      .join("; ");
  return { verification: failed(verification), validation: failed(validation) };
}

/** Every single bit of what is signed. */
function flips({ report, certificate }: SnpQuestion): number {
  const parsed = parseSnpReport(report);
  const { publicKey } = new X509Certificate(certificate);
  const bits = parsed.signed.length * 8;
  for (let bit = 0; bit < bits; bit++) {
    const signed = Buffer.from(parsed.signed);
    signed[bit >> 3] = signed[bit >> 3]! ^ (1 << (bit & 7));
    if (snpSignatureHolds({ ...parsed, signed }, publicKey))
      throw new UserError(`The signature holds although bit ${bit} of the report was changed.`);
  }
  return bits;
}
