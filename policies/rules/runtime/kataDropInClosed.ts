import { kataDeploy } from "../../examples/cluster";
import { kataHostFiles } from "../../examples/hosts";
import { teeDropIns } from "../../kata";
import type { Finding, Place } from "../../place";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const pointer = "/values/shims/qemu-nvidia-gpu-snp/dropIn";
const path = "values.shims.qemu-nvidia-gpu-snp.dropIn";

/** Settings that open a guest, with the value that keeps it closed; undefined where none does. */
const opening: Readonly<Record<string, unknown>> = {
  confidential_guest: true,
  sev_snp_guest: true,
  debug_console_enabled: false,
  enable_debug: false,
  kernel_params: undefined,
  enable_annotations: undefined,
  /** Without the bit that lets the host read and write a guest's memory. */
  snp_guest_policy: 0x30000,
};

export const kataDropInClosed = resourceRule({
  id: "kata-drop-in-closed",
  title: "Drop-ins of confidential shims open no guest",
  pillar: "runtime",
  severity: "high",
  threat:
    "One line in a host's shim configuration gives every guest of that host a console, parameters of somebody's choice, or no TEE.",
  remediation:
    "Set timeouts and NUMA in a dropIn, and neither debugging, kernel parameters, annotations nor anything of the TEE.",
  source: file(repositories.kata, "src/runtime/config/configuration-qemu-nvidia-gpu-snp.toml.in", "4.0.0"),
  platforms: bareMetal,
  claims: ["guest-not-debuggable"],
  boundary: { by: "measurement", how: "kernel parameters are measured, and a guest without a TEE has no evidence" },
  looksAt: teeDropIns,
  *check({ place, toml }) {
    if (toml) yield* openings(toml);
    else yield place.finding("is no TOML: the shim does not start");
  },
  compliant: [kataDeploy, kataHostFiles],
  breakages: [
    {
      mistake: "a debug console for every guest",
      path: pointer,
      replace: ["[runtime]", "[agent.kata]\ndebug_console_enabled = true\n\n[runtime]"],
      expect: `${path}#agent.kata.debug_console_enabled`,
    },
    {
      mistake: "kernel parameters for every guest",
      path: pointer,
      replace: ["[hypervisor.qemu]", '[hypervisor.qemu]\nkernel_params = "agent.debug_console"'],
      expect: `${path}#hypervisor.qemu.kernel_params`,
    },
    {
      mistake: "guests of a confidential shim without a TEE",
      path: pointer,
      replace: ["[hypervisor.qemu]", "[hypervisor.qemu]\nconfidential_guest = false"],
      expect: `${path}#hypervisor.qemu.confidential_guest`,
    },
    {
      mistake: "guests that their host may debug",
      path: pointer,
      replace: ["[hypervisor.qemu]", "[hypervisor.qemu]\nsnp_guest_policy = 720896"],
      expect: `${path}#hypervisor.qemu.snp_guest_policy`,
    },
    {
      mistake: "a debug console for every guest of OpenShift",
      resource: 1,
      path: "/spec/config/storage/files/0/contents/source",
      replace: ["port%3D0", "port%3D0%0Aenable_debug%3Dtrue"],
      expect: "spec.config.storage.files[0].contents.source#hypervisor.qemu.enable_debug",
    },
    {
      mistake: "a debug console in capitals",
      path: pointer,
      replace: ["[hypervisor.qemu]", "[agent.kata]\nDebug_Console_Enabled = true\n[hypervisor.qemu]"],
      expect: `${path}#agent.kata.Debug_Console_Enabled`,
    },
    { mistake: "a drop-in in another language", path: pointer, value: "hypervisor: {}", expect: path },
  ],
});

function* openings(table: Place): Iterable<Finding> {
  for (const key of table.keys()) {
    const place = table.at(key);
    // Kata's parser takes a key for its own whatever the case of its letters.
    const known = key.toLowerCase();
    if (!Object.hasOwn(opening, known)) yield* openings(place);
    else if (place.value !== opening[known]) yield place.finding("opens the guests of this host");
  }
}
