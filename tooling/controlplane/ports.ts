import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { UserError } from "../ui";

/** All listeners are on this address alone. */
export const loopback = "127.0.0.1";

/** Ports of one cluster. */
export interface Ports {
  readonly api: number;
  readonly etcdClient: number;
  readonly etcdPeer: number;
}

/** Whether `port` can be bound on loopback now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: loopback, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `count` different free ports, as the system gives them. They may be taken by another before they are used. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen({ host: loopback, port: 0, exclusive: true }, () => resolve(server));
        }),
    ),
  );
  // Held together until all are known: else the system might give one twice.
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * Ports for a start: those used before where they are free, others where not. A port that was asked for is never
 * replaced. Throws a UserError that names it when it is taken.
 */
export async function choosePorts(
  known: Ports | undefined,
  asked: number | undefined,
  cluster: string,
): Promise<Ports> {
  if (asked !== undefined && !(await isFree(asked))) throw await portTaken(asked, cluster);
  const [api, etcdClient, etcdPeer] = await freePorts(3);
  if (api === undefined || etcdClient === undefined || etcdPeer === undefined) throw new Error("no three free ports");
  const keep = async (port: number | undefined, other: number) =>
    port !== undefined && (await isFree(port)) ? port : other;
  return {
    api: asked ?? (await keep(known?.api, api)),
    etcdClient: await keep(known?.etcdClient, etcdClient),
    etcdPeer: await keep(known?.etcdPeer, etcdPeer),
  };
}

export async function portTaken(port: number, cluster: string): Promise<UserError> {
  const holder = await portHolder(port);
  return new UserError(
    `Port ${port}, which was asked for as the API server's of ${cluster}, is taken${holder ? ` by ${holder}` : ""}.`,
    "Stop what uses it, ask for another port, or ask for none and a free one is chosen.",
  );
}

/** Name and id of the process that listens on `port`, where the system tells. */
async function portHolder(port: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"], {
      timeout: 3_000,
    });
    const pid = /^p(\d+)$/m.exec(stdout)?.[1];
    const command = /^c(.+)$/m.exec(stdout)?.[1];
    return pid && command ? `${command} (process ${pid})` : undefined;
  } catch {
    return undefined;
  }
}
