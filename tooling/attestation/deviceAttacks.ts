import { randomBytes } from "node:crypto";
import type { Attack, Stage } from "./attack";
import { withGuest } from "./attack";
import type { DeviceSpec } from "./deviceSpecs";
import type { Play } from "./play";

const isGpu = ({ arch }: DeviceSpec) => arch !== "LS10";
const unseen = "Trustee's local verifier does not look at it";

/** Attacks by way of GPUs. */
export const deviceAttacks: readonly Attack[] = [
  {
    name: "gpu-left-out",
    what: "a guest reports one GPU less than the release names",
    failsAt: "policy",
    change: (stage) =>
      withGuest(stage, ({ devices }) => {
        const last = devices.filter(isGpu).at(-1);
        return { devices: devices.filter((device) => device !== last) };
      }),
  },
  {
    name: "gpu-twice",
    what: "one GPU is reported twice, in another's place or beside it",
    failsAt: "policy",
    change: (stage) =>
      withGuest(stage, ({ devices }) => {
        const [first, second] = devices.filter(isGpu);
        if (!first) return {};
        return { devices: second ? devices.map((each) => (each === second ? first : each)) : [...devices, first] };
      }),
  },
  {
    name: "gpu-of-another-session",
    what: "a GPU's report was made for another nonce",
    failsAt: "verification",
    change: (stage) => changeFirst(stage, { nonce: randomBytes(32).toString("hex") }),
  },
  {
    name: "self-made-gpu",
    what: "a GPU's report is signed under a root of somebody's own",
    failsAt: "verification",
    change: ({ world, scene }) => ({
      ...scene,
      // The guest itself collects it, so the CPU's report binds it.
      request: (_, { collect }) => collect({ deviceMachine: world.otherMachine("at-home", world.strangers) }),
    }),
  },
  {
    name: "old-gpu-driver",
    what: "a GPU runs a driver that the release does not accept",
    failsAt: "policy",
    change: (stage) => changeFirst(stage, { driver: "525.00.00" }),
  },
  {
    name: "altered-gpu-firmware",
    what: "a GPU's firmware measures otherwise than NVIDIA published",
    failsAt: "policy",
    change: (stage) =>
      stage.world.decisions.verifier === "local" ? unseen : changeFirst(stage, { altered: { "9": "0".repeat(96) } }),
  },
  {
    name: "revoked-gpu",
    what: "a GPU's certificate was revoked",
    failsAt: "policy",
    change: async ({ world, scene }) => {
      if (world.decisions.verifier === "local") return unseen;
      const machine = world.otherMachine("host-with-revoked-gpu");
      const [first] = scene.guest.devices;
      if (first) world.vendors.revoke((await machine.device(first.arch, first.index, first.chip)).identity.serial);
      return { ...scene, machine };
    },
  },
];

/** The scene with its first device changed. */
function changeFirst(stage: Stage, change: Partial<DeviceSpec>): Play {
  return withGuest(stage, ({ devices: [first, ...rest] }) => ({
    devices: first ? [{ ...first, ...change }, ...rest] : [],
  }));
}
