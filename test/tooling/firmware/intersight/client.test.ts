import { afterEach, describe, expect, it } from "vitest";
import { IntersightClient } from "../../../../tooling/firmware/intersight/client";
import { namedSchema } from "../../../../tooling/firmware/intersight/objects";
import { readApiKey } from "../../../../tooling/firmware/intersight/signature";
import { Connection } from "../../../../tooling/firmware/redfish/connection";
import {
  closeRigs,
  keyId,
  knownKeys,
  publicKeyOf,
  quick,
  rig as anyRig,
  secretKey,
} from "../../../support/intersight/rig";
import type { RigOptions } from "../../../support/intersight/rig";
import type { Faults } from "../../../support/intersight/service";

afterEach(closeRigs);

/** Over real TLS. */
const rig = (options: RigOptions = {}) => anyRig({ tls: true, ...options });

/** The first requests fail like that, all others do not. */
const first =
  (times: number, fault: ReturnType<Faults>): Faults =>
  ({ method }, count) =>
    method === "GET" && count <= times ? fault : undefined;

describe("requests to Intersight", () => {
  it("are signed so that a verifier of its own takes them, with keys of both versions", async () => {
    const { target, service } = await rig();
    await target.current();
    expect(service.received.length).toBeGreaterThan(0);
    expect(service.requests).toHaveLength(service.received.length);
    const rsa = await rig({ pem: secretKey("rsa"), keys: knownKeys({ publicKey: publicKeyOf("rsa") }) });
    await rsa.target.current();
    expect(rsa.service.requests).toHaveLength(rsa.service.received.length);
  });

  it.each([
    ["an unknown key", { keys: new Map() }],
    ["an expired key", { keys: knownKeys({ expired: true }) }],
    ["the secret key of another", { pem: secretKey("rsa") }],
  ])("with %s are refused with a remedy, and neither key nor signature is shown", async (_what, options) => {
    const { target, service } = await rig(options);
    const error = (await target.current().catch((reason: unknown) => reason)) as Error & { hint?: string };
    expect(error.message).toContain("with 401");
    expect(error.hint).toContain("whether the API key's id and its secret key belong together");
    const shown = JSON.stringify([error.message, error.hint]);
    const signature = /signature="([^"]+)"/.exec(service.received[0]?.headers.authorization ?? "")?.[1] ?? "";
    expect(signature).not.toBe("");
    for (const secret of [
      keyId,
      signature,
      secretKey("ec").split("\n")[1] ?? "",
      secretKey("rsa").split("\n")[1] ?? "",
    ])
      expect(shown).not.toContain(secret);
    expect(service.received).toHaveLength(1);
  });

  it("say how far the clock is off", async () => {
    const { target } = await rig({ timing: { now: () => new Date(Date.now() - 20 * 60_000) } });
    await expect(target.current()).rejects.toMatchObject({
      hint: "The clock of this machine is 20 minutes behind Intersight's; set it.",
    });
  });

  it.each([
    ["429", { kind: "status", status: 429, retryAfter: "0" }],
    ["503", { kind: "status", status: 503 }],
    ["a broken connection", { kind: "broken", when: "before" }],
  ] as const)("that read are repeated after %s", async (_what, fault) => {
    const { target } = await rig({ faults: first(2, fault) });
    expect(await target.current()).toMatchObject({ EnableTdx: "platform-default" });
  });

  it("end after some attempts, with the number that came back", async () => {
    const { target, service } = await rig({ faults: first(99, { kind: "status", status: 429 }) });
    await expect(target.current()).rejects.toThrow(/with 429/);
    expect(service.requests).toHaveLength(quick.attempts);
  });

  it("that change are repeated after 429, which had no effect, and after nothing else", async () => {
    const { target, service, account } = await rig();
    service.faults = ({ method }, count) =>
      method === "PATCH" && count <= 2 ? { kind: "status", status: 429, retryAfter: "0" } : undefined;
    await target.stage({ EnableTdx: "enabled" });
    expect(account.values.EnableTdx).toBe("enabled");
    expect(service.requests.filter((request) => request.startsWith("PATCH"))).toHaveLength(3);
  });

  it("are not sent to where an answer points", async () => {
    const { client, service } = await rig({
      faults: () => ({ kind: "status", status: 302 }),
    });
    await expect(client.query("/server/Profiles", "Name eq 'x'", namedSchema)).rejects.toThrow(
      /elsewhere, which is not followed/,
    );
    expect(service.received).toHaveLength(1);
  });

  it.each([
    ["no JSON", "<html>"],
    ["other JSON", '{"Results":[{"Name":7}]}'],
    ["an id that would break out of a filter", `{"Results":[{"Moid":"x' or Name ne '","Name":"gpu-node-1"}]}`],
  ])("do not take %s for an answer", async (_what, text) => {
    const { target } = await rig({ faults: () => ({ kind: "answer", text }) });
    await expect(target.current()).rejects.toThrow(/something else than Intersight's API says/);
  });

  it("go to nobody whose certificate is not trusted", async () => {
    const { service, running } = await rig();
    const connection = new Connection(new URL(running?.address ?? ""), {});
    const client = new IntersightClient(connection, readApiKey(keyId, secretKey()), quick);
    await expect(client.query("/server/Profiles", "Name eq 'x'", namedSchema)).rejects.toThrow(
      /certificate of localhost:\d+ is not trusted/,
    );
    expect(service.received).toEqual([]);
    client.close();
  });
});
