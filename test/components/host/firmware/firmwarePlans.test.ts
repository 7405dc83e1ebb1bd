import { beforeEach, expect, it } from "vitest";
import { FirmwarePlans } from "../../../../components/host/firmware/firmwarePlans";
import { parseFirmwarePlan, renderFirmwarePlan } from "../../../../components/host/firmware/planText";
import { sha256 } from "../../../../components/names";
import { settled, valueOf } from "../../../support/mocks";
import type { Recording } from "../../../support/registrations";
import { childrenOf, named, recordRegistrations, refusal } from "../../../support/registrations";
import { planOf } from "./plans";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

const dell = planOf("dell", "tdx");
const hpe = planOf("hpe", "snp");

it("keeps each host's plan in a ConfigMap, and says its digest", async () => {
  const placed = new FirmwarePlans("plans", { plans: [dell, hpe], namespace: "trustfoundry-system" });
  expect(await valueOf(placed.digests)).toEqual({
    "dell-a": sha256(renderFirmwarePlan(dell)),
    "hpe-a": sha256(renderFirmwarePlan(hpe)),
  });
  expect(await valueOf(placed.configMaps)).toEqual({
    "dell-a": "trustfoundry-system/firmware-plan-dell-a",
    "hpe-a": "trustfoundry-system/firmware-plan-hpe-a",
  });
  await settled();
  expect(childrenOf(recording, "plans").map(({ name }) => name)).toEqual(["plans-dell-a", "plans-hpe-a"]);
  const { data } = named(recording, "plans-hpe-a").inputs as { data: Record<string, string> };
  expect(parseFirmwarePlan(data["firmware-plan.yaml"] ?? "")).toEqual(hpe);
  expect(recording.finished).toContain(named(recording, "plans").urn);
});

it("makes the namespace where nobody else does", async () => {
  new FirmwarePlans("plans", { plans: [hpe] });
  await settled();
  expect(named(recording, "plans-namespace").inputs).toMatchObject({
    metadata: { name: "trustfoundry-system", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
});

it("refuses a plan with a trap and two plans of one host, before anything is there", () => {
  const unchecked = { ...hpe, checks: [] };
  expect(refusal(() => new FirmwarePlans("plans", { plans: [unchecked] }))).toMatch(/hpe-a, checks: lacks/);
  expect(refusal(() => new FirmwarePlans("twice", { plans: [hpe, hpe] }))).toMatch(/hpe-a has two plans/);
  expect(recording.resources.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
});
