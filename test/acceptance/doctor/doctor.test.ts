import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:tls";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
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

/** The command as its users run it, in this process: to it the clusters are real ones, whose operator reports a state. */
async function command(...extra: readonly [string, unknown][]) {
  const options = {
    release: [join(room.paths.inbox("northern-metal"), documentFileName(model))],
    guest: [],
    kubeconfig: room.kubeconfig("provider-northern-metal"),
    trustKubeconfig: room.kubeconfig("trust"),
    json: true as const,
  };
  const { text, exitCode } = await runDoctor({ ...options, ...Object.fromEntries(extra) }, signal);
  const report = JSON.parse(text) as {
    first: string | null;
    faults: { link: string; found: string; why: string }[];
    unknown: { link: string }[];
  };
  return { ...report, exitCode };
}

async function operatorSays(state: string | null): Promise<void> {
  await room.provider.patch(
    "/apis/nvidia.com/v1/clusterpolicies/cluster-policy",
    { status: state && { state } },
    "/status",
  );
}

/** A token of a guest, SIMULATED, by the live attestation policies; `change` makes the guest another one. */
async function tokenOf(
  change: (guest: GuestSpec) => GuestSpec,
  strange = false,
): Promise<{ token: string; signer: string }> {
  const decisions = readDecisions(await liveFiles(room.trust.api));
  const world = await World.create(opa(), [release], decisions);
  try {
    const now = new Date();
    const { session, nonce } = world.broker.auth({ version: "0.4.0", tee: "snp" }, now);
    const runtime = { nonce, "tee-pubkey": (await GuestKey.create()).publicJwk };
    const request = await collectEvidence(change(genuineGuest(release)), world.machine, runtime, world.vendors.roots);
    const token = await world.broker.attest(session, request, now);
    return { token, signer: (strange ? world.strangeSigner : world.signer).certificate };
  } finally {
    world.remove();
  }
}

const snpOf = (change: (cpu: SnpSpec) => SnpSpec) => (guest: GuestSpec) => ({
  ...guest,
  cpu: change(guest.cpu as SnpSpec),
});

describe("a guest's token", () => {
  beforeAll(() => operatorSays("ready"));
  afterAll(() => operatorSays(null));

  it.each([
    ["token-signer", "is of another signer", (guest: GuestSpec) => guest, true, "SIMULATED token signer"],
    [
      "guest-measurement",
      "is of a guest with 33 vCPUs",
      snpOf((cpu) => ({ ...cpu, measurement: digestWith(33) })),
      false,
      digestWith(33),
    ],
    [
      "guest-firmware",
      "is of a host with old microcode",
      snpOf((cpu) => ({ ...cpu, tcb: { ...cpu.tcb, microcode: 72 } })),
      false,
      "microcode 72, 12 too low",
    ],
    [
      "guest-closed",
      "is of a guest that its host may read",
      snpOf((cpu) => ({ ...cpu, policy: { ...cpu.policy, debugAllowed: true } })),
      false,
      "policy_debug_allowed true",
    ],
    ["guest-parts", "lacks the GPU", (guest: GuestSpec) => ({ ...guest, devices: [] }), false, "0 gpu"],
    [
      "gpu-firmware",
      "has a GPU with an old driver",
      (guest: GuestSpec) => ({
        ...guest,
        devices: guest.devices.map((device) => ({ ...device, driver: "590.48.01" })),
      }),
      false,
      "driver 590.48.01",
    ],
  ] as const)("%s first, where it %s", async (link, _what, change, strange, found) => {
    const { token, signer } = await tokenOf(change, strange);
    const [tokenFile, signerFile] = [join(rehearsal.home, "guest.token"), join(rehearsal.home, "signer.crt")];
    writeFileSync(tokenFile, token);
    writeFileSync(signerFile, signer);
    const { faults, exitCode } = await command(["token", tokenFile], ["signer", signerFile]);
    expect(faults[0]?.link, JSON.stringify(faults)).toBe(link);
    expect(faults[0]?.found).toContain(found);
    expect(exitCode).toBe(2);
    if (link === "guest-measurement") expect(faults[0]?.why).toContain("33 vCPUs instead of 17");
  });
});

describe("the key broker's certificate, looked at where it answers", () => {
  beforeAll(() => operatorSays("ready"));
  afterAll(() => operatorSays(null));

  async function answering(certificate: string, key: string, look: (port: number) => Promise<void>): Promise<void> {
    const server = createServer({ cert: certificate, key });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await look((server.address() as AddressInfo).port);
    } finally {
      server.close();
    }
  }

  it("holds, or is named first where it is another's", async () => {
    const file = join(room.paths.party(namespace), "owner-keys.json");
    const { tls, tokenSigner } = (JSON.parse(readFileSync(file, "utf8")) as OwnerKeys).secrets;
    await answering(tls.certificate, tls.privateKey, async (port) => {
      const { faults, unknown } = await command(["keyBroker", { host: "127.0.0.1", port }]);
      expect([...faults, ...unknown].map(({ link }) => link)).not.toContain("broker-certificate");
    });
    await answering(tokenSigner.certificate, tokenSigner.privateKey, async (port) => {
      const { faults } = await command(["keyBroker", { host: "127.0.0.1", port }]);
      expect(faults[0]?.link).toBe("broker-certificate");
      expect(faults[0]?.found).toContain("Attestation token signer (SIMULATED)");
    });
  });
});

it("calls nothing healthy that its credentials may not read", async () => {
  const { faults, unknown, exitCode } = await command(
    ["kubeconfig", room.kubeconfig("provider-northern-metal", "deployer-northern-metal")],
    ["trustKubeconfig", undefined],
  );
  expect(faults).toEqual([]);
  expect(unknown.map(({ link }) => link)).toEqual(expect.arrayContaining(["hosts-there", "tenants-seen"]));
  expect(exitCode).toBe(3);
});
