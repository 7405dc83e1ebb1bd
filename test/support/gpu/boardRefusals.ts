import { encodeGpuReport } from "../../../tooling/attestation/encodeGpu";
import { TestMachine } from "../../../tooling/attestation/hardware";
import { firmwareMeasurements } from "../../../tooling/attestation/vendors";
import type { RefusalCases } from "./case";
import { evidenceOf } from "./customDevice";
import type { GpuScene } from "./scene";
import { nonce } from "./scene";

const gpus = 8;
const firstSwitch = gpus;

/** Devices that are each genuine, and together not what the release names. */
export const boardRefusals: RefusalCases = {
  "no device at all": { stage: "one", change: () => ({ evidence: { devices: [] } }), check: "gpu-count" },
  "no device at all, of confidential mode": {
    stage: "one",
    change: () => ({ evidence: { devices: [] } }),
    check: "gpu-mode",
  },
  "a GPU less": without("board", 3, "gpu-count"),
  "a GPU less of eight": without("eight", 7, "gpu-count"),
  "an NVSwitch less": without("board", firstSwitch + 1, "switch-count"),
  "GPUs without their switches": {
    stage: "board",
    change: ({ devices }) => ({ evidence: { devices: devices.slice(0, gpus) } }),
    check: "switch-count",
  },
  "a GPU more": {
    stage: "one",
    change: async (scene) => ({ evidence: { devices: [...scene.devices, await scene.changed(0, { index: 5 })] } }),
    check: "gpu-count",
  },
  "a switch beside a GPU that needs none": {
    stage: "one",
    change: async (scene) => {
      const other = await scene.changed(0, { arch: "LS10", chip: undefined, vbios: "96.10.6d.00.01" });
      return { evidence: { devices: [...scene.devices, other] } };
    },
    check: "switch-count",
  },
  "a GPU twice in another's place": {
    stage: "board",
    change: (scene) => ({ evidence: { devices: scene.withDevice(1, scene.devices[0] as never) } }),
    check: "gpu-distinct",
  },
  "a GPU twice under another name": {
    stage: "eight",
    change: (scene) => ({
      evidence: {
        devices: scene.withDevice(1, { ...(scene.devices[0] as never as object), uuid: "GPU-other" } as never),
      },
    }),
    check: "gpu-distinct",
  },
  "a GPU twice with two firmwares": {
    stage: "eight",
    change: async (scene) => ({ evidence: { devices: scene.withDevice(1, await otherFirmware(scene)) } }),
    check: "gpu-distinct",
  },
  "a switch twice": {
    stage: "board",
    change: (scene) => ({
      evidence: { devices: scene.withDevice(firstSwitch, scene.devices[firstSwitch + 1] as never) },
    }),
    check: "gpu-distinct",
  },
  "a switch of another board": {
    stage: "board",
    change: async (scene) => ({ evidence: { devices: await fromElsewhere(scene, firstSwitch) } }),
    check: "gpu-topology",
  },
  "a GPU of another board": {
    stage: "board",
    change: async (scene) => ({ evidence: { devices: await fromElsewhere(scene, 2) } }),
    check: "gpu-topology",
  },
  "a GPU that the switches do not know": {
    stage: "board",
    change: async (scene) => ({ evidence: { devices: scene.withDevice(2, await scene.changed(2, { index: 20 })) } }),
    check: "switch-topology",
  },
  "GPUs whose names have another form than the switches know": {
    stage: "board",
    change: async (scene) => {
      const others = await Promise.all(
        scene.specs.slice(0, gpus).map((_, index) => scene.changed(index, { index: 20 + index })),
      );
      return { evidence: { devices: [...others, ...scene.devices.slice(gpus)] } };
    },
    check: "switch-topology",
    grade: "notChecked",
  },
  "a switch that is connected to seven": {
    stage: "board",
    change: async (scene) => {
      const few = await scene.changed(firstSwitch, { connectedTo: [0, 1, 2, 3, 4, 5, 6] });
      return { evidence: { devices: scene.withDevice(firstSwitch, few) } };
    },
    check: "switch-topology",
  },
  "a GPU whose links are off": {
    stage: "board",
    change: async (scene) => ({
      evidence: { devices: scene.withDevice(0, await scene.changed(0, { connectedTo: [] })) },
    }),
    check: "gpu-topology",
  },
  "a switch that calls itself another": {
    stage: "board",
    change: async (scene) => ({ evidence: { devices: scene.withDevice(firstSwitch, await renamed(scene)) } }),
    check: "switch-name",
  },
  "a switch's BIOS that the release does not accept": {
    stage: "board",
    change: async (scene) => ({
      evidence: {
        devices: scene.withDevice(firstSwitch, await scene.changed(firstSwitch, { vbios: "96.10.01.00.01" })),
      },
    }),
    check: "switch-bios",
  },
  "a switch asked with another nonce": {
    stage: "board",
    change: async (scene) => ({
      evidence: {
        devices: scene.withDevice(firstSwitch, await scene.changed(firstSwitch, { nonce: "22".repeat(32) })),
      },
    }),
    check: "switch-nonce",
  },
  "a switch made at home": {
    stage: "board",
    change: async (scene) => ({
      evidence: {
        devices: scene.withDevice(
          firstSwitch,
          await scene.changed(firstSwitch, {}, new TestMachine(scene.strangers, "at-home")),
        ),
      },
    }),
    check: "switch-chain",
  },
  "GPUs of a board one by one": {
    stage: "board",
    change: async (scene) => ({ evidence: { devices: scene.withDevice(0, await scene.changed(0, { mode: "spt" })) } }),
    check: "gpu-mode",
  },
  "a multi-GPU guest's GPU that was passed alone": {
    stage: "eight",
    change: async (scene) => ({ evidence: { devices: scene.withDevice(4, await scene.changed(4, { mode: "spt" })) } }),
    check: "gpu-mode",
  },
};

function without(stage: "board" | "eight", index: number, check: string) {
  return {
    stage,
    change: ({ devices }: GpuScene) => ({ evidence: { devices: devices.filter((_, place) => place !== index) } }),
    check,
  };
}

async function fromElsewhere(scene: GpuScene, index: number) {
  return scene.withDevice(index, await scene.changed(index, {}, new TestMachine(scene.vendors, "host-b")));
}

/** The first GPU's chip with another firmware, so that its reporting key and certificate are others, too. */
async function otherFirmware(scene: GpuScene) {
  const [spec] = scene.specs;
  if (!spec) throw new Error("the scene has no device");
  const { name } = await scene.machine.device(spec.arch, spec.index, spec.chip);
  const chip = await scene.vendors.nvidia.subordinate("GB100 SIMULATED BROM", `41${name}`);
  const digest = Buffer.alloc(48, 7);
  const identity = await chip.issue({
    commonName: "GB100 SIMULATED FMC",
    curve: "P-384",
    extensions: { "2.23.133.5.4.1": Buffer.concat([Buffer.from([0x30, 0x32, 0x04, 0x30]), digest]) },
  });
  const report = encodeGpuReport(
    {
      nonce,
      measurements: Object.values(firmwareMeasurements("bios", spec.vbios)),
      driverVersion: spec.driver,
      vbiosVersion: spec.vbios,
      fwid: digest.toString("hex"),
      mode: spec.mode,
    },
    identity.privateKey,
  );
  return evidenceOf(report, identity.chain, "BLACKWELL");
}

async function renamed(scene: GpuScene) {
  const spec = scene.specs[firstSwitch];
  const { identity } = await scene.machine.device("LS10", 0);
  const names = await Promise.all(
    Array.from({ length: gpus }, async (_, index) => (await scene.machine.device("HOPPER", index)).name),
  );
  const report = encodeGpuReport(
    {
      nonce,
      measurements: Object.values(firmwareMeasurements("bios", (spec?.vbios ?? "").toUpperCase())),
      vbiosVersion: spec?.vbios ?? "",
      switch: { name: "0123456789abcdef", gpus: names },
    },
    identity.privateKey,
  );
  return evidenceOf(report, identity.chain, "LS10");
}
