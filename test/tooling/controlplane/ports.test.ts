import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { choosePorts, freePorts, isFree } from "../../../tooling/controlplane/ports";
import { UserError } from "../../../tooling/ui";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function takenPort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe("ports", () => {
  it("are free and different", async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
    for (const port of ports) expect(await isFree(port)).toBe(true);
    expect(await isFree(await takenPort())).toBe(false);
  });

  it("of the last start are used again, each one where it is free", async () => {
    const [api = 0, etcdClient = 0] = await freePorts(2);
    const known = { api, etcdClient, etcdPeer: await takenPort() };
    const chosen = await choosePorts(known, undefined, "trust");
    expect(chosen).toMatchObject({ api, etcdClient });
    expect(chosen.etcdPeer).not.toBe(known.etcdPeer);
  });

  it("that were asked for are used, or refused with the port, the cluster and the remedy", async () => {
    const [free = 0] = await freePorts(1);
    expect((await choosePorts(undefined, free, "trust")).api).toBe(free);
    const taken = await takenPort();
    const refusal = await choosePorts(undefined, taken, "trust").catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as UserError).message).toMatch(
      new RegExp(`^Port ${taken}, which was asked for .* of trust, is taken`),
    );
    expect((refusal as UserError).hint).toMatch(/another port/);
  });
});
