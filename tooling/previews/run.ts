import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { StackEngine } from "../rehearsal/stackRunner";
import { checkout } from "../toolchain/ensure";
import { UserError } from "../ui";
import type { Allowed, Change } from "./judge";
import { judgeChanges } from "./judge";
import type { Subject } from "./subjects";
import type { Answer, Request } from "./worker";

export interface PreviewsArgs {
  /** Tree with the last release's programs. */
  readonly former: string;
  /** Tree with the programs that are judged; default: this checkout. */
  readonly today?: string;
  readonly subjects: readonly Subject[];
  readonly engine: StackEngine;
  readonly allowed?: readonly Allowed[];
  /** How many stacks at a time; default 2. */
  readonly width?: number;
  readonly tell?: (subject: string, said: string) => void;
}

export interface Previewed {
  readonly changes: readonly Change[];
  readonly unintended: readonly string[];
  readonly needless: readonly Allowed[];
}

/** Brings each stack up by the last release's programs, previews it by today's, and says what would be taken away. */
export async function previewAll({
  former,
  today = checkout,
  subjects,
  engine,
  allowed = readAllowed(),
  width = 2,
  tell,
}: PreviewsArgs): Promise<Previewed> {
  const home = mkdtempSync(join(tmpdir(), "trustfoundry-previews-"));
  // The programs ask whether anybody listens; what answers is the stand-in for the provider's plugin.
  const listener = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const server = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  try {
    const one = async (subject: Subject): Promise<Change[]> => {
      const directory = join(home, "stacks", subject.name.replace("/", "-"));
      mkdirSync(directory, { recursive: true });
      const request = { subject, engine, directory, server, description: join(former, "Pulumi.rehearsal.yaml") };
      const up = await inProcess({ ...request, tree: former, operation: "up" }, home);
      const { changes } = await inProcess({ ...request, tree: today, operation: "preview" }, home);
      tell?.(subject.name, `${up.resources} resources, then ${summary(changes)}`);
      return changes;
    };
    const changes: Change[] = [];
    // Of the factory one after the other: its keys and releases are made by the first.
    const [factory, others] = [
      subjects.filter(({ kind }) => kind === "factory"),
      subjects.filter(({ kind }) => kind !== "factory"),
    ];
    const queue: (() => Promise<void>)[] = [
      async () => {
        for (const subject of factory) changes.push(...(await one(subject)));
      },
      ...others.map((subject) => async () => void changes.push(...(await one(subject)))),
    ];
    const workers = Array.from({ length: width }, async () => {
      try {
        for (let next = queue.shift(); next; next = queue.shift()) await next();
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    });
    // Each ends before their folders go; after a failure, none takes another from the queue.
    const ended = await Promise.allSettled(workers);
    const failed = ended.find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
    if (failed) throw failed.reason;
    return {
      changes,
      ...judgeChanges(
        changes,
        allowed.filter(({ subject }) => subject === "*" || subjects.some(({ name }) => name === subject)),
      ),
    };
  } finally {
    listener.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function summary(changes: readonly Change[]): string {
  const counts = new Map<string, number>();
  for (const { op } of changes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return counts.size === 0 ? "nothing to change" : [...counts].map(([op, count]) => `${count} ${op}`).join(", ");
}

/** Keys of the sample factory, and all else that a tree's own code keeps, lie in a home of this run alone. */
function inProcess(request: Request, home: string): Promise<Extract<Answer, { changes: unknown }>> {
  const child = fork(join(__dirname, "worker.ts"), {
    execArgv: ["--import", require.resolve("tsx")],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    cwd: request.tree,
    env: { ...process.env, TRUSTFOUNDRY_HOME: join(home, "home"), PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const said: Buffer[] = [];
  child.stderr?.on("data", (data: Buffer) => said.push(data));
  const what = `${request.subject.name}: the ${request.operation} by ${request.operation === "up" ? "the last release's" : "today's"} programs`;
  return new Promise((resolve, reject) => {
    child.once("message", (answer: Answer) =>
      "failure" in answer ? reject(new UserError(`${what} failed: ${answer.failure}`)) : resolve(answer),
    );
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(
        new UserError(
          `${what} ended with code ${code} and said nothing.`,
          undefined,
          Buffer.concat(said).toString().trim().split("\n").slice(-5),
        ),
      ),
    );
    child.send(request);
  });
}

const allowedSchema = z.array(
  z.strictObject({
    subject: z.string().min(1),
    op: z.enum(["replace", "delete"]),
    type: z.string().min(1),
    name: z.string().min(1),
    reason: z.string().min(20),
    date: z.iso.date(),
  }),
);

export function readAllowed(file = join(__dirname, "allowed.json")): Allowed[] {
  return allowedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}
