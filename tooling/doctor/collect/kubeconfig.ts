import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";
import type { ApiCredentials } from "../../controlplane/api";
import { readNamed } from "../../files";
import { UserError } from "../../ui";

const text = z.string().min(1);

/** What is read of a kubeconfig (k8s.io/client-go/tools/clientcmd/api/v1, types.go). */
const kubeconfigSchema = z.looseObject({
  "current-context": z.string().optional(),
  contexts: z.array(z.looseObject({ name: text, context: z.looseObject({ cluster: text, user: text }) })).default([]),
  clusters: z
    .array(
      z.looseObject({
        name: text,
        cluster: z.looseObject({
          server: z.url(),
          "certificate-authority": text.optional(),
          "certificate-authority-data": text.optional(),
          "insecure-skip-tls-verify": z.boolean().optional(),
          "tls-server-name": text.optional(),
          "proxy-url": text.optional(),
        }),
      }),
    )
    .default([]),
  users: z
    .array(
      z.looseObject({
        name: text,
        user: z.looseObject({
          "client-certificate": text.optional(),
          "client-certificate-data": text.optional(),
          "client-key": text.optional(),
          "client-key-data": text.optional(),
          token: text.optional(),
          tokenFile: text.optional(),
          exec: z
            .looseObject({
              apiVersion: text,
              command: text,
              args: z.array(z.string()).nullish(),
              env: z.array(z.object({ name: text, value: z.string() })).nullish(),
            })
            .optional(),
        }),
      }),
    )
    .default([]),
});

type User = z.infer<typeof kubeconfigSchema>["users"][number]["user"];

/** Where kubectl would look. */
export function defaultKubeconfig(): string {
  return process.env.KUBECONFIG?.split(delimiter).find((path) => path !== "") ?? join(homedir(), ".kube", "config");
}

/** The credentials of a context: certificates, a token, or what the client's own login program gives out. */
export async function kubeconfigCredentials(
  path: string,
  contextName: string | undefined,
  signal?: AbortSignal,
): Promise<ApiCredentials> {
  const config = readConfig(path);
  const name = contextName ?? config["current-context"];
  if (!name) throw new UserError(`${path} has no current context; name one with --context.`);
  const context = entry(config.contexts, name, "context", path).context;
  const cluster = entry(config.clusters, context.cluster, "cluster", path).cluster;
  const user = entry(config.users, context.user, "user", path).user;
  const { server } = cluster;
  if (cluster["insecure-skip-tls-verify"] === true || !server.startsWith("https://"))
    throw new UserError(
      `${path}: the cluster ${context.cluster} is reached without verifying its certificate.`,
      "Write its CA as certificate-authority-data in place of insecure-skip-tls-verify.",
    );
  if (cluster["proxy-url"] !== undefined)
    throw new UserError(
      `${path}: the cluster ${context.cluster} is behind proxy-url, which is not supported; run it where no proxy is needed.`,
    );
  const ca = content(cluster, "certificate-authority", path);
  if (ca === undefined)
    throw new UserError(`${path}: the cluster ${context.cluster} has no CA; write certificate-authority-data.`);
  const serverName = cluster["tls-server-name"];
  return {
    server,
    caCertificate: ca,
    ...(serverName !== undefined && { serverName }),
    ...(await login(user, context.user, path, signal)),
  };
}

function readConfig(path: string) {
  let parsed: unknown;
  try {
    parsed = parse(readNamed(path, "a kubeconfig"));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is no YAML; name a kubeconfig.`);
  }
  const read = kubeconfigSchema.safeParse(parsed);
  // Messages of the schema name places and never values: a kubeconfig has credentials.
  if (!read.success)
    throw new UserError(
      `${path} is no kubeconfig: ${read.error.issues[0]?.path.join(".")}: ${read.error.issues[0]?.message}.`,
    );
  return read.data;
}

function entry<T extends { readonly name: string }>(list: readonly T[], name: string, what: string, path: string): T {
  const found = list.find((each) => each.name === name);
  if (found) return found;
  const known = list.map((each) => each.name).join(", ") || "none";
  throw new UserError(`${path} has no ${what} ${name}; there is ${known}.`);
}

async function login(user: User, name: string, path: string, signal: AbortSignal | undefined) {
  const certificate = content(user, "client-certificate", path);
  const privateKey = content(user, "client-key", path);
  const token = user.token ?? (user.tokenFile && readFileBeside(user.tokenFile, path).trim());
  if (certificate && privateKey) return { certificate, privateKey };
  if (token) return { bearerToken: token };
  if (user.exec) return await executed(user.exec, name, signal);
  throw new UserError(
    `${path}: the user ${name} has neither a client certificate, a token nor a login program (exec).`,
    "Log in with your cluster's own client first; old auth-provider entries are not supported.",
  );
}

/** A value that stands in the file as base64, or in a file beside it. */
function content(of: Readonly<Record<string, unknown>>, key: string, path: string): string | undefined {
  const [inline, file] = [of[`${key}-data`], of[key]];
  if (typeof inline === "string") return Buffer.from(inline, "base64").toString("utf8");
  return typeof file === "string" ? readFileBeside(file, path) : undefined;
}

function readFileBeside(file: string, path: string): string {
  const full = resolve(dirname(path), file);
  try {
    return readFileSync(full, "utf8");
  } catch {
    throw new UserError(`${full}, which ${path} names, cannot be read.`);
  }
}

const credentialSchema = z.looseObject({
  status: z.looseObject({
    token: text.optional(),
    clientCertificateData: text.optional(),
    clientKeyData: text.optional(),
  }),
});

/** The login program that the kubeconfig names, as kubectl starts it (client.authentication.k8s.io, ExecCredential). */
async function executed(exec: NonNullable<User["exec"]>, name: string, signal: AbortSignal | undefined) {
  const info = { apiVersion: exec.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const env = Object.fromEntries((exec.env ?? []).map(({ name: key, value }) => [key, value]));
  const refusal = (why: string) =>
    new UserError(
      `The login program ${exec.command} of the user ${name} ${why}.`,
      "Log in with your cluster's own client, and try again.",
    );
  const result = await execa(exec.command, exec.args ?? [], {
    env: { ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    reject: false,
    stdin: "ignore",
    ...(signal && { signal }),
  });
  signal?.throwIfAborted();
  if (result.failed) throw refusal("failed");
  let answer: unknown;
  try {
    answer = JSON.parse(result.stdout);
  } catch {
    throw refusal("did not answer in JSON");
  }
  const read = credentialSchema.safeParse(answer);
  if (!read.success) throw refusal("gave no credentials");
  const { token, clientCertificateData, clientKeyData } = read.data.status;
  if (clientCertificateData && clientKeyData) return { certificate: clientCertificateData, privateKey: clientKeyData };
  if (token) return { bearerToken: token };
  throw refusal("gave no credentials");
}
