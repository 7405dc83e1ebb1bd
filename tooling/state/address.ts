import { request } from "node:http";
import { join } from "node:path";
import { readIfThere } from "../controlplane/files";

/** Where a state service answers, and what it knows its users by. It writes this into its directory, mode 0600. */
export interface ServiceAddress {
  readonly pid: number;
  readonly port: number;
  readonly token: string;
}

/** The address of the service that runs, or ran, at a directory. */
export function readAddress(directory: string): ServiceAddress | undefined {
  const text = readIfThere(join(directory, "service.json"));
  return text === undefined ? undefined : (JSON.parse(text) as ServiceAddress);
}

/** Holds on to a running service until the returned function is called; undefined where none answers. */
export async function attach({ port, token }: ServiceAddress): Promise<(() => Promise<void>) | undefined> {
  return new Promise((resolve) => {
    const asked = request({
      host: "127.0.0.1",
      port,
      path: "/trustfoundry/attach",
      headers: { authorization: `token ${token}` },
      agent: false,
    });
    asked.on("response", (response) => {
      response.resume();
      response.on("error", () => undefined);
      if (response.statusCode !== 200) {
        asked.destroy();
        resolve(undefined);
        return;
      }
      response.socket.unref();
      resolve(() => {
        asked.destroy();
        return Promise.resolve();
      });
    });
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}

/** Asks a running service; undefined where none answers. */
export async function ask(
  { port, token }: ServiceAddress,
  method: "GET" | "POST",
  path: string,
  holder?: string,
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  try {
    const headers = { authorization: `token ${token}${holder === undefined ? "" : `.${holder}`}` };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return undefined;
  }
}
