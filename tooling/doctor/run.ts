import { X509Certificate } from "node:crypto";
import type { GuestImage } from "../../components/guest/measurement/guestImage";
import { parseGuestImage } from "../../components/guest/measurement/guestImage";
import { readNamed } from "../files";
import { ApiError, KubeApi } from "../controlplane/api";
import { openRelease } from "../commands/release/open";
import { ensureToolchain } from "../toolchain/ensure";
import { printable, UserError } from "../ui";
import { collect } from "./collect/collect";
import { defaultKubeconfig, kubeconfigCredentials } from "./collect/kubeconfig";
import type { PresentContext } from "./collect/present";
import { presentEvidence, presentToken } from "./collect/present";
import type { Question } from "./diagnose";
import { diagnose } from "./diagnose";
import { doctorJson, doctorText } from "./screen";
import { seen, unseen } from "./seen";
import { exitCodeOf } from "./walk";

export interface DoctorArgs {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly all?: true;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly trustKubeconfig?: string;
  readonly trustContext?: string;
  readonly release: readonly string[];
  readonly guest: readonly string[];
  readonly token?: string;
  readonly evidence?: string;
  readonly signer?: string;
  readonly keyBroker?: { readonly host: string; readonly port: number };
  readonly json?: true;
}

/** The command: reads files and clusters, diagnoses, and says so. */
export async function runDoctor(args: DoctorArgs, signal: AbortSignal): Promise<{ text: string; exitCode: number }> {
  const question = questionOf(args);
  const releases = args.release.map((file) => openRelease(file).release);
  const guestImages = args.guest.map(readGuestImage);
  const present = presenter(args);
  const cluster = await open(args.kubeconfig ?? defaultKubeconfig(), args.context, signal);
  let trust: KubeApi | undefined;
  try {
    if (args.trustKubeconfig !== undefined) trust = await open(args.trustKubeconfig, args.trustContext, signal);
    const snapshot = await collect({
      cluster,
      trust,
      opa: () => opaProgram(signal),
      releases,
      guestImages,
      ...(question.kind === "pod" && { namespaces: [question.namespace] }),
      ...(question.kind === "node" && { namespaces: [], kubelets: [question.name] }),
      ...(args.keyBroker && { keyBroker: args.keyBroker }),
      present,
      now: new Date(),
      signal,
    });
    const diagnosis = diagnose(snapshot, question);
    const sources = [
      cluster.server,
      ...(trust ? [trust.server] : []),
      ...args.release,
      ...[args.token, args.evidence].filter((file) => file !== undefined),
    ];
    const screen = { question, simulated: false, sources, diagnosis };
    return { text: args.json ? doctorJson(screen) : doctorText(screen), exitCode: exitCodeOf(diagnosis) };
  } finally {
    cluster.close();
    trust?.close();
  }
}

/** What the words of a command line ask about. */
export function questionOf({ kind, name, all }: Pick<DoctorArgs, "kind" | "name" | "all">): Question {
  if (kind === undefined) return { kind: "all" };
  if (all) throw new UserError("Write either --all, or a host or a pod.");
  if (name === undefined)
    throw new UserError(`Which ${kind}? Write \`doctor node <name>\` or \`doctor pod <namespace>/<name>\`.`);
  const label = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
  if (kind === "node" && label.test(name)) return { kind, name };
  const [namespace = "", pod = "", ...rest] = name.split("/");
  if (kind === "pod" && rest.length === 0 && label.test(namespace) && label.test(pod))
    return { kind, namespace, name: pod };
  throw new UserError(
    kind === "node" || kind === "pod"
      ? `"${name}" is no name of a ${kind}.`
      : `There is nothing to ask about "${kind}".`,
    "Write `doctor node <name>`, `doctor pod <namespace>/<name>`, or `doctor --all`.",
  );
}

function readGuestImage(file: string): GuestImage {
  try {
    return parseGuestImage(readNamed(file, "a guest image, as `guest describe` writes it"));
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`${file}: ${(error as Error).message}.`);
  }
}

/** Reads what a guest showed, before any cluster is asked: a mistake in a file is told first. */
function presenter({ token, evidence, signer, release }: DoctorArgs) {
  if (token !== undefined && evidence !== undefined)
    throw new UserError("Give either --token or --evidence, not both.");
  const [path = "", kind] = token !== undefined ? [token, "token"] : [evidence, "evidence"];
  if (path === "") return undefined;
  if (release.length === 0)
    throw new UserError("There is nothing to compare the guest with.", "Give the file of its release with --release.");
  const text = readNamed(path, kind === "token" ? "an attestation token" : "evidence of a guest");
  const trusted =
    signer === undefined
      ? unseen("the certificate of the token signer lies in a Secret; give it with --signer")
      : seen(certificateIn(signer));
  return async (context: Omit<PresentContext, "signer">) => [
    await (kind === "token" ? presentToken : presentEvidence)(text, path, { ...context, signer: trusted }),
  ];
}

function certificateIn(file: string): string {
  const pem = readNamed(file, "the PEM certificate of the token signer");
  try {
    return new X509Certificate(pem).toString();
  } catch {
    throw new UserError(`${file} is no certificate; name the PEM of the token signer, token.crt.`);
  }
}

/** A client that was answered at least once: a cluster that nobody reaches is no diagnosis. */
async function open(kubeconfig: string, context: string | undefined, signal: AbortSignal): Promise<KubeApi> {
  const api = new KubeApi(await kubeconfigCredentials(kubeconfig, context, signal));
  try {
    await api.send({ path: "/version", signal });
    return api;
  } catch (error) {
    if (error instanceof ApiError && error.status !== 401) return api;
    api.close();
    signal.throwIfAborted();
    if (error instanceof ApiError)
      throw new UserError(`${api.server} does not take the credentials of ${kubeconfig}; log in again.`);
    throw new UserError(
      `${api.server}, which ${kubeconfig} names, does not answer: ${printable((error as Error).message)}.`,
    );
  }
}

export async function opaProgram(signal: AbortSignal): Promise<string> {
  const { tools } = await ensureToolchain({ groups: ["policy"], signal });
  const opa = tools.find(({ name }) => name === "opa");
  if (!opa) throw new Error("the toolchain has no opa");
  return opa.path;
}
