import { kataDeploy } from "../../examples/cluster";
import { parseDocument } from "../../documents";
import { kataChart, releases } from "../../helm";
import type { Finding, Place } from "../../place";
import { isObject } from "../../place";
import type { Resource, Selector } from "../../rule";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";
import { storedTexts } from "../../storedTexts";

/** Parameters that open the guest, take away a check, or start something else in it. */
const opening =
  /^(agent\.(debug_console|devmode|log=(debug|trace)|log_vport|aa_kbc_params|guest_components_procs=none|enable_signature_verification=false|secure_storage_integrity=false)|console=|rdinit=|init=|systemd\.(unit|debug)|nvrc\.log=)/;
/** Keys of Kata's own configuration that put such parameters there. */
const switches = ["enable_debug", "debug_console_enabled"];

const files = storedTexts((name) => name.endsWith(".toml"));
const charts = releases(kataChart);

/** Kata's configuration where somebody writes their own: runtimes of their own, and files that a ConfigMap carries. */
const configurations: Selector<Place> = {
  kinds: [...charts.kinds, ...files.kinds],
  *select(resource) {
    for (const { values } of charts.select(resource)) {
      const runtimes = values.at("customRuntimes", "runtimes");
      for (const name of runtimes.keys()) yield* parsed(runtimes.at(name, "dropIn"));
    }
    for (const { place } of files.select(resource)) yield* parsed(place);
  },
};

export const kernelParametersClosed = resourceRule({
  id: "kernel-parameters-closed",
  title: "No Kata configuration of one's own opens guests by kernel parameters",
  pillar: "runtime",
  severity: "high",
  threat:
    "A runtime of somebody's own boots guests with a console, with requests in the log or with another first program, under a name that no rule about known classes looks at.",
  remediation:
    "Leave debug consoles, debug logs, console=, init=, systemd.unit= and nvrc.log= out of kernel_params, and debugging off.",
  source: file(repositories.kata, "src/agent/README.md", "4.1.0"),
  platforms: bareMetal,
  claims: ["guest-booted-as-released"],
  boundary: { by: "measurement", how: "the kernel's command line is measured; no release knows that of such a guest" },
  looksAt: configurations,
  *check(configuration) {
    for (const part of configuration.keys())
      if (/^(hypervisor|agent|runtime)$/i.test(part)) yield* openings(configuration.at(part));
  },
  compliant: [configMap(), customRuntime()],
  breakages: [
    {
      mistake: "a console by a file for the host",
      path: "/data/50-acme.toml",
      replace: ["agent.image_pull_timeout=1800", "agent.debug_console"],
      expect: 'data["50-acme.toml"]#hypervisor.qemu.kernel_params',
    },
    {
      mistake: "a shell as the guest's first program",
      path: "/data/50-acme.toml",
      replace: ["agent.image_pull_timeout=1800", "init=/bin/sh"],
      expect: 'data["50-acme.toml"]#hypervisor.qemu.kernel_params',
    },
    {
      mistake: "debugging in a runtime of one's own",
      resource: 1,
      path: "/values/customRuntimes/runtimes/acme/dropIn",
      replace: ["[hypervisor.qemu]", "[agent.kata]\ndebug_console_enabled = true\n\n[hypervisor.qemu]"],
      expect: "values.customRuntimes.runtimes.acme.dropIn#agent.kata.debug_console_enabled",
    },
    {
      mistake: "requests in the log of a runtime of one's own",
      resource: 1,
      path: "/values/customRuntimes/runtimes/acme/dropIn",
      replace: ["[hypervisor.qemu]", '[hypervisor.qemu]\nkernel_params = "quiet agent.log=debug"'],
      expect: "values.customRuntimes.runtimes.acme.dropIn#hypervisor.qemu.kernel_params",
    },
  ],
});

/** Each is a table of tables: `hypervisor.qemu`, `agent.kata`. */
function* openings(table: Place): Iterable<Finding> {
  for (const key of table.keys()) {
    const place = table.at(key);
    // Kata's parser takes a key for its own whatever the case of its letters.
    const known = key.toLowerCase();
    if (switches.includes(known) && place.value === true) yield place.finding("opens the guest for debugging");
    const words = known === "kernel_params" ? (place.text ?? "").split(/\s+/) : [];
    const word = words.find((each) => opening.test(each));
    if (word !== undefined) yield place.finding(`opens the guest by ${JSON.stringify(word)}`);
    if (isObject(place.value)) yield* openings(place);
  }
}

function* parsed(place: Place): Iterable<Place> {
  const document = place.text === undefined ? undefined : parseDocument("configuration.toml", place.text);
  if (document && "value" in document) yield place.document(document.value);
}

function configMap(): Resource {
  const toml = '[hypervisor.qemu]\nkernel_params = "agent.image_pull_timeout=1800"\n';
  return {
    type: "kubernetes:core/v1:ConfigMap",
    name: "kata-overrides",
    props: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kata-overrides", namespace: "kata-system" },
      data: { "50-acme.toml": toml },
    },
  };
}

function customRuntime(): Resource {
  const acme = { baseConfig: "qemu-nvidia-gpu-snp", dropIn: "[hypervisor.qemu]\ndefault_memory = 16384\n" };
  const values = { ...(kataDeploy.props.values as object), customRuntimes: { enabled: true, runtimes: { acme } } };
  return { ...kataDeploy, name: "kata-deploy-acme", props: { ...kataDeploy.props, values } };
}
