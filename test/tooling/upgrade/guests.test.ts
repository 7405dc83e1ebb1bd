import { describe, expect, it } from "vitest";
import { guestIdentity, guestIdentityAnnotation } from "../../../components/workload/guestIdentity";
import type { GuestPod } from "../../../tooling/upgrade/guests";
import { bootedBy, bootedNow, guestOf, hostsHistory, placedAs } from "../../../tooling/upgrade/guests";
import { atStart } from "../../../tooling/upgrade/progress";
import type { Progress } from "../../../tooling/upgrade/progress";
import { sampleRelease } from "../../support/release";

const former = sampleRelease();
const next = sampleRelease({ launch: { snp: { measurement: "5".repeat(96) } }, resources: ["acme/model-key/other"] });
const pair = { former, next, providers: ["north"] };

const pod = (created: string, restartCount = 0, identity?: string): GuestPod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "llama-1",
    creationTimestamp: `2026-01-01T00:0${created}Z`,
    annotations: identity === undefined ? {} : { [guestIdentityAnnotation]: identity },
  },
  spec: {},
  status: { containerStatuses: [{ restartCount }] },
});

const begun: Progress = { ...atStart, times: { "begin hosts:north": "2026-01-01T00:02:00.400Z" } };
const done: Progress = {
  ...begun,
  done: ["hosts:north"],
  times: { ...begun.times, "hosts:north": "2026-01-01T00:04:00.900Z" },
};

describe("what booted a guest", () => {
  it.each<[string, Progress, string, number, string[]]>([
    ["nothing was changed", atStart, "3:00", 0, ["former"]],
    ["it is older than the change", done, "1:00", 0, ["former"]],
    ["it is older, but started again", done, "1:00", 1, ["former", "next"]],
    ["it started while hosts changed", begun, "3:00", 0, ["former", "next"]],
    ["it started in the second in which the change began", done, "2:00", 0, ["former", "next"]],
    ["it started in the second in which the change ended", done, "4:00", 0, ["former", "next"]],
    ["it started afterwards", done, "5:00", 0, ["next"]],
    ["another provider's hosts changed", { ...atStart, done: ["hosts:south"] }, "5:00", 0, ["former"]],
  ])("where %s", (_, progress, created, restarts, sides) => {
    expect(bootedBy(pod(created, restarts), hostsHistory("north", progress))).toEqual(sides);
  });

  it("next time is what hosts have now, and either while they change", () => {
    expect(bootedNow(hostsHistory("north", begun))).toEqual(["former", "next"]);
    expect(bootedNow(hostsHistory("north", done))).toEqual(["next"]);
  });
});

it("a guest is placed by its annotation, and measures what booted it", () => {
  expect(placedAs(pod("1:00", 0, guestIdentity(former)), pair)).toBe("former");
  expect(placedAs(pod("1:00", 0, guestIdentity(next)), pair)).toBe("next");
  expect(placedAs(pod("1:00", 0, "0".repeat(64)), pair)).toBeUndefined();
  expect(guestOf(pair, "former", "former")).toBe(former);
  expect(guestOf(pair, "former", "next")).toMatchObject({ launch: next.launch, resources: former.resources });
});
