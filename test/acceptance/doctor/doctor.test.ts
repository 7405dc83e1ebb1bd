import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:tls";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { releaseId } from "../../../components/attestation/admittedRelease";
import type { Release } from "../../../components/workload/release";
import { documentFileName } from "../../../components/workload/release/document";
import { collectEvidence } from "../../../tooling/attestation/collect";
import type { GuestSpec, SnpSpec } from "../../../tooling/attestation/guest";
import { genuineGuest } from "../../../tooling/attestation/guest";
import { GuestKey } from "../../../tooling/attestation/guestKey";
import { liveFiles } from "../../../tooling/attestation/live";
import { readDecisions } from "../../../tooling/attestation/stores";
import { World } from "../../../tooling/attestation/world";
import { runDoctor } from "../../../tooling/doctor/run";
import type { Diagnosis } from "../../../tooling/doctor/walk";
import { handedOver } from "../../../tooling/rehearsal/attest";
import type { OwnerKeys } from "../../../tooling/rehearsal/ownerKeys";
import { RehearsalCli } from "../../support/rehearsalCli";
import type { Bench } from "./bench";
import { opa, SickRoom } from "./bench";
import type { InjectedFault } from "./hostFaults";
import { hostFaults, sickHost } from "./hostFaults";
import { digestWith, keyFaults } from "./keyFaults";
import { model, namespace, podFaults } from "./podFaults";

const rehearsal = new RehearsalCli("doctor");
let room: SickRoom;
let release: Release;
const { signal } = new AbortController();

beforeAll(async () => {
  vi.stubEnv("TRUSTFOUNDRY_HOME", rehearsal.home);
  // The sample without what is broken in it by design: a host whose GPUs fail, and a model that fits no host.
  // Without admission policies, which would refuse half of what is broken here.
  const file = rehearsal.describe((sections) => {
    sections.admission = "off";
    const [provider] = sections.providers as { hosts: { name: string }[] }[];
    if (provider) provider.hosts = provider.hosts.filter(({ name }) => [sickHost, "granite-b200"].includes(name));
    sections.models = (sections.models as { name: string; replicas?: number }[])
      .filter(({ name }) => name !== "giant-1t")
      .map((each) => ({ ...each, ...(each.replicas !== undefined && { replicas: 1 }) }));
  });
  const { exitCode, all } = await rehearsal.run("up", "--file", file);
  expect(exitCode, all).toBe(0);
  room = new SickRoom(rehearsal);
  release = handedOver([room.paths.inbox("northern-metal")]).find(({ name }) => name === model) as Release;
}, 480_000);

afterAll(async () => {
  room?.close();
  await rehearsal.run("destroy");
  vi.unstubAllEnvs();
  rehearsal.remove();
});

function expectFirst(
  { faults }: Diagnosis,
  { link, found, wanted }: Pick<InjectedFault, "link" | "found" | "wanted">,
): void {
  const [first, ...others] = faults;
  expect(first?.link, faults.map((each) => `${each.link}: ${each.outcome.found}`).join("\n")).toBe(link);
  expect(first?.outcome.found).toContain(found);
  expect(first?.outcome.wanted).toContain(wanted);
  // What follows from it is told with it, and not as a fault of its own.
  expect(others.map((each) => `${each.link}: ${each.outcome.found}`)).toEqual([]);
}

function faultsOf(faults: readonly InjectedFault[], bench: () => Bench, question: Parameters<SickRoom["diagnose"]>[0]) {
  it.each(faults.map((fault) => [fault.link, fault.what, fault] as const))(
    "%s first, where %s; healthy again once that is mended",
    async (_link, _what, fault) => {
      const undo = await fault.inject(bench());
      try {
        expectFirst(await room.diagnose(question), fault);
      } finally {
        await undo();
      }
      await fault.settled?.(bench());
      await room.expectHealthy(question);
    },
  );
}

it("finds nothing broken and nothing unseen in a rehearsal as it came up", async () => {
  await room.expectHealthy({ kind: "all" });
  const { exitCode, all } = await rehearsal.run("doctor");
  expect(exitCode, all).toBe(0);
  expect(all).toContain("SIMULATED");
  expect(all).toMatch(/Nothing is broken: \d+ links hold/);
});

describe("a host", () => faultsOf(hostFaults, () => room.provider, { kind: "node", name: sickHost }));

describe("a pod", () => faultsOf(podFaults, () => room.provider, { kind: "pod", namespace, name: model }));

describe("the key broker", () => faultsOf(keyFaults, () => room.trust, { kind: "all" }));
