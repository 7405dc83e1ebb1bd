import { kataDeploy } from "../../examples/cluster";
import { kataReleases, shims } from "../../kata";
import { mebibytes } from "../../quantity";
import { bareMetal, resourceRule } from "../../rule";
import { issue } from "../../sources";

const leastMib = 10240;
const shim = "qemu-nvidia-gpu-tdx";

export const kataOverheadKept = resourceRule({
  id: "kata-overhead-kept",
  title: "kata-deploy gives its GPU runtime classes the overhead that its chart names",
  pillar: "runtime",
  severity: "medium",
  threat:
    "The scheduler reckons with less memory than a virtual machine takes, fills the host, and the kernel kills QEMU in the middle of an answer.",
  remediation: `Leave overheadEnabled and overhead out, or write ${leastMib}Mi of memory or more.`,
  source: issue("edgelesssys/contrast", 2555),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: kataReleases,
  *check({ values }) {
    const enabled = values.at("runtimeClasses", "overheadEnabled");
    if ((enabled.value ?? true) !== true) yield enabled.finding("makes runtime classes without overhead");
    for (const { name, settings } of shims(values).filter(({ name }) => name.startsWith("qemu-nvidia-gpu"))) {
      const runtimeClass = settings.at("runtimeClass");
      const own = runtimeClass.at("overheadEnabled");
      if ((own.value ?? true) !== true) yield own.finding(`makes class kata-${name} without overhead`);
      const memory = runtimeClass.at("overhead", "memory");
      if (memory.present && (mebibytes(memory.value) ?? 0) < leastMib)
        yield memory.finding(`is less than ${leastMib}Mi`);
    }
  },
  compliant: [kataDeploy],
  breakages: [
    {
      mistake: "overhead switched off for all classes",
      path: "/values/runtimeClasses",
      value: { overheadEnabled: false },
      expect: "values.runtimeClasses.overheadEnabled",
    },
    {
      mistake: "overhead of a virtual machine without a GPU",
      path: `/values/shims/${shim}/runtimeClass/overhead`,
      value: { memory: "2048Mi", cpu: "1.0" },
      expect: `values.shims.${shim}.runtimeClass.overhead.memory`,
    },
  ],
});
