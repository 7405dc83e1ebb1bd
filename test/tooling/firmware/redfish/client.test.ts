import { X509Certificate } from "node:crypto";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { fingerprintOf } from "../../../../tooling/firmware/redfish/pinnedAgent";
import { retryAfter } from "../../../../tooling/firmware/redfish/client";
import { managementUrl } from "../../../../tooling/firmware/address";
import { login } from "../../../support/redfish/controller";
import type { Fault, SimulatedController } from "../../../support/redfish/controller";
import { machineFor, planFor } from "../../../support/redfish/machines";
import { clientOf, controllerOf, stopControllers } from "../../../support/redfish/session";

afterEach(() => stopControllers());
afterAll(() => stopControllers(true));

const anything = z.looseObject({});
const systems = "/redfish/v1/Systems";
const start = (names?: string[]) => controllerOf(machineFor(planFor("lenovo", "snp")), names);

async function answerOf(
  controller: SimulatedController,
  options: Parameters<typeof clientOf>[1] = {},
  path = systems,
): Promise<string> {
  const client = clientOf(controller, options);
  return client
    .get(path, anything)
    .then(
      () => "answered",
      (error: Error) => error.message,
    )
    .finally(() => client.close());
}

describe("the certificate", () => {
  it("is trusted by its authority, and the session is closed at the end", async () => {
    const controller = await start();
    expect(await answerOf(controller)).toBe("answered");
    expect({ logins: controller.logins, open: controller.openSessions }).toEqual({ logins: 1, open: 0 });
  });

  it("is trusted by its pinned digest alone", async () => {
    const controller = await start();
    const fingerprint = fingerprintOf(new X509Certificate(controller.certificate).fingerprint256);
    expect(await answerOf(controller, { trust: { fingerprint } })).toBe("answered");
    expect(await answerOf(controller, { trust: { fingerprint: "0".repeat(64) } })).toMatch(
      /shows another certificate than the pinned one \(SHA-256 [0-9a-f]{64}\)/,
    );
    // Not even the first request, which holds no secret, reached it.
    const requests = controller.seen.length;
    await answerOf(controller, { trust: { fingerprint: "0".repeat(64) } });
    expect(controller.seen).toHaveLength(requests);
  });

  it("is verified whatever the environment says", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    try {
      const controller = await start();
      expect(await answerOf(controller, { trust: {} })).toMatch(/is not trusted\.$/);
      expect(controller.seen).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("of an unknown authority, or for another name, is refused before anything is sent", async () => {
    const controller = await start();
    expect(await answerOf(controller, { trust: {} })).toMatch(/^The certificate of .* is not trusted\.$/);
    const other = await start(["elsewhere"]);
    expect(await answerOf(other)).toMatch(/^The certificate of .* is for other names\.$/);
    expect([...controller.seen, ...other.seen]).toEqual([]);
  });
});

describe("an answer", () => {
  const cases: readonly (readonly [string, Fault["does"], RegExp])[] = [
    ["that leads to another host", { redirect: "https://example.com/redfish/v1" }, /points to https:\/\/example.com/],
    ["that is no JSON", { raw: "<html>" }, /something that is not what Redfish has there/],
    ["that is too large", { raw: " ".repeat(1100 * 1024) }, /an answer of more than 1 MiB/],
    ["that does not come", { hang: true }, /no whole answer within 0.3 s/],
  ];
  it.each(cases)("%s is an error in a sentence", async (_, does, says) => {
    const controller = await start();
    const timeoutMilliseconds = "hang" in does ? 300 : 5_000;
    const limits = { timeoutMilliseconds, mostBytes: 1024 ** 2 };
    if (!("hang" in does)) controller.faults.push({ method: "GET", path: "/v1/Systems", times: 9, does });
    else controller.faults.push({ method: "GET", path: "", times: 99, does });
    expect(await answerOf(controller, { limits })).toMatch(says);
  });

  it("that breaks off is asked for again, where that changes nothing", async () => {
    const controller = await start();
    controller.faults.push({ method: "GET", path: systems, times: 2, does: { drop: "before" } });
    expect(await answerOf(controller)).toBe("answered");
    controller.faults.push({ method: "POST", path: "Reset", does: { drop: "after" } });
    const client = clientOf(controller);
    const body = { ResetType: "GracefulRestart" };
    await expect(client.post("/redfish/v1/Systems/1/Actions/ComputerSystem.Reset", body)).rejects.toThrow(
      /did not answer/,
    );
    await client.close();
    expect(controller.machine.restarts).toBe(1);
  });

  it("that repeats the password is shown without it", async () => {
    const controller = await start();
    const wrong = { user: "operator", password: "not the password" };
    expect(await answerOf(controller, { credentials: wrong })).toMatch(/refuses the login\.$/);
    const does = { answer: 400, body: { error: { message: `Given: ${login.password} and token-2` } } };
    controller.faults.push({ method: "GET", path: "/v1/Systems", does });
    expect(await answerOf(controller)).not.toContain(login.password);
  });

  it("of another state of the settings refuses the change", async () => {
    const controller = await start();
    const client = clientOf(controller);
    await expect(client.patch("/redfish/v1/Systems/1/Bios/Pending", { Attributes: {} }, 'W/"old"')).rejects.toThrow(
      /412/,
    );
    await expect(client.patch("/redfish/v1/Systems/1/Bios", { Attributes: {} }, undefined)).rejects.toThrow(/405/);
    await client.close();
  });
});

it.each([
  ["3", 3_000],
  [undefined, 7],
  ["Thu, 01 Jan 1970 00:00:10 GMT", 9_000],
  ["soon", 7],
])("Retry-After %s", (header, milliseconds) => {
  expect(retryAfter(header, 7, 1_000)).toBe(milliseconds);
});

it.each([
  ["http://bmc", "asks for http; only https is spoken"],
  ["https://bmc/path", "has a path"],
  ["https://operator:secret@bmc", "has credentials in it"],
])("refuses the address %s", (address, says) => {
  expect(() => managementUrl(address)).toThrow(says);
  expect(() => managementUrl("https://u:secret@bmc")).not.toThrow("secret");
});
